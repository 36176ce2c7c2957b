/** Packing, searching and being cut off anywhere, against the plain rules over everything that was ever told. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import * as fc from 'fast-check';
import { ingest } from '../../src/history/ingest';
import { jobItems, rowOf } from '../../src/history/jobs';
import { liveRows } from '../../src/history/liveRows';
import { packer } from '../../src/history/pack';
import { jobSearch, SEARCH_BUDGET } from '../../src/history/search';
import { segmentItems } from '../../src/history/segmentItems';
import { createTable } from '../../src/history/table';
import type { Job } from '../../src/jobs/job';
import { searchRows } from '../../src/jobs/match';
import type { Query } from '../../src/jobs/query';
import { anyFinishedJobs, anyQuery } from './segments/anyJobs';

let server: Server;
let settings: DynamoDBClientConfig;
let client: DynamoDBClient;
const clients: DynamoDBClient[] = [];
let tables = 0;

beforeAll(async () => {
  server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  settings = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  client = new DynamoDBClient(settings);
  clients.push(client);
});
afterAll(async () => {
  for (const each of clients) each.destroy();
  await new Promise((resolve) => server.close(resolve));
});

class Killed extends Error {}

const orDie = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
    return undefined;
  });

/** Every worker has a memory of its own over the same table. */
async function openTable() {
  const table = `history-${++tables}`;
  await createTable(client, table);
  let clock = 1_000_000;
  const now = () => ++clock;
  /** A worker that dies in place of its nth write. */
  const worker = (writesLeft = Number.POSITIVE_INFINITY, budget = SEARCH_BUDGET) => {
    let left = writesLeft;
    // A client's middleware is its own.
    const own = new DynamoDBClient(settings);
    clients.push(own);
    const mortal = DynamoDBDocumentClient.from(own, { marshallOptions: { removeUndefinedValues: true } });
    mortal.middlewareStack.add(
      (next, context) => async (args) => {
        if (/^(?:Put|Update|Delete)/.test(context.commandName ?? '') && left-- <= 0) throw new Killed();
        return next(args);
      },
      { step: 'initialize' },
    );
    const jobs = jobItems(mortal, table);
    const items = segmentItems(mortal, table);
    const live = liveRows(mortal, table, now);
    const packing = packer(jobs, liveRows(mortal, table, now), items);
    const remainingMs = () => 600_000;
    return {
      jobs,
      search: jobSearch(jobs, live, items, now, budget),
      pack: (leastJobs = 1, mergeAt = 3) => orDie(packing.pack({ now, remainingMs, leastJobs, mergeAt })),
      rebuild: () => orDie(packing.rebuild({ now, remainingMs })),
    };
  };
  return {
    now,
    worker,
    /** A dead packer's lease runs out. */
    wait: () => {
      clock += 200_000;
    },
  };
}

type Table = Awaited<ReturnType<typeof openTable>>;

async function agree(searcher: ReturnType<Table['worker']>, known: ReadonlyMap<string, Job>, query: Query) {
  const rows = [...known.values()].map(rowOf);
  const ids = (result: { rows: { id: string }[]; total: number; from: number }) => ({
    ids: result.rows.map(({ id }) => id),
    total: result.total,
    from: result.from,
  });
  const oracle = searchRows(rows, query, { limit: 3 });
  const found = await searcher.search.search(query, { limit: 3 });
  expect(ids(found)).toEqual(ids(oracle));
  expect(found.rows).toEqual(oracle.rows);
  if (oracle.next === undefined) return;
  const page = { limit: 3, after: oracle.next };
  expect(ids(await searcher.search.search(query, page))).toEqual(ids(searchRows(rows, query, page)));
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('jobs' as const), jobs: anyFinishedJobs(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('late' as const), which: fc.nat(), reason: fc.string({ minLength: 1 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pack' as const), killedAfter: fc.option(fc.nat(30)) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'two packers' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rebuild' as const), killedAfter: fc.option(fc.nat(30)) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('search' as const), query: anyQuery, isFresh: fc.boolean() }) },
);

test('whatever is told, packed, merged, cut off and told again, a search finds each job once, in its newest state', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const table = await openTable();
      const writer = table.worker();
      const warm = table.worker();
      const known = new Map<string, Job>();
      const tell = async (job: Job) => {
        const { after } = await ingest(writer.jobs, job, table.now);
        known.set(after.id, after);
      };
      for (const one of steps) {
        if (one.kind === 'jobs') for (const job of one.jobs) await tell(job);
        if (one.kind === 'late') {
          const job = [...known.values()][one.which % Math.max(1, known.size)];
          if (job !== undefined) await tell({ ...job, statusReason: one.reason, seenAt: job.seenAt + 1 });
        }
        if (one.kind === 'pack') {
          table.wait();
          await table.worker(one.killedAfter ?? undefined).pack();
        }
        if (one.kind === 'rebuild') {
          table.wait();
          await table.worker(one.killedAfter ?? undefined).rebuild();
          // A rebuild that was killed holds its lease for an hour.
          for (let n = 0; n < 20; n++) table.wait();
        }
        if (one.kind === 'two packers') {
          table.wait();
          await Promise.all([table.worker().pack(), table.worker().pack()]);
        }
        if (one.kind === 'search') await agree(one.isFresh ? table.worker() : warm, known, one.query);
      }
      await agree(warm, known, { words: [] });
      await agree(table.worker(), known, { words: [] });
    }),
    { numRuns: Number(process.env.MODEL_RUNS ?? 40) },
  );
}, 600_000);

test('a search past its budget tells at least how many there are, and a packed job keeps its item', async () => {
  const table = await openTable();
  const writer = table.worker();
  const jobOf = (n: number): Job => ({
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    name: `align-${n}`,
    createdAt: n,
    status: 'SUCCEEDED',
    seenAt: n,
    whole: true,
    attempts: [],
    entered: {},
  });
  for (let group = 0; group < 3; group++) {
    for (let n = 0; n < 4; n++) await ingest(writer.jobs, jobOf(group * 4 + n), table.now);
    table.wait();
    await table.worker().pack(1, 99);
  }
  const query: Query = { words: ['align'] };
  const poor = await table.worker(0, { ms: 60_000, readUnits: 0 }).search.search(query, { limit: 2 });
  expect(poor).toMatchObject({ total: 4, isAtLeast: true });
  expect(poor.rows.map(({ name }) => name)).toEqual(['align-11', 'align-10']);
  const rich = await table.worker(0).search.search(query, { limit: 2 });
  expect(rich.total).toBe(12);
  expect(rich.isAtLeast).toBeUndefined();
  expect((await writer.jobs.get(jobOf(0).id))?.job).toEqual(jobOf(0));
});
