/** The world survives a restart: jobs, their logs, definitions, queues, and what was still going on. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateJobQueueCommand, DescribeJobQueuesCommand } from '@aws-sdk/client-batch';
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { localAws } from './localClients';

test('a job that ran when the world stopped goes on when it starts again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-aws-'));
  const options = { stateFile: join(folder, 'deep', 'world.json'), pastJobs: 50, speed: 50 };
  try {
    const first = await localAws(options);
    const finished = await first.submit({ LOCAL_LOG: 'only line', LOCAL_RUN_SECONDS: '1' });
    const { container } = await first.over(finished);
    const array = await first.submit({ LOCAL_RUN_SECONDS: '60' }, { arrayProperties: { size: 3 } });
    await first.until(array, ({ arrayProperties }) => arrayProperties?.statusSummary?.RUNNING === 3);
    const waiting = await first.submit({ LOCAL_RUN_SECONDS: '1' }, { dependsOn: [{ jobId: array }] });
    await first.reaches(waiting, 'PENDING');
    const order = [{ order: 1, computeEnvironment: 'ce-sandbox' }];
    await first.batch.send(
      new CreateJobQueueCommand({ jobQueueName: 'mine', priority: 1, computeEnvironmentOrder: order }),
    );
    const forgotten = [...first.aws.forgottenJobs()];
    await first.close();

    const second = await localAws({ ...options, seed: 2, pastJobs: 0 });
    expect(await second.job(finished)).toMatchObject({ status: 'SUCCEEDED' });
    const stream = { logGroupName: '/aws/batch/job', logStreamName: container?.logStreamName };
    const { events } = await second.logs.send(new GetLogEventsCommand(stream));
    expect(events?.map(({ message }) => message)).toEqual(['only line']);
    expect((await second.over(array)).arrayProperties?.statusSummary?.SUCCEEDED).toBe(3);
    expect((await second.over(waiting)).status).toBe('SUCCEEDED');
    const { jobQueues } = await second.batch.send(new DescribeJobQueuesCommand({ jobQueues: ['mine'] }));
    expect(jobQueues).toHaveLength(1);
    expect([...second.aws.forgottenJobs()]).toEqual(forgotten);
    await second.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('messages that nobody took are there again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-aws-'));
  const stateFile = join(folder, 'world.json');
  try {
    const first = await localAws({ stateFile });
    await first.sqs.send(
      new SendMessageCommand({
        QueueUrl: `${first.aws.url}/123456789012/batchbot-events`,
        MessageBody: '{"kept":true}',
      }),
    );
    await first.close();
    const second = await localAws({ stateFile });
    expect(await second.events()).toEqual([{ kept: true }]);
    await second.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
