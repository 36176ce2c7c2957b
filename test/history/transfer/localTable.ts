/** An embedded DynamoDB with tables of its own, and a history opened on one of them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type History, openHistory } from '../../../src/history/history';
import { createTable } from '../../../src/history/table';
import { localDynamo } from '../../../src/local/dynamodb';

export interface LocalTables {
  port: number;
  /** The operations that were asked for, until it is cleared. */
  asked: Set<string>;
  /** A new, empty table; `keptDays` as `openHistory` takes it. */
  open(keptDays?: number): Promise<{ table: string; history: History }>;
  close(): Promise<void>;
}

export async function localTables(): Promise<LocalTables> {
  const dynamo = localDynamo();
  const server = createServer(dynamo.listener);
  const asked = new Set<string>();
  server.on('request', ({ headers }) => asked.add(String(headers['x-amz-target']).replace(/^.*\./, '')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  let tables = 0;
  return {
    port,
    asked,
    async open(keptDays) {
      const table = `history-${++tables}`;
      await createTable(client, table);
      return { table, history: openHistory(client, table, Date.now, keptDays) };
    },
    async close() {
      client.destroy();
      await new Promise((resolve) => server.close(resolve));
      await dynamo.close();
    },
  };
}
