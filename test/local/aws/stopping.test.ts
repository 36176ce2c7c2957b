/** Cancelling and terminating, one by one and fifty at a time. */
import { CancelJobCommand, CancelJobsCommand, TerminateJobCommand, TerminateJobsCommand } from '@aws-sdk/client-batch';
import { localAws } from './localClients';

let world: Awaited<ReturnType<typeof localAws>>;
beforeAll(async () => {
  world = await localAws({ speed: 50 });
});
afterAll(() => world.close());

test('a running job ignores CancelJob, and ends by TerminateJob with its reason, without a retry', async () => {
  const id = await world.submit({ LOCAL_OUTCOME: 'hang' }, { retryStrategy: { attempts: 3 } });
  await world.reaches(id, 'RUNNING');
  await world.batch.send(new CancelJobCommand({ jobId: id, reason: 'no' }));
  expect(await world.job(id)).toMatchObject({ status: 'RUNNING', isCancelled: false });
  await world.batch.send(new TerminateJobCommand({ jobId: id, reason: 'superseded by ann' }));
  expect((await world.job(id)).isTerminated).toBe(true);
  const job = await world.over(id);
  expect(job).toMatchObject({ status: 'FAILED', statusReason: 'superseded by ann', isTerminated: true });
  expect(job.attempts).toHaveLength(1);
  expect(job.attempts?.[0]).toMatchObject({ statusReason: 'superseded by ann', container: { exitCode: 143 } });
});

test('a job stuck in RUNNABLE is cancelled with the reason', async () => {
  const id = await world.submit({ LOCAL_OUTCOME: 'stuck' });
  await world.reaches(id, 'RUNNABLE');
  await world.batch.send(new CancelJobCommand({ jobId: id, reason: 'never mind' }));
  expect(await world.over(id)).toMatchObject({
    status: 'FAILED',
    statusReason: 'never mind',
    isCancelled: true,
    attempts: [],
  });
});

test('a PENDING job is cancelled only once its dependencies are over', async () => {
  const first = await world.submit({ LOCAL_OUTCOME: 'hang' });
  const second = await world.submit({}, { dependsOn: [{ jobId: first }] });
  await world.reaches(second, 'PENDING');
  await world.reaches(first, 'RUNNING');
  await world.batch.send(new CancelJobCommand({ jobId: second, reason: 'changed my mind' }));
  expect(await world.job(second)).toMatchObject({ status: 'PENDING', isCancelled: true });
  await world.batch.send(new TerminateJobCommand({ jobId: first, reason: 'enough' }));
  expect((await world.over(second)).statusReason).toBe('changed my mind');
});

test("terminating an array's parent ends all its children", async () => {
  const id = await world.submit({ LOCAL_OUTCOME: 'hang' }, { arrayProperties: { size: 4 } });
  await world.until(id, ({ arrayProperties }) => arrayProperties?.statusSummary?.RUNNING === 4);
  await world.batch.send(new TerminateJobCommand({ jobId: id, reason: 'wrong input' }));
  expect(await world.over(id)).toMatchObject({
    statusReason: 'wrong input',
    arrayProperties: { statusSummary: { FAILED: 4 } },
  });
  expect((await world.job(`${id}:2`)).statusReason).toBe('wrong input');
});

test('bulk calls take up to 50 ids; unknown ones are successful, malformed ones are errors', async () => {
  const ids = await Promise.all([world.submit({ LOCAL_OUTCOME: 'stuck' }), world.submit({ LOCAL_OUTCOME: 'hang' })]);
  const unknown = '00000000-0000-4000-8000-000000000000';
  const jobs = [...ids, unknown, 'what is this'];
  const answer = await world.batch.send(new TerminateJobsCommand({ jobs, reason: 'clean up' }));
  expect(answer.successful).toEqual([...ids, unknown]);
  expect(answer.errors).toEqual([expect.objectContaining({ job: 'what is this', code: 'ValidationException' })]);
  for (const id of ids) expect((await world.over(id)).statusReason).toBe('clean up');

  const many = new CancelJobsCommand({ jobs: Array.from({ length: 51 }, () => unknown), reason: 'x' });
  await expect(world.batch.send(many)).rejects.toMatchObject({ name: 'ClientException' });
  const long = new CancelJobsCommand({ jobs: [unknown], reason: 'x'.repeat(1025) });
  await expect(world.batch.send(long)).rejects.toMatchObject({ name: 'ClientException' });
});
