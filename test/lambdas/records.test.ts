import { eachRecord } from '../../src/lambdas/records';
import { jsonLog } from '../../src/log';

const records = (...ids: string[]) => ({
  Records: ids.map((messageId) => ({ messageId, body: `body of ${messageId}` })),
});

test('only the records that failed come again, and each failure is logged with its id', async () => {
  const lines: string[] = [];
  const taken: string[] = [];
  const log = jsonLog(
    'info',
    () => 0,
    (line) => lines.push(line),
  );
  const answer = await eachRecord(records('a', 'b', 'c'), log, async (body) => {
    taken.push(body);
    if (body.endsWith('b')) throw new Error('not now');
  });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
  expect(taken).toEqual(['body of a', 'body of b', 'body of c']);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', messageId: 'b' });
  expect(lines[0]).toContain('not now');
});

test('a slow record holds up none of the others', async () => {
  const order: string[] = [];
  let release: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  await eachRecord(
    records('slow', 'quick'),
    jsonLog(
      'error',
      () => 0,
      () => undefined,
    ),
    async (body) => {
      if (body.endsWith('slow')) await slow;
      order.push(body);
      release();
    },
  );
  expect(order).toEqual(['body of quick', 'body of slow']);
});
