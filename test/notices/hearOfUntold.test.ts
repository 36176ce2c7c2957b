/** Kills a sweep at each of its reads and writes: whatever it was the first to see is told all the same, and once. */
import type { JobDetail } from '@aws-sdk/client-batch';
import type { BatchJobs } from '../../src/aws/batch';
import type { History } from '../../src/history/history';
import { ingest } from '../../src/history/ingest';
import { rowOf } from '../../src/history/jobItem';
import { jobItems } from '../../src/history/jobs';
import { reconcile } from '../../src/history/reconcile';
import { sweepItems } from '../../src/history/records/sweeps';
import { jobFromDetail } from '../../src/jobs/fromBatch';
import type { Job } from '../../src/jobs/job';
import { showsNone } from '../../src/jobs/properties';
import { hearOfUntold } from '../../src/notices/hearOfUntold';
import { memoryRoom } from './incidents/memoryRoom';

const ID = '0f5f2b3c-1111-4222-8333-444455556666';
const LEASE_MS = 120_000;
const always = () => 60_000;

/** A Batch with one job at most, and a worker over a table in memory who may die at any command. */
function sweepWorld() {
  let commands = 0;
  let dieAt = Number.POSITIVE_INFINITY;
  const before = () => {
    if (commands++ >= dieAt) throw new Error('it is dead');
  };
  const { room, clock, client, incidents, due } = memoryRoom(before);
  const doc = client(before);
  const jobs = jobItems(doc, 't');
  let detail: JobDetail | undefined;
  const details = () => (detail === undefined ? [] : [detail]);
  const batch = {
    queues: async () => [{ jobQueueName: 'genomics' }],
    list: async function* (_queue: unknown, status: string) {
      yield details().filter((one) => one.status === status);
    },
    describe: async () => details(),
  } as unknown as BatchJobs;
  let known: Job | undefined;
  const search = {
    refresh: async () => {
      known = (await jobs.get(ID))?.job;
    },
    known: () => (known === undefined ? undefined : rowOf(known)),
    all: async () => [],
    isPacked: async () => false,
  };
  const history = { ...room.history, jobs, sweeps: sweepItems(doc, 't'), search } as unknown as History;

  return {
    incidents,
    due,
    /** It runs, and the history knows. */
    async runs(): Promise<void> {
      const at = { createdAt: clock.now - 60_000, startedAt: clock.now - 30_000 };
      detail = {
        jobId: ID,
        jobName: 'align',
        jobQueue: 'genomics',
        jobDefinition: 'align:1',
        status: 'RUNNING',
        ...at,
      };
      await ingest(jobs, jobFromDetail(detail, clock.now, showsNone), room.now);
      clock.now += 60_000;
    },
    /** It has failed; whether it was known to run or not. */
    fails(): void {
      detail = {
        ...{ jobId: ID, jobName: 'align', jobQueue: 'genomics', jobDefinition: 'align:1', status: 'FAILED' },
        ...{ createdAt: clock.now - 30_000, startedAt: clock.now - 20_000, ...detail },
        ...{ status: 'FAILED', stoppedAt: clock.now - 10_000, container: { exitCode: 9 } },
      };
    },
    /** @returns how many commands it made; an end of its lease later */
    async minute(diesAt = Number.POSITIVE_INFINITY): Promise<number> {
      [commands, dieAt] = [0, diesAt];
      const { log, now } = room;
      const sweep = { batch, history, log, now, tracks: () => true, shows: showsNone, remainingMs: always };
      await reconcile({ ...sweep, onNews: async () => undefined }, true).catch(() => undefined);
      await hearOfUntold({ ...room, batch, history }, always).catch(() => undefined);
      clock.now += LEASE_MS + 1;
      dieAt = Number.POSITIVE_INFINITY;
      return commands;
    },
  };
}
type SweepWorld = ReturnType<typeof sweepWorld>;

/** What a bot knew when the job failed. */
const before: Record<string, (world: SweepWorld) => Promise<unknown>> = {
  'was known to run': (world) => world.runs(),
  'started and failed between two sweeps': (world) => world.minute(),
};

test.each(Object.keys(before))('the failure of a job that %s is told, whenever its sweep dies', async (how) => {
  const failed = async () => {
    const world = sweepWorld();
    await before[how]?.(world);
    world.fails();
    return world;
  };
  const needed = await (await failed()).minute();
  expect(needed).toBeGreaterThan(10);
  for (let diesAt = 0; diesAt <= needed; diesAt++) {
    const world = await failed();
    await world.minute(diesAt);
    await world.minute();
    await world.minute();
    const incidents = await world.incidents();
    expect({ diesAt, members: incidents.map(({ members }) => members.map(({ member }) => member)) }).toEqual({
      diesAt,
      members: [[ID]],
    });
    expect(await world.due()).toContain(`incident#${incidents[0]?.incident.id}`);
  }
});

test('what had failed before the first sweep is no news', async () => {
  const world = sweepWorld();
  world.fails();
  for (let minute = 0; minute < 3; minute++) await world.minute();
  expect(await world.incidents()).toEqual([]);
});
