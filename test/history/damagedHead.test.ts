/** An item that packers change and that is damaged is named by whoever reads it, keeps nobody waiting, and is mended by a rebuild. */
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { openPacker } from '../../src/history/packing/openPacker';
import { History } from './model';
import { numberedJob } from './numberedJob';
import { startTables, type Tables } from './tables';

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

async function open() {
  const ground = await tables.open();
  const history = new History(ground);
  const doc = ground.client();
  const { jobs, items } = history.worker();
  const packer = openPacker(doc, ground.table, history.now, jobs, items);
  for (let n = 1; n <= 3; n++) await history.tell(numberedJob(n));
  await history.packWholly();
  const said: string[] = [];
  const options = { now: history.now, remainingMs: () => 600_000, leastJobs: 1 };
  return {
    history,
    pack: () => packer.pack(options),
    /** As a person's `npm run reindex` asks for it. */
    reindex: () => packer.rebuild({ ...options, onDamaged: ({ message }) => void said.push(message) }),
    said,
    async change(sk: string, fields: Record<string, unknown>) {
      const { Item } = await doc.send(new GetCommand({ TableName: ground.table, Key: { pk: 'SEGMENTS', sk } }));
      await doc.send(new PutCommand({ TableName: ground.table, Item: { pk: 'SEGMENTS', sk, ...Item, ...fields } }));
    },
  };
}

test.each([{ generation: 'x' }, { fence: 'x' }, { leaseUntil: 'x' }, { manifests: 7 }, { digits: { id: 'x' } }])(
  'a head with %j',
  async (fields) => {
    const { history, pack, reindex, said, change } = await open();
    const warm = history.worker();
    await history.agree(warm, { words: [] });
    await history.tell(numberedJob(4));
    await change('-', fields);
    const named = /^Item SEGMENTS \/ - of the search index can't be read: .*`npm run reindex`/;
    await expect(history.worker().search.search({ words: [] }, { limit: 3 })).rejects.toThrow(named);
    for (let n = 0; n < 2; n++) await expect(pack()).rejects.toThrow(named);
    await expect(history.worker().rebuild()).rejects.toThrow(named);
    expect(await reindex()).toMatchObject({ complete: true });
    expect(said).toEqual([expect.stringMatching(named)]);
    for (const searcher of [warm, history.worker()]) await history.agree(searcher, { words: [] });
    await history.tell(numberedJob(5));
    await history.packWholly();
    await history.agree(warm, { words: [] });
  },
);

test('a note', async () => {
  const { history, pack, reindex, said, change } = await open();
  // Notes are read again once they are an hour old.
  history.wait(3_700_000);
  await change('note#000000000000001#1', { segments: 'x', lists: [] });
  const named = /^Item SEGMENTS \/ note#000000000000001#1 of the search index can't be read: segments/;
  for (let n = 0; n < 2; n++) await expect(pack()).rejects.toThrow(named);
  expect(await reindex()).toMatchObject({ complete: true });
  expect(said).toEqual([expect.stringMatching(named)]);
  expect(await pack()).toMatchObject({ complete: true });
  await history.agree(history.worker(), { words: [] });
});

test('the state of a rebuild', async () => {
  const { history, pack, reindex, said, change } = await open();
  await history.worker({ writesLeft: 4 }).rebuild();
  history.wait();
  await change('rebuild', { step: 'x' });
  const named = /^Item SEGMENTS \/ rebuild of the search index can't be read: step/;
  for (let n = 0; n < 2; n++) await expect(pack()).rejects.toThrow(named);
  expect(await reindex()).toMatchObject({ complete: true });
  expect(said).toEqual([expect.stringMatching(named)]);
  await history.agree(history.worker(), { words: [] });
  history.wait();
  await history.worker({ writesLeft: 4 }).rebuild();
  history.wait();
  await change('rebuild', { id: 'of another rebuild' });
  expect(await pack()).toMatchObject({ complete: true });
  await history.agree(history.worker(), { words: [] });
});
