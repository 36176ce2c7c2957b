/** A process of its own with the local AWS and DynamoDB, so that their work is not counted as the bot's; prints where it answers. */

import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../src/history/table';
import { startLocalAws } from '../../src/local/aws/server';

// dynalite brings no types.
const dynalite: (options: { createTableMs: number }) => Server = createRequire(__filename)('dynalite');

export interface LocalAwsAddress {
  awsUrl: string;
  dynamoUrl: string;
  table: string;
  workQueueUrl: string;
  deadLettersUrl: string;
}

async function main(): Promise<void> {
  const aws = await startLocalAws({ port: 0, seed: 1, speed: 1, pastJobs: 0, autonomous: false });
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dynamoUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const table = 'batchbot';
  await createTable(
    new DynamoDBClient({
      endpoint: dynamoUrl,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
    table,
  );
  const address: LocalAwsAddress = {
    awsUrl: aws.url,
    dynamoUrl,
    table,
    workQueueUrl: `${aws.url}/123456789012/batchbot-work`,
    deadLettersUrl: `${aws.url}/123456789012/batchbot-events-dlq`,
  };
  process.stdout.write(`${JSON.stringify(address)}\n`);
}

// Ends with the process that started it.
process.stdin.on('end', () => process.exit(0)).resume();

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
