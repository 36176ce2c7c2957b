/** `npm run reindex` while another packer has the lease: it says until when, goes on then, and tells the speed of its own work. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { searchHead } from '../../src/history/searching/searchHead';
import { reindexCommand } from '../../src/lambdas/reindex';
import { type LocalTables, localTables } from '../history/transfer/localTable';

let tables: LocalTables;
beforeAll(async () => {
  tables = await localTables();
});
afterAll(() => tables.close());
afterEach(() => jest.restoreAllMocks());

test('it says once when the time of a packer that died ends, and begins then', async () => {
  const { table, history } = await tables.open();
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${tables.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const until = Date.now() + 1_500;
  await searchHead(DynamoDBDocumentClient.from(client), table).lease(Date.now(), until);
  client.destroy();
  let told = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const open = async () => ({ history, table, place: `table ${table}`, close: () => undefined });
  expect(await reindexCommand.run([], open, { asked: false })).toBe(0);
  expect(Date.now()).toBeGreaterThanOrEqual(until);
  expect(told.match(/Somebody is packing; their time ends in [12] s at the latest\./g)).toHaveLength(1);
});
