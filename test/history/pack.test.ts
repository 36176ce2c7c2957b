/** The life of a history over an embedded DynamoDB and the real SDK; thousands of them are told over a table in memory. */
import * as fc from 'fast-check';
import type { Query } from '../../src/jobs/query';
import { anySteps, History, live } from './model';
import { numberedJob } from './numberedJob';
import { startTables, type Tables } from './tables';

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

test('over the real SDK too, a search finds each job once, in its newest state, whatever befell the history', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => await live(await tables.open(), steps)),
    { numRuns: 6 },
  );
}, 120_000);

test('a search past its budget tells at least how many there are, and a packed job keeps its item', async () => {
  const history = new History(await tables.open());
  for (let group = 0; group < 3; group++) {
    for (let n = 0; n < 4; n++) await history.tell(numberedJob(group * 4 + n));
    history.wait();
    await history.worker().pack(1, 99);
  }
  const query: Query = { words: ['align'] };
  const poor = await history.worker({ budget: { ms: 60_000, readUnits: 0 } }).search.search(query, { limit: 2 });
  expect(poor).toMatchObject({ total: 4, isAtLeast: true });
  expect(poor.rows.map(({ name }) => name)).toEqual(['align-11', 'align-10']);
  const rich = await history.worker().search.search(query, { limit: 2 });
  expect(rich.total).toBe(12);
  expect(rich.isAtLeast).toBeUndefined();
  expect((await history.worker().jobs.get(numberedJob(0).id))?.job).toEqual(numberedJob(0));
});
