/** Goes through all jobs that live, and finds those that have taken too long, or soon will. */
import { arrayParentOf, type JobRow } from './job';
import {
  firstOf,
  isStoppable,
  type Limit,
  limitsOf,
  oursOf,
  type RunningLimit,
  standing,
  type TimeoutPolicy,
} from './timeouts';

export interface Timed {
  row: JobRow;
  limit: RunningLimit;
}

export interface TimeoutCheck {
  /** To be stopped now, the longest overdue first: of an array whose limit counts from submission the parent alone. */
  over: Timed[];
  /** To be warned of, the soonest first. */
  near: Timed[];
  /** How many jobs have a limit that batchbot sees to and that counts, and how many others one that counts once they run. */
  limited: number;
  unstarted: number;
  /** The next one to be over, of those. */
  next: Timed | undefined;
}

/** What a child's limits take from its array's parent. */
export const parentsIn = (rows: readonly JobRow[]): ReadonlyMap<string, JobRow> =>
  new Map(rows.filter(({ arraySize }) => arraySize !== undefined).map((row) => [row.id, row]));

export function parentOf(row: Pick<JobRow, 'id' | 'arrayIndex'>, parents: ReadonlyMap<string, JobRow>) {
  return row.arrayIndex === undefined ? undefined : parents.get(arrayParentOf(row.id) ?? '');
}

/** Whether a limit that batchbot does not see to is one that people want to be warned of. */
const isWarnedOf = ({ kind }: Limit, { isOn }: TimeoutPolicy): boolean => kind !== 'native' || isOn.native;

/** @param rows all jobs that have not ended */
export function checkTimeouts(rows: readonly JobRow[], policy: TimeoutPolicy, now: number): TimeoutCheck {
  const parents = parentsIn(rows);
  const check: TimeoutCheck = { over: [], near: [], limited: 0, unstarted: 0, next: undefined };
  for (const row of rows) {
    if (!isStoppable(row)) continue;
    const limits = limitsOf(row, policy, parentOf(row, parents));
    if (limits.length === 0) continue;
    const ours = oursOf(limits);
    if (ours === undefined && limits.some(({ kind }) => kind !== 'native')) check.unstarted++;
    // A child whose limit its array holds is seen to with the array.
    if (ours !== undefined && ours.holder === row.id) {
      check.limited++;
      if (standing(ours, now) === 'over') {
        check.over.push({ row, limit: ours });
        continue;
      }
      if (check.next === undefined || ours.at < check.next.limit.at) check.next = { row, limit: ours };
    }
    const first = firstOf(limits);
    if (first === undefined || first.holder !== row.id || !isWarnedOf(first, policy)) continue;
    if (standing(first, now) === 'near') check.near.push({ row, limit: first });
  }
  // One call to stop an array stops its children.
  const whole = new Set(check.over.filter(({ row }) => row.arraySize !== undefined).map(({ row }) => row.id));
  const isOwn = ({ row }: Timed): boolean => row.arrayIndex === undefined || !whole.has(arrayParentOf(row.id) ?? '');
  check.over = check.over.filter(isOwn);
  check.near = check.near.filter(isOwn);
  check.over.sort((a, b) => a.limit.at - b.limit.at);
  check.near.sort((a, b) => a.limit.at - b.limit.at);
  return check;
}
