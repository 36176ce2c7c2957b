import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { openHistory } from '../../src/history/history';
import { ingest } from '../../src/history/ingest';
import { rowOf } from '../../src/history/jobs';
import { createTable, jobPartition, livePartition } from '../../src/history/table';
import { BATCH_STATUSES } from '../../src/jobs/job';
import { searchRows } from '../../src/jobs/match';
import { parseQuery } from '../../src/jobs/query';
import { newId } from '../notices/stateChange';
import { type Scene, scene } from '../scene';
import { dynamo } from './dynamo';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const scan = async (table: string): Promise<Record<string, unknown>[]> =>
  (await DynamoDBDocumentClient.from(dynamo(here)).send(new ScanCommand({ TableName: table }))).Items ?? [];

const QUERIES = [
  '',
  'status:failed',
  'status:active sort:oldest',
  'status:done queue:q1',
  'align',
  'merge q2 status:running,succeeded',
  'sort:name',
  'exit:3',
  'array:children',
];

test('two instances find the same jobs in the same order as the plain rules do, after any updates by either', async () => {
  const table = 'oracle';
  await createTable(dynamo(here), table);
  let clock = Date.now();
  // The second writer's clock is behind by less than the search allows for.
  const clocks = [() => clock, () => clock - 10_000];
  const bots = clocks.map((now) => openHistory(dynamo(here), table, now));
  const ids = Array.from({ length: 12 }, (_, n) => (n < 8 ? newId() : `${newId()}:${n}`));
  const update = fc.record({
    bot: fc.nat(1),
    id: fc.constantFrom(...ids),
    status: fc.constantFrom(...BATCH_STATUSES),
    ago: fc.nat(1000),
    name: fc.constantFrom('align-1', 'Merge-2', 'sort'),
    queue: fc.constantFrom('q1', 'q2'),
    exitCode: fc.option(fc.nat(4), { nil: undefined }),
    pauseMs: fc.nat(12_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(update, { minLength: 1, maxLength: 12 }), async (updates) => {
      for (const { bot, id, status, ago, name, queue, exitCode, pauseMs } of updates) {
        clock += pauseMs;
        const memory = bots[bot];
        if (memory === undefined) throw new Error('no such bot');
        const job = { id, status, name, queue, exitCode, createdAt: 1_700_000_000_000 + ago, seenAt: clock };
        const index = id.includes(':') ? { arrayIndex: Number(id.split(':')[1]) } : {};
        await ingest(
          memory.jobs,
          { ...job, ...index, whole: true, attempts: [], entered: {} },
          clocks[bot] ?? Date.now,
        );
        // Now and then one of them looks, so that what it read before is old.
        if (pauseMs % 3 === 0) await memory.search.refresh();
      }
      const stored = await bots[0]?.jobs.getMany((await scan(table)).map(({ sk }) => String(sk)));
      const rows = (stored ?? []).map(({ job }) => rowOf(job));
      for (const words of QUERIES) {
        const query = parseQuery(words, { now: clock });
        for (const limit of [3, 1000]) {
          const expected = searchRows(rows, query, { limit });
          for (const { search } of bots) {
            const { rows: page, total } = await search.search(query, { limit });
            expect({ words, total, ids: page.map(({ id }) => id) }).toEqual({
              words,
              total: expected.total,
              ids: expected.rows.map(({ id }) => id),
            });
          }
        }
      }
    }),
    { numRuns: 10 },
  );
}, 120_000);

test('what is written by a clock that is behind is found by those who have looked already', async () => {
  const table = 'behind';
  await createTable(dynamo(here), table);
  const now = Date.now();
  const { jobs, search } = openHistory(dynamo(here), table, () => now);
  const first = newId();
  // In the same part of the index, where the look before ended at the first one.
  let second = newId();
  while (livePartition(second) !== livePartition(first)) second = newId();
  const job = { status: 'RUNNING' as const, seenAt: now, whole: true, attempts: [], entered: {} };
  const everything = async () => (await search.all({ words: [] })).map(({ id }) => id).sort();
  await ingest(jobs, { ...job, id: first }, () => now);
  expect(await everything()).toEqual([first]);
  await ingest(jobs, { ...job, id: second }, () => now - 10_000);
  expect(await everything()).toEqual([first, second].sort());
});

test('a damaged item is an error that names the item, not a wrong answer', async () => {
  const table = 'damaged';
  await createTable(dynamo(here), table);
  const { jobs, search } = openHistory(dynamo(here), table, Date.now);
  const id = newId();
  await DynamoDBDocumentClient.from(dynamo(here)).send(
    new PutCommand({
      TableName: table,
      Item: {
        pk: jobPartition(id),
        sk: id,
        version: 1,
        row: { id, status: 'FAILD' },
        rest: {},
        live: livePartition(id),
        changedAt: Date.now(),
      },
    }),
  );
  const named = new RegExp(`Item ${jobPartition(id)} / ${id} of the history is damaged`);
  await expect(jobs.get(id)).rejects.toThrow(named);
  await expect(search.search(parseQuery('', { now: Date.now() }), { limit: 10 })).rejects.toThrow(id);
});
