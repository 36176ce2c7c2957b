/** A process of its own with the local AWS, DynamoDB and Slack, and a confirmed cancel of the children of arrays; prints where they answer. */
import { SubmitJobCommand } from '@aws-sdk/client-batch';
import { startWorld } from '../../src/local/world';
import { defineJob, localBatch } from '../localBatch';

export interface LocalOperationsAddress {
  awsUrl: string;
  slackUrl: string;
  jobs: number;
  /** The operation that is confirmed and not begun. */
  op: string;
}

const MOST_CHILDREN = 10_000;
const ADA = { id: 'U0ADA00001', name: 'ada' };

async function main(): Promise<void> {
  const world = await startWorld({ port: 0, awsPort: 0, autonomous: false, speed: 1, sweepMs: 0 });
  const batch = localBatch(world.aws.url);
  await defineJob(batch, 'bench', { memoryMiB: 512 });
  const arrays: [string, number][] = [];
  for (let left = Number(process.env.JOBS); left > 0; left -= MOST_CHILDREN) {
    const size = Math.min(left, MOST_CHILDREN);
    const { jobId = '' } = await batch.send(
      new SubmitJobCommand({
        jobName: `doomed-${arrays.length}`,
        jobQueue: 'genomics-prod-spot',
        jobDefinition: 'bench',
        arrayProperties: { size },
        containerOverrides: { environment: [{ name: 'LOCAL_OUTCOME', value: 'stuck' }] },
      }),
    );
    arrays.push([jobId, size]);
  }
  // Children come into being a moment after their array.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const ids = arrays.flatMap(([id, size]) => Array.from({ length: size }, (_, index) => `${id}:${index}`));
  const { operations } = world.app.room.history;
  const { op } = await operations.freeze(
    {
      kind: 'cancel',
      askedBy: ADA,
      askedAt: Date.now(),
      expiresAtMs: Date.now() + 900_000,
      channel: 'C0GENERAL1',
      words: 'doomed',
      what: `${ids.length} jobs`,
      named: 'doomed',
    },
    ids,
  );
  await operations.start(op, ADA, Date.now());
  const address: LocalOperationsAddress = { awsUrl: world.aws.url, slackUrl: world.slack.url, jobs: ids.length, op };
  process.stdout.write(`${JSON.stringify(address)}\n`);
}

// Ends with the process that started it.
process.stdin.on('end', () => process.exit(0)).resume();

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
