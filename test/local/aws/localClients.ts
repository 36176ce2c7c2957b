/** A local AWS of one test's own, with the real SDK's clients pointed at it. */
import {
  BatchClient,
  DescribeJobsCommand,
  type JobDetail,
  type KeyValuePair,
  SubmitJobCommand,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type LocalAwsOptions, startLocalAws } from '../../../src/local/aws/server';

export interface BatchEvent {
  'detail-type': string;
  resources: string[];
  detail: JobDetail & { lastStatus?: string; availabilityZone?: string };
}

export const environment = (variables: Record<string, string>): KeyValuePair[] =>
  Object.entries(variables).map(([name, value]) => ({ name, value }));

export async function localAws(options: Partial<LocalAwsOptions> = {}) {
  const aws = await startLocalAws({ port: 0, seed: 1, speed: 200, pastJobs: 0, autonomous: false, ...options });
  const given = {
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: options.faults ? 1 : 3,
  };
  const batch = new BatchClient(given);
  const sqs = new SQSClient(given);
  const clients = {
    batch,
    sqs,
    logs: new CloudWatchLogsClient(given),
    ecs: new ECSClient(given),
    ec2: new EC2Client(given),
  };

  const submit = async (variables: Record<string, string> = {}, more: Partial<SubmitJobCommandInput> = {}) => {
    const answer = await batch.send(
      new SubmitJobCommand({
        jobName: 'job',
        jobQueue: 'sandbox',
        jobDefinition: 'sandbox',
        containerOverrides: { environment: environment(variables) },
        ...more,
      }),
    );
    return answer.jobId ?? '';
  };

  const job = async (id: string): Promise<JobDetail> => {
    const { jobs } = await batch.send(new DescribeJobsCommand({ jobs: [id] }));
    if (!jobs?.[0]) throw new Error(`no job ${id}`);
    return jobs[0];
  };

  /** Looks at the job until `test` holds. */
  const until = async (id: string, test: (job: JobDetail) => boolean): Promise<JobDetail> => {
    for (let tries = 0; tries < 1000; tries++) {
      const now = await job(id);
      if (test(now)) return now;
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    throw new Error(`waited in vain: ${JSON.stringify(await job(id))}`);
  };
  const over = (id: string) => until(id, ({ status }) => status === 'SUCCEEDED' || status === 'FAILED');
  const reaches = (id: string, status: string) => until(id, (now) => now.status === status);

  /** Everything on the events queue, until it has been empty for a moment. */
  const events = async (): Promise<BatchEvent[]> => {
    const QueueUrl = `${aws.url}/123456789012/batchbot-events`;
    const all: BatchEvent[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      if (Messages.length === 0) return all;
      all.push(...Messages.map(({ Body }) => JSON.parse(Body ?? '') as BatchEvent));
      const Entries = Messages.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  };

  const close = async () => {
    for (const client of Object.values(clients)) client.destroy();
    await aws.close();
  };
  return { aws, ...clients, submit, job, until, over, reaches, events, close };
}
