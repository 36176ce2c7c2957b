/** The figures of a digest that are the same wherever it is told: what ended in its time, how well, why not, and what waited. */
import type { Room } from '../../commands/command';
import type { Digest } from '../../history/records/digest';
import { causeOf } from '../../jobs/causes';
import { parseQuery, type Query } from '../../jobs/query';
import { type Figures, hourOf, type Statistics } from '../../jobs/statistics';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** Jobs are found by when they were submitted: what took longer than this from there to its end is not counted. */
const LONGEST_JOB_MS = 7 * DAY_MS;
const MOST_CAUSES = 6;
const MOST_DEFINITIONS = 5;
const MOST_WAITS = 3;
/** A wait that nobody minds. */
const LEAST_WAIT_SECONDS = 60;

export interface Span {
  from: number;
  until: number;
}

/** Ends are counted by the hour, in UTC. */
const wholeHours = ({ from, until }: Span): Span => ({
  from: Math.floor(from / HOUR_MS) * HOUR_MS,
  until: Math.floor(until / HOUR_MS) * HOUR_MS,
});

type Sums = Pick<Figures, 'succeeded' | 'failed' | 'vcpuHours'>;

/** Those groups whose last key is an hour within the span. */
function within({ groups }: Statistics, { from, until }: Span): Statistics['groups'] {
  const [first, end] = [hourOf(from), hourOf(until)];
  return groups.filter(({ key }) => {
    const hour = key.at(-1) ?? '';
    return hour >= first && hour < end;
  });
}

const sumOf = (groups: readonly Sums[]): Sums => ({
  succeeded: groups.reduce((sum, { succeeded }) => sum + succeeded, 0),
  failed: groups.reduce((sum, { failed }) => sum + failed, 0),
  vcpuHours: groups.reduce((sum, { vcpuHours }) => sum + vcpuHours, 0),
});

/** Its children have run; an array's parent stands for them and has not. */
const less = (all: Sums, parents: Sums): Sums => ({
  succeeded: all.succeeded - parents.succeeded,
  failed: all.failed - parents.failed,
  vcpuHours: all.vcpuHours,
});

const since = (query: Query, at: number): Query => ({ ...query, since: { at, typed: '' } });

interface Ends {
  runs: Sums;
  before: Sums;
  isAtLeast: boolean;
}

async function endsOf(query: Query, span: Span, { history }: Room): Promise<Ends> {
  const weekBefore = { from: span.from - WEEK_MS, until: span.from };
  const wide = since(query, weekBefore.from - LONGEST_JOB_MS);
  const all = await history.statistics({ query: wide, groupBy: ['endHour'] });
  const parents = await history.statistics({ query: { ...wide, array: 'parents' }, groupBy: ['endHour'] });
  const of = (part: Span) => less(sumOf(within(all, part)), sumOf(within(parents, part)));
  return { runs: of(span), before: of(weekBefore), isAtLeast: all.isAtLeast === true };
}

const withoutRevision = (definition: string): string => definition.replace(/:\d+$/, '');

async function definitionsOf(query: Query, span: Span, { history }: Room): Promise<Digest['definitions']> {
  const ended = since(query, span.from - LONGEST_JOB_MS);
  const grouped = async (one: Query): Promise<Map<string, Sums>> => {
    const sums = new Map<string, Sums>();
    const found = await history.statistics({ query: one, groupBy: ['definition', 'endHour'] });
    for (const group of within(found, span)) {
      const name = withoutRevision(group.key[0] ?? '');
      sums.set(name, sumOf([sums.get(name) ?? sumOf([]), group]));
    }
    return sums;
  };
  const failed = await grouped({ ...ended, statuses: ['failed'] });
  const most = [...failed]
    .filter(([name]) => name !== '')
    .sort(([a, { failed: n }], [b, { failed: m }]) => m - n || (a < b ? -1 : 1))
    .slice(0, MOST_DEFINITIONS);
  if (most.length === 0) return [];
  const whole = await grouped({ ...ended, definitions: most.map(([name]) => name) });
  return most.map(([name, sums]) => {
    const { succeeded } = whole.get(name) ?? sums;
    return { name, failed: sums.failed, succeeded };
  });
}

async function causesOf(
  query: Query,
  { from, until }: Span,
  { history }: Room,
): Promise<Pick<Digest, 'causes' | 'failuresRead'>> {
  const failures = { ...since(query, from - LONGEST_JOB_MS), statuses: ['failed' as const] };
  const { rows } = await history.search.matches(failures);
  const ended = rows.filter(
    ({ arraySize, stoppedAt = 0 }) => arraySize === undefined && stoppedAt >= from && stoppedAt < until,
  );
  const sums = new Map<string, number>();
  for (const row of ended) {
    const headline = causeOf(row)?.headline ?? 'failed';
    sums.set(headline, (sums.get(headline) ?? 0) + 1);
  }
  const causes = Array.from(sums, ([headline, count]) => ({ headline, count }));
  causes.sort((a, b) => b.count - a.count || (a.headline < b.headline ? -1 : 1));
  return { causes: causes.slice(0, MOST_CAUSES), failuresRead: ended.length };
}

async function waitsOf(query: Query, { from }: Span, { history }: Room): Promise<Digest['waits']> {
  const { groups } = await history.statistics({ query: since(query, from), groupBy: ['queue'] });
  return groups
    .flatMap(({ key: [queue = ''], runnable }) => {
      if (runnable === undefined || runnable.p90Seconds < LEAST_WAIT_SECONDS) return [];
      const { jobs, p50Seconds, p90Seconds } = runnable;
      return [{ queue, jobs, p50Seconds, p90Seconds }];
    })
    .sort((a, b) => b.p90Seconds - a.p90Seconds)
    .slice(0, MOST_WAITS);
}

export type JobFigures = Pick<
  Digest,
  'from' | 'until' | 'runs' | 'before' | 'isAtLeast' | 'causes' | 'failuresRead' | 'definitions' | 'waits'
>;

/** @param filter a search that the jobs must match, as it is typed */
export async function figuresOf(filter: string, exact: Span, room: Room): Promise<JobFigures> {
  const span = wholeHours(exact);
  const query: Query = { ...parseQuery(filter, { now: room.now() }), until: { at: span.until, typed: '' } };
  // One after the other: each reads the same segments, which the first one leaves in memory.
  const { runs, before, isAtLeast } = await endsOf(query, span, room);
  const causes = await causesOf(query, span, room);
  const definitions = runs.failed === 0 ? [] : await definitionsOf(query, span, room);
  const waits = await waitsOf(query, span, room);
  const { succeeded, failed } = before;
  return { ...span, runs, before: { succeeded, failed }, isAtLeast, ...causes, definitions, waits };
}
