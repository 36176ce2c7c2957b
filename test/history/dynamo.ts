/** The world's embedded DynamoDB, as another process reaches it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Scene } from '../scene';

export const TABLE = 'batchbot';

export const dynamo = (here: Scene): DynamoDBClient =>
  new DynamoDBClient({
    endpoint: here.world.aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
