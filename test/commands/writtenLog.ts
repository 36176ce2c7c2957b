/** A job that Batch tells of by an event alone, and lines that its log has: for logs that no simulated job would write. */
import { randomUUID } from 'node:crypto';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Message } from '../../src/local/slack/server';
import type { Scene } from '../scene';

export const only = (messages: Message[]): Message => {
  expect(messages).toHaveLength(1);
  return messages[0] as Message;
};

export interface Line {
  at: number;
  text: string;
}

export interface WrittenLog {
  id: string;
  stream: string;
  /** Adds lines, as CloudWatch takes them: 10,000 and 1 MB at once. */
  write(lines: readonly Line[]): Promise<void>;
  /** Takes the stream away. */
  drop(): Promise<void>;
}

export const logsClient = (here: Scene): CloudWatchLogsClient =>
  new CloudWatchLogsClient({
    endpoint: here.world.aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });

/** Tells the bot of a job, and waits until it knows. @returns its id */
export async function tell(here: Scene, detail: Record<string, unknown>): Promise<string> {
  const jobId = randomUUID();
  here.world.aws.publish([
    {
      source: 'aws.batch',
      'detail-type': 'Batch Job State Change',
      time: new Date().toISOString(),
      region: 'us-east-1',
      detail: { jobId, jobName: 'told', jobQueue: 'q', createdAt: Date.now() - 60_000, attempts: [], ...detail },
    },
  ]);
  await here.until(`news of ${jobId}`, () => here.world.app.room.history.jobs.get(jobId));
  return jobId;
}

/** A finished job of one attempt with these lines; `more` goes into the job's detail, `log` into its log configuration. */
export async function writtenLog(
  here: Scene,
  lines: readonly Line[],
  more: Record<string, unknown> = {},
  group = '/aws/batch/job',
): Promise<WrittenLog> {
  const client = logsClient(here);
  const stream = `told/default/${randomUUID().replaceAll('-', '')}`;
  const place = { logGroupName: group, logStreamName: stream };
  await client.send(new CreateLogGroupCommand({ logGroupName: group })).catch(() => undefined);
  await client.send(new CreateLogStreamCommand(place));
  const write = async (added: readonly Line[]): Promise<void> => {
    const logEvents = added.map(({ at, text }) => ({ timestamp: at, message: text }));
    if (logEvents.length > 0) await client.send(new PutLogEventsCommand({ ...place, logEvents }));
  };
  await write(lines);
  const startedAt = Date.now() - 50_000;
  const container = {
    logStreamName: stream,
    exitCode: 0,
    ...(group === '/aws/batch/job'
      ? {}
      : { logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': group } } }),
  };
  const id = await tell(here, {
    status: 'SUCCEEDED',
    startedAt,
    stoppedAt: Date.now() - 1_000,
    attempts: [{ container: { logStreamName: stream, exitCode: 0 }, startedAt, stoppedAt: Date.now() - 1_000 }],
    container,
    ...more,
  });
  return {
    id,
    stream,
    write,
    async drop() {
      await client.send(new DeleteLogStreamCommand(place));
    },
  };
}

/** Lines a second apart, from an hour ago. */
export const lines = (count: number, text: (n: number) => string = (n) => `line ${n + 1}`): Line[] => {
  const from = Date.now() - 3_600_000;
  return Array.from({ length: count }, (_, n) => ({ at: from + n * 1_000, text: text(n) }));
};
