/** Tables of an embedded DynamoDB, and clients of the real SDK that may wait or die before a command. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createTable } from '../../src/history/table';
import { localDynamo } from '../../src/local/dynamodb';
import type { Before } from './memoryTable';
import type { Ground } from './model';

export async function startTables() {
  const dynamo = localDynamo();
  const server = createServer(dynamo.listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const settings: DynamoDBClientConfig = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const clients: DynamoDBClient[] = [];
  let tables = 0;
  const connect = (before?: Before): DynamoDBDocumentClient => {
    // A client's middleware is its own.
    const own = new DynamoDBClient(settings);
    clients.push(own);
    const doc = DynamoDBDocumentClient.from(own, { marshallOptions: { removeUndefinedValues: true } });
    if (before !== undefined) {
      doc.middlewareStack.add(
        (next, context) => async (args) => {
          await before(context.commandName ?? '', args.input);
          return next(args);
        },
        { step: 'initialize' },
      );
    }
    return doc;
  };
  return {
    async open(): Promise<Ground> {
      const table = `history-${++tables}`;
      const client = new DynamoDBClient(settings);
      clients.push(client);
      await createTable(client, table);
      return { table, client: connect };
    },
    async stop(): Promise<void> {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => server.close(resolve));
      await dynamo.close();
    },
  };
}
export type Tables = Awaited<ReturnType<typeof startTables>>;
