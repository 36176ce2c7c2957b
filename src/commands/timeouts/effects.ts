/** What a change of the time limits would do to the jobs that live now. */
import type { TimeoutSettings } from '../../history/records/timeoutRules';
import type { JobRow } from '../../jobs/job';
import { checkTimeouts, parentOf, parentsIn, type Timed } from '../../jobs/timeoutCheck';
import type { TimeoutRule } from '../../jobs/timeoutRule';
import { compareRules, type RuledJob, ruleMatcher } from '../../jobs/timeoutRules';
import { policyOf } from '../../notices/timeouts/policy';
import type { Room } from '../command';

export interface Effects {
  /** Jobs that would be stopped at once, and are not now; an array counts as one. */
  stops: Timed[];
  /** Of a rule: how many live jobs it fits. */
  fits?: number;
  /** The rules that go on to count for some of these, since they are narrower, and for how many. */
  overruledBy?: { rule: TimeoutRule; jobs: number }[];
}

/** How a narrower rule with the same limit keeps another from counting. */
export interface Overruling {
  fits: number;
  by: { rule: TimeoutRule; jobs: number }[];
}

const sharesLimit = (a: TimeoutRule, b: TimeoutRule): boolean =>
  (a.totalSeconds !== undefined && b.totalSeconds !== undefined) ||
  (a.runningSeconds !== undefined && b.runningSeconds !== undefined);

/** Of each rule: how many live jobs it fits, and which narrower rules count for some of them in its place. */
export function overrulings(rules: readonly TimeoutRule[], rows: readonly JobRow[]): ReadonlyMap<number, Overruling> {
  const parents = parentsIn(rows);
  const owned = (row: JobRow): RuledJob =>
    row.tags === undefined ? { ...row, tags: parentOf(row, parents)?.tags } : row;
  const sorted = [...rules].sort(compareRules).map((rule) => ({ rule, fits: ruleMatcher(rule) }));
  const found = new Map(rules.map(({ n }) => [n, { fits: 0, by: [] as Overruling['by'] }]));
  for (const row of rows) {
    const job = owned(row);
    const fitting: TimeoutRule[] = [];
    for (const { rule, fits } of sorted) {
      if (!fits(job)) continue;
      const one = found.get(rule.n);
      const narrower = fitting.find((other) => sharesLimit(other, rule));
      fitting.push(rule);
      if (one === undefined) continue;
      one.fits++;
      if (narrower === undefined) continue;
      const known = one.by.find((other) => other.rule.n === narrower.n);
      if (known === undefined) one.by.push({ rule: narrower, jobs: 1 });
      else known.jobs++;
    }
  }
  return found;
}

/**
 * @param before as it is set now
 * @param after as it would be
 * @param n the number of the rule that changes, if one does
 */
export async function effectsOf(
  before: TimeoutSettings,
  after: TimeoutSettings,
  n: number | undefined,
  room: Room,
): Promise<Effects> {
  const rows = await room.history.search.unfinished({ words: [] });
  const now = room.now();
  const { isOn } = room.timeouts;
  const stopped = new Set(checkTimeouts(rows, policyOf(before, isOn), now).over.map(({ row }) => row.id));
  const stops = checkTimeouts(rows, policyOf(after, isOn), now).over.filter(({ row }) => !stopped.has(row.id));
  const of = n === undefined ? undefined : overrulings(after.rules, rows).get(n);
  return { stops, ...(of === undefined ? {} : { fits: of.fits, overruledBy: of.by }) };
}
