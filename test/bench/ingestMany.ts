/** A process that takes in events as Lambda hands them on from SQS, and prints how many a second: `ingestMany.js <module> <jobs>`. */
import { createRequire } from 'node:module';

interface SqsRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Record<string, string>;
  messageAttributes: Record<string, never>;
  md5OfBody: string;
  eventSource: 'aws:sqs';
  eventSourceARN: string;
  awsRegion: string;
}
type SqsHandler = (
  event: { Records: SqsRecord[] },
  context: { getRemainingTimeInMillis(): number },
) => Promise<{ batchItemFailures: { itemIdentifier: string }[] }>;

/** What a job that goes well tells of itself. */
const STATES = ['RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED'] as const;

/** As many records as the stack lets one call have. */
const RECORDS_PER_CALL = 100;

function stateChange(job: number, state: number): object {
  const id = `${job.toString(16).padStart(8, '0')}-0a82-49aa-ba5a-4727fcce14a8`;
  const arn = (resource: string): string => `arn:aws:batch:us-east-1:123456789012:${resource}`;
  const createdAt = Date.now() - 600_000;
  return {
    version: '0',
    id: `${id}-${state}`,
    'detail-type': 'Batch Job State Change',
    source: 'aws.batch',
    account: '123456789012',
    time: new Date(createdAt + state * 60_000).toISOString(),
    region: 'us-east-1',
    resources: [arn(`job/${id}`)],
    detail: {
      jobArn: arn(`job/${id}`),
      jobName: `nightly-align-${job}`,
      jobId: id,
      jobQueue: arn('job-queue/genomics'),
      status: STATES[state],
      attempts: [],
      createdAt,
      ...(state >= 2 ? { startedAt: createdAt + 120_000 } : {}),
      ...(state >= 3 ? { stoppedAt: createdAt + 180_000 } : {}),
      retryStrategy: { attempts: 1, evaluateOnExit: [] },
      dependsOn: [],
      jobDefinition: arn('job-definition/align:7'),
      parameters: {},
      container: { image: 'example/align:1', command: ['align', String(job)], ...(state >= 3 ? { exitCode: 0 } : {}) },
      tags: { resourceArn: arn(`job/${id}`), team: 'genomics' },
      platformCapabilities: [],
    },
  };
}

const record = (event: object, index: number): SqsRecord => ({
  messageId: `m-${index}`,
  receiptHandle: `r-${index}`,
  body: JSON.stringify(event),
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:events',
  awsRegion: 'us-east-1',
});

async function main(): Promise<void> {
  const { handler }: { handler: SqsHandler } = createRequire(__filename)(process.argv[2] ?? '');
  const jobs = Number(process.argv[3]);
  // All jobs go through a state together, as the events of a busy account are mixed.
  const events = STATES.flatMap((_, state) => Array.from({ length: jobs }, (_, job) => stateChange(job, state)));
  const began = performance.now();
  for (let from = 0; from < events.length; from += RECORDS_PER_CALL) {
    const Records = events.slice(from, from + RECORDS_PER_CALL).map((event, index) => record(event, from + index));
    const { batchItemFailures } = await handler({ Records }, { getRemainingTimeInMillis: () => 60_000 });
    if (batchItemFailures.length > 0)
      throw new Error(`${batchItemFailures.length} of ${Records.length} events were given back`);
  }
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(
    `${JSON.stringify({ events: events.length, per_second: Math.round(events.length / seconds) })}\n`,
    () => process.exit(0),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
