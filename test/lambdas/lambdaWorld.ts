/** A world round the Lambdas: their environment, queues of their own, and the events that AWS hands them. */
import {
  CreateQueueCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { createTable } from '../../src/history/table';
import { dynamo } from '../history/dynamo';
import type { Scene } from '../scene';
import { SIGNING_SECRET } from '../slack/signedRequest';

/** Where these Lambdas' alerts go; those of the scene's own bot go to #batch-alerts. */
export const ALERT_CHANNEL = 'genomics';

export interface LambdaWorld {
  env: Record<string, string>;
  send(queueUrl: string, body: string): Promise<void>;
  receive(queueUrl: string): Promise<Message[]>;
  end(): void;
}

export async function lambdaWorld(here: Scene, table: string): Promise<LambdaWorld> {
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const sqs = new SQSClient({ endpoint: here.world.aws.url, region: 'us-east-1', credentials });
  const queue = async (name: string): Promise<string> =>
    (await sqs.send(new CreateQueueCommand({ QueueName: `${table}-${name}` }))).QueueUrl ?? '';
  await createTable(dynamo(here), table);
  return {
    env: {
      AWS_ENDPOINT_URL: here.world.aws.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      SLACK_BOT_TOKEN: 'xoxb-local',
      SLACK_SIGNING_SECRET: SIGNING_SECRET,
      SLACK_API_URL: `${here.world.slack.url}/api/`,
      DYNAMODB_TABLE: table,
      WORK_QUEUE_URL: await queue('work'),
      EVENTS_DLQ_URL: await queue('parked'),
      ALERT_CHANNEL: 'C0GENOMIC1',
      LOG_LEVEL: 'error',
    },
    send: async (QueueUrl, MessageBody) => void (await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))),
    receive: async (QueueUrl) =>
      (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }))).Messages ??
      [],
    end: () => sqs.destroy(),
  };
}

/** Sets the environment until the returned function is called. */
export function setEnvironment(env: Readonly<Record<string, string>>): () => void {
  const before = { ...process.env };
  Object.assign(process.env, env);
  return () => {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  };
}

export const context = {
  getRemainingTimeInMillis: () => 60_000,
  awsRequestId: 'r',
  callbackWaitsForEmptyEventLoop: false,
};

/** An event of a function URL, payload format 2.0 (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html). */
export const functionUrlEvent = (body: string, headers: Record<string, string>, isBase64Encoded: boolean) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/slack/events',
  rawQueryString: '',
  headers: {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
    host: 'abc.lambda-url.us-east-1.on.aws',
    ...headers,
  },
  requestContext: {
    http: { method: 'POST', path: '/slack/events', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'Slackbot' },
    requestId: 'r',
    stage: '$default',
  },
  body: isBase64Encoded ? Buffer.from(body).toString('base64') : body,
  isBase64Encoded,
});
