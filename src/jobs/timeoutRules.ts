/** Which of our own rules on how long jobs may take counts for a job: of those that it fits, the narrowest. */
import { globMatcher } from './glob';
import { type Job, userOf } from './job';
import { definitionMatcher } from './match';
import { CONDITIONS, type TimeoutRule } from './timeoutRule';

/** What a rule looks at. Of an array's child the owner is its parent's: children carry no tags of their own. */
export type RuledJob = Pick<Job, 'name' | 'queue' | 'definition' | 'tags'>;

const isWild = (pattern: string): boolean => pattern.includes('*');
const letters = (some: readonly string[]): number => Math.min(...some.map((one) => one.replaceAll('*', '').length));

/**
 * How narrow a rule is, the most telling first: how many conditions it has, how many of these have no `*`, which they are
 * (a name is narrower than a definition, that than an owner, that than a queue), how much of them is spelt out, and last
 * which was made later.
 */
function narrowness(rule: TimeoutRule): number[] {
  const given = CONDITIONS.filter((condition) => rule[condition] !== undefined);
  return [
    given.length,
    given.filter((condition) => !rule[condition]?.some(isWild)).length,
    given.reduce((sum, condition) => sum + 2 ** CONDITIONS.indexOf(condition), 0),
    given.reduce((sum, condition) => sum + letters(rule[condition] ?? []), 0),
    rule.n,
  ];
}

/** The narrower of two rules first: a total order. */
export function compareRules(a: TimeoutRule, b: TimeoutRule): number {
  const [ofA, ofB] = [narrowness(a), narrowness(b)];
  for (let i = 0; i < ofA.length; i++) {
    const difference = (ofB[i] ?? 0) - (ofA[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The answer for each text is worked out once: queues, definitions and owners are few where jobs are many. */
function remembered(fits: (text: string) => boolean): (text: string | undefined) => boolean {
  const known = new Map<string, boolean>();
  return (text = '') => {
    let answer = known.get(text);
    if (answer === undefined) {
      answer = fits(text);
      known.set(text, answer);
    }
    return answer;
  };
}

function userMatcher(users: readonly string[]): (owner: string) => boolean {
  const fits = globMatcher(users);
  return (owner) => owner !== '' && (fits(owner) || fits(owner.split('@')[0] ?? ''));
}

/** Prepares one rule, to be asked of many jobs. */
export function ruleMatcher(rule: TimeoutRule): (job: RuledJob) => boolean {
  const queue = rule.queues && remembered(globMatcher(rule.queues));
  const definition = rule.definitions && remembered(definitionMatcher(rule.definitions));
  const user = rule.users && remembered(userMatcher(rule.users));
  const name = rule.names && globMatcher(rule.names);
  return (job) =>
    (queue === undefined || queue(job.queue)) &&
    (definition === undefined || definition(job.definition)) &&
    (user === undefined || user(userOf(job))) &&
    (name === undefined || name(job.name ?? ''));
}

/** The rules that count for a job: of those that it fits, the narrowest with each of the two limits. */
export interface Ruling {
  total?: TimeoutRule;
  running?: TimeoutRule;
}

/** Prepares all rules, to be asked of many jobs. */
export function ruleBook(rules: readonly TimeoutRule[]): (job: RuledJob) => Ruling {
  const narrowestFirst = [...rules].sort(compareRules).map((rule) => ({ rule, fits: ruleMatcher(rule) }));
  return (job) => {
    const ruling: Ruling = {};
    for (const { rule, fits } of narrowestFirst) {
      const isNews =
        (rule.totalSeconds !== undefined && ruling.total === undefined) ||
        (rule.runningSeconds !== undefined && ruling.running === undefined);
      if (!isNews || !fits(job)) continue;
      if (rule.totalSeconds !== undefined) ruling.total ??= rule;
      if (rule.runningSeconds !== undefined) ruling.running ??= rule;
      if (ruling.total !== undefined && ruling.running !== undefined) break;
    }
    return ruling;
  };
}
