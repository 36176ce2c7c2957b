/** Whether failures are well above their usual number: the rule, over counts. */

/** Of jobs that ended, without those that somebody stopped. */
export interface Outcomes {
  failed: number;
  ended: number;
}

/** Fewer are no rate, and fewer failures are a list that people read one by one. */
const LEAST_ENDED = 10;
const LEAST_FAILED = 5;
/** What is usual is not known from fewer. */
const LEAST_USUAL = 20;
/** How unlikely so many failures must be: a thousand definitions looked at each hour give a false alarm in a year at most. */
const MOST_CHANCE = 1e-7;
/** One-sided 95 %. */
const Z = 1.645;

/**
 * The rate below which the true one lies with 95 % certainty, by Wilson's score interval: of 0 failures in 20 jobs 0.12, in
 * 2,000 jobs 0.0014. So a short history is not taken for a sure one.
 */
export function mostUsual({ failed, ended }: Outcomes): number {
  if (ended === 0) return 1;
  const rate = failed / ended;
  const z2 = Z * Z;
  const middle = rate + z2 / (2 * ended);
  const spread = Z * Math.sqrt((rate * (1 - rate)) / ended + z2 / (4 * ended * ended));
  return Math.min(1, (middle + spread) / (1 + z2 / ended));
}

/**
 * A bound on the chance that a rate gives so many failures or more: Chernoff's for the binomial distribution,
 * exp(-n KL(failed / n || rate)), which is never below the chance itself.
 */
export function chanceOf({ failed, ended }: Outcomes, rate: number): number {
  const share = ended === 0 ? 0 : failed / ended;
  if (share <= rate) return 1;
  if (rate <= 0) return 0;
  const part = (p: number, q: number) => (p === 0 ? 0 : p * Math.log(p / q));
  return Math.exp(-ended * (part(share, rate) + part(1 - share, 1 - rate)));
}

const rateOf = ({ failed, ended }: Outcomes): number => (ended === 0 ? 0 : failed / ended);

/** @param times how many times the usual rate it must be at least */
export function isWellAbove(lately: Outcomes, usual: Outcomes, times: number): boolean {
  return (
    lately.ended >= LEAST_ENDED &&
    lately.failed >= LEAST_FAILED &&
    usual.ended >= LEAST_USUAL &&
    rateOf(lately) >= times * rateOf(usual) &&
    chanceOf(lately, mostUsual(usual)) <= MOST_CHANCE
  );
}

/** Of what was well above: it is over once it may be usual again, and not as soon as it is a little less sure. */
export const isStillAbove = (lately: Outcomes, usual: Outcomes): boolean =>
  lately.failed > 1 && rateOf(lately) > mostUsual(usual);
