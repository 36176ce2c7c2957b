import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { gatheredReads } from '../../src/history/gatheredReads';
import { MemoryClient, MemoryTable } from './memoryTable';

const TableName = 'history';
const key = (n: number) => ({ pk: `p${n}`, sk: '-' });

function opened(before?: (command: string) => Promise<void> | void) {
  const table = new MemoryTable();
  const commands: string[] = [];
  const doc = gatheredReads(
    new MemoryClient(table, async (command) => {
      commands.push(command);
      // As long as it takes over the wire.
      await new Promise((resolve) => setTimeout(resolve, 1));
      await before?.(command);
    }),
  );
  const put = (n: number, text: string) => doc.send(new PutCommand({ TableName, Item: { ...key(n), text } }));
  const get = async (n: number): Promise<unknown> =>
    (await doc.send(new GetCommand({ TableName, Key: key(n), ConsistentRead: true }))).Item?.text;
  return { table, commands, put, get };
}

test('three hundred reads at once are a handful of calls, and each gets its own item or none', async () => {
  const { commands, put, get } = opened();
  for (let n = 0; n < 200; n++) await put(n, `text ${n}`);
  commands.length = 0;
  const asked = Array.from({ length: 300 }, (_, n) => n % 250);
  const found = await Promise.all(asked.map(get));
  expect(found).toEqual(asked.map((n) => (n < 200 ? `text ${n}` : undefined)));
  expect(commands.length).toBeLessThan(10);
  expect(commands).toContain('BatchGetCommand');
});

test('one read is one GetItem, and so is one that is not consistent', async () => {
  const { commands, put, get } = opened();
  await put(1, 'text');
  commands.length = 0;
  expect(await get(1)).toBe('text');
  expect(await get(2)).toBeUndefined();
  expect(commands).toEqual(['GetCommand', 'GetCommand']);
});

test('a read sees what was written before it was asked for, however many are under way', async () => {
  const { put, get } = opened();
  const seen = Array.from({ length: 60 }, async (_, n) => {
    await put(n % 3, String(n));
    return { least: n, read: Number(await get(n % 3)) };
  });
  for (const { least, read } of await Promise.all(seen)) expect(read % 3).toBe(least % 3);
  await put(1, 'last');
  expect(await Promise.all(Array.from({ length: 20 }, () => get(1)))).toEqual(Array(20).fill('last'));
});

test('what a batch leaves out is asked for again', async () => {
  const { table, put, get } = opened();
  for (let n = 0; n < 30; n++) await put(n, `text ${n}`);
  table.batchSize = 10;
  const found = await Promise.all(Array.from({ length: 30 }, (_, n) => get(n)));
  expect(found).toEqual(Array.from({ length: 30 }, (_, n) => `text ${n}`));
});

test('a refusal reaches all who asked, and none of those who ask after it', async () => {
  let refuses = true;
  const { get } = opened((command) => {
    if (refuses && command !== 'PutCommand') throw new Error('throttled');
  });
  const asked = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => get(n)));
  expect(asked.every(({ status }) => status === 'rejected')).toBe(true);
  refuses = false;
  expect(await get(1)).toBeUndefined();
});
