/** The occasion: lately the jobs of a definition fail well more often than in the week before. */
import { isStillAbove, isWellAbove, type Outcomes } from '../jobs/failureRate';
import { clock, duration } from '../views/time';
import { number } from '../views/words';
import { condition } from './conditions/condition';
import type { Occurrence } from './occasion';

const NAME = 'failure-rate';

const percent = ({ failed, ended }: Outcomes): string => {
  const share = ended === 0 ? 0 : (100 * failed) / ended;
  return `${share > 0 && share < 10 ? share.toFixed(1) : Math.round(share)} %`;
};

export const failureRate = condition({
  name: NAME,
  summary: 'a definition fails much more often than usual',
  isOn: true,
  look({ settings, now, usual: { rates, latelySince } }) {
    if (rates === undefined) return undefined;
    const times = settings.threshold('rate');
    const so: Occurrence[] = [];
    const still = new Set<string>();
    for (const [name, { lately, usual }] of rates) {
      if (isStillAbove(lately, usual)) still.add(name);
      if (!isWellAbove(lately, usual, times)) continue;
      so.push({
        occasion: NAME,
        severity: 'urgent',
        at: now,
        subject: { kind: 'definition', name },
        member: name,
        told: `${number(lately.failed)} of its ${number(lately.ended)} jobs that ended since ${clock(latelySince).slice(0, 5)} UTC failed (${percent(lately)}); in the week before it was ${number(usual.failed)} of ${number(usual.ended)} (${percent(usual)}). Look at what changed: its image, its input, or where it runs.`,
      });
    }
    // One that was told goes on until it may be usual again.
    return { so, isUnsure: ({ subject }) => still.has(subject.name) };
  },
  word: ({ openedAt }, { now }) => `fails no more often than usual after ${duration(now - openedAt)}`,
});
