/** Statistics over a table: live jobs, packed ones and late news, each counted once. */
import { openHistory } from '../../src/history/history';
import { ingest } from '../../src/history/ingest';
import { rowOf } from '../../src/history/jobs';
import { createTable } from '../../src/history/table';
import type { Job } from '../../src/jobs/job';
import { parseQuery } from '../../src/jobs/query';
import { type GroupBy, statisticsOf } from '../../src/jobs/statistics';
import { type Scene, scene } from '../scene';
import { dynamo, TABLE } from './dynamo';
import { expectAgreement } from './segments/anyStatistics';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const MINUTE = 60_000;
const BEGAN = Date.UTC(2026, 2, 15, 9);

function jobOf(n: number): Job {
  const createdAt = BEGAN + n * 7 * MINUTE;
  const startedAt = createdAt + (2 + (n % 5)) * MINUTE;
  return {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    name: `align-${n}`,
    queue: n % 3 === 0 ? 'spot' : 'prod',
    definition: 'align:1',
    createdAt,
    vcpus: 4,
    memoryMiB: 8_192,
    status: n % 4 === 0 ? 'FAILED' : 'SUCCEEDED',
    startedAt,
    stoppedAt: startedAt + n * MINUTE,
    seenAt: startedAt + n * MINUTE,
    whole: true,
    attempts: [{ startedAt, stoppedAt: startedAt + n * MINUTE }],
    entered: { '1.RUNNABLE': createdAt, '1.STARTING': createdAt + MINUTE },
    tags: { seenAt: createdAt, values: { user: n % 2 === 0 ? 'Ada2' : 'bo' } },
  };
}

test('packed, live and running jobs, and news of a packed one, are in every figure once', async () => {
  const table = 'statistics';
  await createTable(dynamo(here), table);
  let clock = BEGAN;
  const now = () => ++clock;
  const history = openHistory(dynamo(here), table, now);
  const known = new Map<string, Job>();
  const tell = async (news: Job) => {
    const { after } = await ingest(history.jobs, news, now);
    known.set(after.id, after);
  };
  for (let n = 1; n <= 20; n++) await tell(jobOf(n));
  await history.pack({ now, remainingMs: () => 600_000, leastJobs: 1 });
  const packed = await history.statistics({ query: { words: [] }, groupBy: ['queue'] });
  expect(packed.groups.map(({ key, count }) => [...key, count])).toEqual([
    ['prod', 14],
    ['spot', 6],
  ]);
  for (let n = 21; n <= 26; n++) await tell(jobOf(n));
  const { stoppedAt: _, ...running } = jobOf(27);
  await tell({ ...running, status: 'RUNNING', attempts: [] });
  const placement = { attempt: 1, instanceType: 'm7g.large', availabilityZone: 'us-east-1a', architecture: 'arm64' };
  await tell({ ...jobOf(6), placement });
  await tell({ ...jobOf(23), placement });
  for (const words of ['', 'status:failed', 'align-1', 'user:ada2 queue:prod', 'status:running']) {
    const query = parseQuery(words, { now: clock });
    const groupings: GroupBy[] = [[], ['user'], ['status', 'hour'], ['instanceType'], ['architecture', 'queue']];
    for (const groupBy of groupings) {
      const exact = statisticsOf([...known.values()].map(rowOf), { query, groupBy });
      expect(exact.jobs).toBeGreaterThan(0);
      expectAgreement(await history.statistics({ query, groupBy }), exact);
    }
  }
  const arm = await history.statistics({ query: { words: [] }, groupBy: ['architecture'] });
  const found = arm.groups.find(({ key }) => key[0] === 'arm64');
  expect(found?.count).toBe(2);
  expect(found?.vcpuHours).toBeCloseTo(((6 + 23) / 60) * 4);
});

test('what jobs can not be grouped by is told, and what they can', async () => {
  const { statistics } = openHistory(dynamo(here), TABLE, Date.now);
  const asked = (...groupBy: string[]) => statistics({ query: { words: [] }, groupBy: groupBy as unknown as GroupBy });
  await expect(asked('bogus')).rejects.toThrow('Jobs can\'t be grouped by "bogus", only by queue, definition, status,');
  await expect(asked('queue', 'user', 'day')).rejects.toThrow('by two at most, and queue, user, day are 3');
  await expect(asked('queue', 'queue')).rejects.toThrow("can't be grouped by queue twice");
});
