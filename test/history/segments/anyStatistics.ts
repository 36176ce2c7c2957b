/** Arbitrary jobs with times, attempts and places to run, requests for statistics, and when two answers agree. */
import * as fc from 'fast-check';
import { storable } from '../../../src/history/segments/texts';
import type { Attempt, Job } from '../../../src/jobs/job';
import type { Query } from '../../../src/jobs/query';
import {
  compareKeys,
  GROUPINGS,
  type GroupBy,
  type Spread,
  STAGES,
  type Statistics,
  type StatisticsRequest,
} from '../../../src/jobs/statistics';
import { anyFinishedJob, anyQuery } from './anyJobs';

const HOUR = 3_600_000;
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** Short ones, ones of weeks, and some that no 32 bits hold. */
const length = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -2_000, max: 200_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 40 * 24 * HOUR }) },
  { weight: 1, arbitrary: fc.integer({ min: 2 ** 32, max: 2 ** 40 }) },
);
const anyPlacement = fc.record(
  {
    attempt: fc.integer({ min: 1, max: 3 }),
    instanceType: fc.constantFrom('m5.large', 'c7g.large'),
    availabilityZone: fc.constantFrom('us-east-1a', 'us-east-1b'),
    architecture: fc.constantFrom('x86_64', 'arm64'),
  },
  { requiredKeys: ['attempt'] },
);

const anyTimes = fc.record({
  createdAt: maybe(fc.integer({ min: 0, max: 60 * HOUR }).map((ms) => Date.UTC(2026, 2, 14) + ms)),
  lengths: fc.tuple(length, maybe(length), maybe(length), maybe(length)),
  attempts: fc.array(
    fc
      .tuple(length, fc.boolean())
      .map(([ms, hasEnd]): Attempt => ({ startedAt: 5_000, ...(hasEnd ? { stoppedAt: 5_000 + ms } : {}) })),
    { maxLength: 3 },
  ),
  endedAttempts: maybe(fc.integer({ min: 0, max: 3 })),
  placement: maybe(anyPlacement),
  vcpus: maybe(fc.constantFrom(0.25, 1, 16)),
  memoryMiB: maybe(fc.constantFrom(512, 30_000)),
});

/** The stages of a job one after the other, from where it was created; an unknown length leaves the time out. */
export const anyTimedJob: fc.Arbitrary<Job> = fc
  .tuple(anyFinishedJob, anyTimes)
  .map(([{ startedAt: _, stoppedAt: __, createdAt: ___, ...job }, { createdAt, lengths, attempts, ...rest }]) => {
    const number = Math.max(1, attempts.length, rest.endedAttempts ?? 0);
    let at = createdAt ?? 1_000;
    const times = lengths.map((ms) => {
      at += ms ?? 0;
      return ms === undefined ? undefined : at;
    });
    const [runnable, starting, startedAt, stoppedAt] = times;
    const entered = { [`${number}.RUNNABLE`]: runnable, [`${number}.STARTING`]: starting, '9.STARTING': 1 };
    const known = (fields: object) =>
      Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    return { ...job, ...known({ ...rest, createdAt, startedAt, stoppedAt }), attempts, entered: known(entered) } as Job;
  });

export const anyTimedJobs = fc.uniqueArray(anyTimedJob, { selector: ({ id }) => id, maxLength: 12 });

export const anyGroupBy: fc.Arbitrary<GroupBy> = fc
  .uniqueArray(fc.constantFrom(...GROUPINGS), { maxLength: 2 })
  .map((groupings) => groupings as unknown as GroupBy);

export const anyRequest: fc.Arbitrary<StatisticsRequest> = fc.record({
  query: fc.oneof(fc.constant<Query>({ words: [] }), anyQuery),
  groupBy: anyGroupBy,
});

function expectSpread(found: Spread | undefined, exact: Spread | undefined): void {
  if (found === undefined || exact === undefined) {
    expect(found).toEqual(exact);
    return;
  }
  expect(found.jobs).toBe(exact.jobs);
  expect(found.meanSeconds).toBeCloseTo(exact.meanSeconds, 6);
  for (const quantile of ['p50Seconds', 'p90Seconds', 'p95Seconds'] as const) {
    expect(Math.abs(found[quantile] - exact[quantile])).toBeLessThanOrEqual(0.008 * exact[quantile]);
  }
}

/** The same groups in the same order with the same figures, quantiles within 0.8 %. */
export function expectAgreement(found: Statistics, exact: Statistics): void {
  const groups = exact.groups.map((group) => ({ ...group, key: group.key.map(storable) }));
  groups.sort((a, b) => compareKeys(a.key, b.key));
  const plain = ({ jobs, groups: some }: Pick<Statistics, 'jobs' | 'groups'>) => ({
    jobs,
    groups: some.map(({ key, count, succeeded, failed }) => ({ key, count, succeeded, failed })),
  });
  expect(plain(found)).toEqual(plain({ ...exact, groups }));
  for (const [n, group] of groups.entries()) {
    for (const stage of STAGES) expectSpread(found.groups[n]?.[stage], group[stage]);
    for (const hours of ['vcpuHours', 'gibHours'] as const) {
      const tolerance = 1e-9 * Math.max(1, group[hours]);
      expect(Math.abs((found.groups[n]?.[hours] ?? Number.NaN) - group[hours])).toBeLessThanOrEqual(tolerance);
    }
  }
}
