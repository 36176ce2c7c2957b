/** A process of its own with the local AWS, DynamoDB and Slack, and a finished job for each size of log; prints where they answer. */
import { DescribeJobsCommand, SubmitJobCommand } from '@aws-sdk/client-batch';
import { startWorld } from '../../src/local/world';
import { defineJob, localBatch } from '../localBatch';

export interface LocalLogsAddress {
  awsUrl: string;
  slackUrl: string;
  /** Number of lines to the job's id. */
  jobs: Record<string, string>;
}

const QUEUE = 'genomics-prod-spot';

async function main(): Promise<void> {
  const world = await startWorld({ port: 0, awsPort: 0, autonomous: false, speed: 100, sweepMs: 0 });
  const batch = localBatch(world.aws.url);
  await defineJob(batch, 'bench', { memoryMiB: 512 });
  const jobs: Record<string, string> = {};
  for (const size of (process.env.LOG_SIZES ?? '').split(',')) {
    const { jobId = '' } = await batch.send(
      new SubmitJobCommand({
        jobName: `log-of-${size}`,
        jobQueue: QUEUE,
        jobDefinition: 'bench',
        containerOverrides: {
          environment: [
            { name: 'LOCAL_LOG', value: size },
            { name: 'LOCAL_RUN_SECONDS', value: '10' },
          ],
        },
      }),
    );
    jobs[size] = jobId;
  }
  for (;;) {
    const { jobs: details = [] } = await batch.send(new DescribeJobsCommand({ jobs: Object.values(jobs) }));
    if (details.every(({ status }) => status === 'SUCCEEDED')) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const address: LocalLogsAddress = { awsUrl: world.aws.url, slackUrl: world.slack.url, jobs };
  process.stdout.write(`${JSON.stringify(address)}\n`);
}

// Ends with the process that started it.
process.stdin.on('end', () => process.exit(0)).resume();

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
