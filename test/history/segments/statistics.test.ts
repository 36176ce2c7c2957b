/** Statistics over segments, and over rows beside them, are those of the plain rules. */
import * as fc from 'fast-check';
import { rowOf } from '../../../src/history/jobs';
import {
  manifestEntry,
  memorySource,
  packSegments,
  questionOf,
  segmentRow,
  segmentStatistics,
} from '../../../src/history/segments';
import { bucketOf, Distribution, middleOf } from '../../../src/history/segments/durations';
import type { Job } from '../../../src/jobs/job';
import { matcher } from '../../../src/jobs/match';
import { statisticsOf } from '../../../src/jobs/statistics';
import { anyRequest, anyTimedJob, anyTimedJobs, expectAgreement } from './anyStatistics';

const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 250) };

test('every grouping of every search has the figures of the plain rules, and counts each job once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyTimedJobs, { maxLength: 3 }),
      fc.constantFrom('SUCCEEDED' as const, 'RUNNABLE' as const, 'RUNNING' as const),
      fc.boolean(),
      anyRequest,
      async (groups, status, isLost, request) => {
        const jobs = [...new Map(groups.flat().map((job) => [job.id, job])).values()].map((job, index): Job => {
          if (index % 4 !== 3) return job;
          return { ...job, status, ...(isLost ? { lostAt: job.seenAt + 1 } : {}) };
        });
        const isBeside = (_: Job, index: number) => index % 4 === 3 || index % 9 === 0;
        const packed = jobs.filter((job, index) => !isBeside(job, index));
        const half = Math.ceil(packed.length / 2);
        const segments = [packed.slice(0, half), packed.slice(half)].flatMap((some) =>
          packSegments(some.map((job) => ({ row: segmentRow(job), version: 1 }))),
        );
        const source = memorySource(segments);
        const ask = ({ query, groupBy }: typeof request) =>
          segmentStatistics({
            question: questionOf(query),
            groupBy,
            segments: segments.map(manifestEntry),
            source,
            others: jobs.filter(isBeside).map(rowOf).filter(matcher(query)),
          });
        const exact = statisticsOf(jobs.map(rowOf), request);
        expectAgreement(await ask(request), exact);
        // What segments keep of an answer is that of the same question only.
        await ask({ query: { words: [] }, groupBy: ['queue', 'status'] });
        expectAgreement(await ask(request), exact);
      },
    ),
    runs,
  );
});

test('a group of many rows has the figures of the plain rules too, and rows that are hidden are in none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyTimedJob, { minLength: 1, maxLength: 30 }), anyRequest, async (some, request) => {
      // More rows of one group than are kept one by one.
      const jobs = Array.from({ length: 1_500 }, (_, n): Job => {
        const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
        return { ...(some[n % some.length] as Job), id };
      });
      const segments = packSegments(jobs.map((job) => ({ row: segmentRow(job), version: 1 })));
      const ids = segments.flatMap(({ rows }) => rows.map(({ id }) => id));
      const hidden = new Set([0, 700, 1_499]);
      const answer = await segmentStatistics({
        question: questionOf(request.query),
        groupBy: request.groupBy,
        segments: segments.map(manifestEntry),
        source: { ...memorySource(segments), hidden: () => hidden },
        others: [],
      });
      const left = new Map(jobs.map((job) => [job.id, job]));
      for (const row of hidden) left.delete(ids[row] ?? '');
      expectAgreement(answer, statisticsOf([...left.values()].map(rowOf), request));
    }),
    { numRuns: Math.ceil(runs.numRuns / 20) },
  );
});

test('a bucket is near to every length in it, and a longer length is in no earlier bucket', async () => {
  const anyLength = fc.oneof(fc.nat({ max: 1_000 }), fc.maxSafeNat(), fc.integer({ min: 0, max: 2 ** 33 }));
  await fc.assert(
    fc.property(anyLength, anyLength, (one, other) => {
      expect(Math.abs(middleOf(bucketOf(one)) - one)).toBeLessThanOrEqual(0.008 * one);
      if (one < other) expect(bucketOf(one)).toBeLessThanOrEqual(bucketOf(other));
    }),
    { numRuns: 2_000 },
  );
});

test('the quantile of one length is that length, and of none there is none', () => {
  const one = new Distribution();
  expect(one.spread()).toBeUndefined();
  one.add(100);
  expect(one.spread()).toEqual({ jobs: 1, meanSeconds: 0.1, p50Seconds: 0.1, p90Seconds: 0.1, p95Seconds: 0.1 });
});

test('past its budget it tells at least how many jobs the groups stand for, the newest of all', async () => {
  const jobOf = (n: number): Job => ({
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    queue: `q${n >> 2}`,
    createdAt: n,
    status: 'SUCCEEDED',
    seenAt: n,
    whole: true,
    attempts: [],
    entered: {},
  });
  const segments = Array.from({ length: 20 }, (_, n) => n).flatMap((n) =>
    packSegments([0, 1, 2, 3].map((m) => ({ row: segmentRow(jobOf(4 * n + m)), version: 1 }))),
  );
  let looks = 0;
  const answer = await segmentStatistics({
    question: questionOf({ words: [] }),
    groupBy: ['queue'],
    segments: segments.map(manifestEntry),
    source: memorySource(segments),
    others: [],
    isSpent: () => looks++ > 0,
  });
  expect(answer).toMatchObject({ jobs: 32, isAtLeast: true });
  expect(answer.groups.map(({ key }) => key[0])).toContain('q19');
  expect(answer.groups.map(({ key }) => key[0])).not.toContain('q11');
});
