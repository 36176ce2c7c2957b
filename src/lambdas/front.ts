/** The door to Slack: verifies, hands the request to the worker's queue, and answers, all within Slack's 3 seconds. */
import { SQSClient } from '@aws-sdk/client-sqs';
import serverless from 'serverless-http';
import { sqsQueue } from '../aws/queue';
import { readConfig } from '../config';
import { jsonLog } from '../log';
import { slackHttp } from '../slack/receive';
import { forms } from '../views/forms';
import { slackSecrets } from './secrets';

type Handler = (event: object, context: object) => Promise<object>;

async function open(): Promise<Handler> {
  const config = readConfig(
    process.env,
    ['WORK_QUEUE_URL', 'SLACK_COMMAND', 'SLACK_API_URL', 'LOG_LEVEL'],
    ['WORK_QUEUE_URL'],
  );
  const { botToken, signingSecret } = await slackSecrets(process.env);
  // One quick try and one more: what SQS does not take in a second, Slack would not wait for.
  const queue = sqsQueue(new SQSClient({ maxAttempts: 2 }), config.WORK_QUEUE_URL ?? '');
  const http = slackHttp(
    { enqueue: queue.send, forms, log: jsonLog(config.LOG_LEVEL, Date.now), now: Date.now },
    { botToken, signingSecret, command: config.SLACK_COMMAND, slackApiUrl: config.SLACK_API_URL },
  );
  return serverless(http) as Handler;
}

let opened: Promise<Handler> | undefined;

function front(): Promise<Handler> {
  opened ??= open().catch((error: unknown) => {
    // A start that failed (a secret that is not there yet) is tried again with the next request.
    opened = undefined;
    throw error;
  });
  return opened;
}

// Begun as the module loads, so that it is part of Lambda's init phase. A failure is the first request's to tell.
front().catch(() => undefined);

export const handler: Handler = async (event, context) => (await front())(event, context);
