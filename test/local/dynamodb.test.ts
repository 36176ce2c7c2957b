/** The local DynamoDB: what is in an index all the time is in every answer. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createTable, TABLE_LAYOUT } from '../../src/history/table';
import { localDynamo } from '../../src/local/dynamodb';

const TABLE = 'jobs';

const dynamo = localDynamo();
const server = createServer(dynamo.listener);
let client: DynamoDBClient;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});
afterAll(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
  await dynamo.close();
});

test('a query never misses an item that moves in its index', async () => {
  const doc = DynamoDBDocumentClient.from(client);
  await createTable(client, TABLE);
  const ids = Array.from({ length: 5 }, (_, n) => `job-${n}`);
  const move = async (sk: string, changedAt: number) =>
    await doc.send(new PutCommand({ TableName: TABLE, Item: { pk: 'JOB#1', sk, live: 'LIVE#0', changedAt } }));
  const seen = async () =>
    await doc.send(
      new QueryCommand({
        TableName: TABLE,
        IndexName: TABLE_LAYOUT.liveIndex,
        KeyConditionExpression: '#live = :live',
        ExpressionAttributeNames: { '#live': TABLE_LAYOUT.liveIndexPartitionKey },
        ExpressionAttributeValues: { ':live': 'LIVE#0' },
      }),
    );
  await Promise.all(ids.map((id) => move(id, 0)));
  const counts: (number | undefined)[] = [];
  let at = 0;
  const moving = Promise.all(
    ids.map(async (id) => {
      for (let n = 0; n < 100; n++) await move(id, ++at);
    }),
  );
  const looking = Promise.all(
    ids.map(async () => {
      for (let n = 0; n < 100; n++) counts.push((await seen()).Count);
    }),
  );
  await Promise.all([moving, looking]);
  expect(new Set(counts)).toEqual(new Set([ids.length]));
});
