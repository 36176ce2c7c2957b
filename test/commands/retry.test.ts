import {
  DeregisterJobDefinitionCommand,
  DescribeJobsCommand,
  type JobDetail,
  ListJobsCommand,
  RegisterJobDefinitionCommand,
  UpdateJobQueueCommand,
} from '@aws-sdk/client-batch';
import type { Message } from '../../src/local/slack/server';
import { only, type Scene, scene } from '../scene';

let here: Scene;
let skewMs = 0;
beforeAll(async () => {
  here = await scene({ now: () => Date.now() + skewMs });
});
afterAll(() => here.end());

const QUEUE = 'genomics-prod-spot';
const describeJob = async (id: string): Promise<JobDetail> => {
  const { jobs } = await here.batch.send(new DescribeJobsCommand({ jobs: [id] }));
  if (jobs?.[0] === undefined) throw new Error(`Batch does not know ${id}`);
  return jobs[0];
};
const ended = (id: string, status = 'FAILED') =>
  here.until(`${id} ${status}`, async () => ((await describeJob(id)).status === status ? true : undefined));
/** Submits a job that fails, and waits until the bot knows. */
async function failed(name: string, environment: Record<string, string> = {}, more = {}): Promise<string> {
  const id = await here.submit(name, { LOCAL_OUTCOME: 'exit:1', LOCAL_RUN_SECONDS: '1', ...environment }, more);
  await ended(id);
  await here.until(`${name} is known`, async () =>
    (await here.world.app.room.history.jobs.get(id))?.job.status === 'FAILED' ? true : undefined,
  );
  return id;
}
/** Every job of that name in the queue, newest first. */
async function named(name: string, jobQueue = QUEUE): Promise<JobDetail[]> {
  const filters = [{ name: 'JOB_NAME', values: [name] }];
  const { jobSummaryList = [] } = await here.batch.send(new ListJobsCommand({ jobQueue, filters }));
  const { jobs = [] } = await here.batch.send(
    new DescribeJobsCommand({ jobs: jobSummaryList.map(({ jobId = '' }) => jobId) }),
  );
  return jobs.sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
}
const retriesOf = async (name: string, id: string, queue = QUEUE) =>
  (await named(name, queue)).filter(({ tags }) => tags?.retryOf === id);
const opOf = (message: Message): string => /Operation ([0-9A-Z]{5})/.exec(message.plain)?.[1] ?? '';
const result = (op: string): Promise<Message> =>
  here.until(`the end of ${op}`, () =>
    here.world.slack
      .channel('general')
      .find(({ plain, ephemeral_to }) => ephemeral_to === undefined && plain.includes(op) && plain.includes('retried')),
  );
const submits = () => here.world.aws.counts()['batch.SubmitJob']?.calls ?? 0;
const environmentOf = ({ container }: JobDetail) =>
  Object.fromEntries((container?.environment ?? []).map(({ name = '', value }) => [name, value]));

test('a failed job is shown, waits for the press, and is submitted again just as it was, with where it came from', async () => {
  const id = await failed(
    'align-a',
    { SAMPLE: 'S1' },
    {
      tags: { team: 'genomics' },
      timeout: { attemptDurationSeconds: 600 },
      retryStrategy: {
        attempts: 2,
        evaluateOnExit: [
          { onReason: 'nothing*', action: 'RETRY' },
          { onReason: '*', action: 'EXIT' },
        ],
      },
    },
  );
  const preview = only(await here.ada.says(`/batch retry ${id}`));
  expect(preview.ephemeral_to).toBe('U0ADA00001');
  expect(preview.plain).toContain('Retry 1 job?');
  expect(preview.plain).toContain('Just as it was submitted.');
  expect(await retriesOf('align-a', id)).toHaveLength(0);

  await here.ada.presses('Retry 1 job', preview);
  const told = await result(opOf(preview));
  expect(told.plain).toContain('@ada retried 1 job: align-a');
  const [again, ...others] = await retriesOf('align-a', id);
  expect(others).toEqual([]);
  const old = await describeJob(id);
  expect(again?.tags).toEqual({ team: 'genomics', retryOf: id, retryOp: opOf(preview) });
  for (const field of ['jobQueue', 'jobDefinition', 'timeout', 'retryStrategy', 'parameters'] as const)
    expect(again?.[field]).toEqual(old[field]);
  expect(again?.container?.command).toEqual(old.container?.command);
  expect(again && environmentOf(again)).toEqual(environmentOf(old));
  expect(again?.container?.resourceRequirements).toEqual(old.container?.resourceRequirements);
  expect(told.plain).toContain(again?.jobId ?? '-');

  const oldCard = only(await here.ada.says(`/batch job ${id}`));
  expect(oldCard.plain).toContain(`retried as ${again?.jobId}`);
  const newCard = only(await here.ada.presses('Its retry', oldCard));
  expect(newCard.plain).toContain(`retry of ${id} (op ${opOf(preview)})`);
  expect(only(await here.vic.says(`/batch job ${id}`)).plain).not.toContain('[Retry');

  const log = only(await here.root.says(`/batch audit op:${opOf(preview)}`));
  for (const word of ['asked', 'confirmed']) expect(log.plain).toContain(word);
  expect(only(await here.ada.says(`/batch search tag:retryOf=${id}`)).plain).toContain('align-a');
});

test('a search retries those that failed, with what was asked to change, and tells which it leaves out', async () => {
  const ids = await Promise.all([1, 2].map((n) => failed(`stack-${n}`)));
  const running = await here.submit('stack-3', { LOCAL_OUTCOME: 'hang' });
  await here.until('the running one is known', async () =>
    (await here.world.app.room.history.jobs.get(running)) === undefined ? undefined : true,
  );
  const preview = only(
    await here.ada.says('/batch retry stack- memory:2x timeout:2h attempts:3 vcpus:4 to:genomics-ondemand'),
  );
  expect(preview.plain).toContain('Retry 2 jobs?');
  expect(preview.plain).toContain(
    'twice the memory, 4 vCPU, queue genomics-ondemand, at most 2 h an attempt, 3 attempts',
  );
  await here.ada.presses('Retry 2 jobs', preview);
  await result(opOf(preview));
  for (const [n, id] of ids.entries()) {
    const [again] = await retriesOf(`stack-${n + 1}`, id, 'genomics-ondemand');
    expect(again?.container?.resourceRequirements).toEqual(
      expect.arrayContaining([
        { type: 'MEMORY', value: '4096' },
        { type: 'VCPU', value: '4' },
      ]),
    );
    expect(again).toMatchObject({ timeout: { attemptDurationSeconds: 7_200 }, retryStrategy: { attempts: 3 } });
  }
  const mixed = only(await here.ada.says(`/batch retry ${ids[0]} ${running}`));
  expect(mixed.plain).toContain('Left out: 1 job');
  expect(mixed.plain).toMatch(/stack-3: it is still \w+/);
  expect(mixed.plain).toContain('was retried before');
  const tooEarly = only(await here.ada.says(`/batch retry ${running} queue:genomics-ondemand`));
  expect(tooEarly.plain).toContain("stack-3 can't be retried: it is still");
  const cancelling = only(await here.ada.presses('Cancel it first…', tooEarly));
  await here.ada.presses('Cancel 1 job', cancelling);
  await ended(running);
  const moved = only(await here.ada.says(`/batch retry ${running} queue:genomics-ondemand`));
  expect(moved.plain).toContain('With queue genomics-ondemand');
  expect(only(await here.ada.says('/batch retry stack-9 status:failed')).plain).toContain('there is nothing to retry');
});

test('twice the memory is offered after it ran out, and the button does that', async () => {
  const id = await failed('hungry', { LOCAL_OUTCOME: 'oom' });
  const why = only(await here.ada.says(`/batch why ${id}`));
  const preview = only(await here.ada.presses('Retry with 4 GiB', why));
  expect(preview.plain).toContain('With memory 4 GiB; otherwise as it was.');
  await here.ada.presses('Retry 1 job', preview);
  await result(opOf(preview));
  const [again] = await retriesOf('hungry', id);
  expect(again?.container?.resourceRequirements).toContainEqual({ type: 'MEMORY', value: '4096' });
});

test('what no instance of the queue could run is said before it waits for ever', async () => {
  const id = await failed('giant');
  expect(only(await here.ada.says(`/batch retry ${id} vcpus:100000`)).plain).toContain('it would never start');
});

test('a second press, by anybody, submits nothing twice', async () => {
  const id = await failed('once-more');
  const preview = only(await here.ada.says(`/batch retry ${id}`));
  await here.ada.presses('Retry 1 job', preview);
  await result(opOf(preview));
  const before = submits();
  expect(only(await here.ada.says(`/batch retry --confirm ${opOf(preview)}`)).plain).toContain('already done');
  await here.world.app.room.enqueue({ kind: 'operation', op: opOf(preview) });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(submits()).toBe(before);
  expect(await retriesOf('once-more', id)).toHaveLength(1);
});

describe('jobs that two people hold a preview of', () => {
  test('are submitted once: the second learns who retried them, and takes the others, or all once more', async () => {
    const [first = '', second = ''] = await Promise.all([1, 2].map((n) => failed(`wanted-${n}`)));
    const both = only(await here.root.says('/batch retry wanted-'));
    const own = only(await here.ada.says(`/batch retry ${first}`));
    await here.ada.presses('Retry 1 job', own);
    await result(opOf(own));

    const doubt = only(await here.root.presses('Retry 2 jobs', both));
    expect(doubt.plain).toContain(
      `Nothing was retried yet: meanwhile 1 of these jobs was retried by ada (op ${opOf(own)}).`,
    );
    const rest = only(await here.root.presses('Only the other one…', doubt));
    expect(rest.plain).toContain('Retry 1 job?');
    await here.root.presses('Retry 1 job', rest);
    await result(opOf(rest));
    expect(await retriesOf('wanted-1', first)).toHaveLength(1);
    expect(await retriesOf('wanted-2', second)).toHaveLength(1);

    const again = only(await here.root.presses('Retry 2 jobs', both));
    expect(again.plain).toContain('meanwhile all 2 jobs were retried by ');
    await here.root.presses('Retry once more', again);
    expect((await result(opOf(both))).plain).toContain('2 submitted');
    expect(await retriesOf('wanted-1', first)).toHaveLength(2);
    const log = only(await here.root.says(`/batch audit op:${opOf(both)}`));
    expect(log.plain).toContain('though others had retried some meanwhile');
  });

  test('are submitted once by two presses at the same moment', async () => {
    const id = await failed('at-once');
    const [ada, root] = [
      only(await here.ada.says(`/batch retry ${id}`)),
      only(await here.root.says(`/batch retry ${id}`)),
    ];
    await Promise.all([here.ada.presses('Retry 1 job', ada), here.root.presses('Retry 1 job', root)]);
    await here.until('both are over', async () => {
      const states = await Promise.all([ada, root].map((one) => here.world.app.room.history.operations.get(opOf(one))));
      return states.every((one) => one?.state === 'done' || one?.state === 'asked') ? true : undefined;
    });
    expect(await retriesOf('at-once', id)).toHaveLength(1);
  });
});

test('those that failed are tried again with what was to be changed', async () => {
  const id = await failed('unlucky');
  const preview = only(await here.ada.says(`/batch retry ${id} memory:2x timeout:2h attempts:3`));
  here.world.aws.setFaults({ deny: ['batch:SubmitJob'] });
  await here.ada.presses('Retry 1 job', preview);
  const told = await result(opOf(preview));
  here.world.aws.setFaults({ deny: [] });
  const again = only(await here.ada.presses('Retry the failed one', told));
  expect(again.plain).toContain('With twice the memory, at most 2 h an attempt, 3 attempts; otherwise as it was.');
  await here.ada.presses('Retry 1 job', again);
  expect((await result(opOf(again))).plain).toContain(`what failed in operation ${opOf(preview)}`);
  const [retried] = await retriesOf('unlucky', id);
  expect(retried).toMatchObject({ timeout: { attemptDurationSeconds: 7_200 }, retryStrategy: { attempts: 3 } });
  expect(retried?.container?.resourceRequirements).toContainEqual({ type: 'MEMORY', value: '4096' });
});

test('a long list is turned inside the preview, and what fails after it was shown is told at the press', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, (_, n) => failed(`pages-${n}`)));
  const preview = only(await here.ada.says('/batch retry pages-'));
  expect(preview.plain).toContain('Retry 12 jobs?');
  expect(preview.plain).toContain('1-10 of 12');
  const second = only(await here.ada.presses('Next', preview));
  expect(second.plain).toContain('11-12 of 12');
  expect(second.plain).toContain('States: failed (12)');
  const late = await failed('pages-late');
  const grown = only(await here.ada.presses('Retry 12 jobs', second));
  expect(grown.plain).toContain('Nothing was retried yet: 1 more job matches now than you were shown.');
  await here.ada.presses('Retry 12 jobs', grown);
  await result(opOf(preview));
  expect(await retriesOf('pages-late', late)).toHaveLength(0);
  expect(await retriesOf('pages-0', ids[0] ?? '')).toHaveLength(1);
});

test('a failure that only Batch knows of yet is found', async () => {
  const { history } = here.world.app.room;
  const id = await here.submit('unheard-of', { LOCAL_OUTCOME: 'exit:1', LOCAL_RUN_SECONDS: '1' });
  await ended(id);
  const preview = only(await here.ada.says('/batch retry unheard-of'));
  expect(preview.plain).toContain('Retry 1 job?');
  expect((await history.jobs.get(id))?.job.status).toBe('FAILED');
});

test('a viewer is refused, and Leave it calls it off', async () => {
  const id = await failed('not-yours');
  expect(only(await here.vic.says(`/batch retry ${id}`)).plain).toContain('this needs the operator role');
  const preview = only(await here.ada.says(`/batch retry ${id}`));
  expect(only(await here.vic.says(`/batch retry --confirm ${opOf(preview)}`)).plain).toContain('operator role');
  expect(only(await here.ada.presses('Leave it', preview)).plain).toContain('Nothing was retried');
  expect(only(await here.ada.says(`/batch retry --confirm ${opOf(preview)}`)).plain).toContain('called off');
  expect(await retriesOf('not-yours', id)).toHaveLength(0);
});

test('a job whose revision was deregistered runs the newest, and the preview says so', async () => {
  const register = (image: string) =>
    here.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'old-and-new',
        type: 'container',
        containerProperties: {
          image,
          command: ['run', image],
          environment: [{ name: 'GENOME', value: image }],
          resourceRequirements: [
            { type: 'VCPU', value: '1' },
            { type: 'MEMORY', value: '2048' },
          ],
        },
      }),
    );
  await register('v1');
  const id = await failed('migrated', { OWN: 'kept' }, { jobDefinition: 'old-and-new' });
  await here.batch.send(new DeregisterJobDefinitionCommand({ jobDefinition: 'old-and-new:1' }));
  expect(only(await here.ada.says(`/batch retry ${id}`)).plain).toContain('no other revision is active');
  await register('v2');
  const preview = only(await here.ada.says(`/batch retry ${id}`));
  expect(preview.plain).toContain('As it was submitted, but for what follows.');
  expect(preview.plain).toContain('It runs old-and-new:2, since old-and-new:1 was deregistered');
  await register('v3');
  await here.ada.presses('Retry 1 job', preview);
  await result(opOf(preview));
  const [again] = await retriesOf('migrated', id);
  // Revision 3 came after the preview: what was confirmed is revision 2.
  expect(again?.jobDefinition).toContain('old-and-new:2');
  expect(again?.container?.command).toEqual(['run', 'v2']);
  expect(again && environmentOf(again)).toMatchObject({ GENOME: 'v2', OWN: 'kept' });
});

test('a queue that takes no jobs is told before and not after', async () => {
  const id = await failed('shut-out');
  const name = 'genomics-ondemand';
  await here.batch.send(new UpdateJobQueueCommand({ jobQueue: name, state: 'DISABLED' }));
  expect(only(await here.ada.says(`/batch retry ${id} queue:${name}`)).plain).toContain(`queue ${name} is disabled`);
  await here.batch.send(new UpdateJobQueueCommand({ jobQueue: name, state: 'ENABLED' }));
  expect(only(await here.ada.says(`/batch retry ${id} queue:nowhere`)).plain).toContain('there is no queue nowhere');
});

test('jobs that wait for each other are retried in order, each waiting for the new one', async () => {
  const first = await failed('chain-1');
  const second = await here.submit('chain-2', {}, { dependsOn: [{ jobId: first }] });
  await ended(second);
  await here.until('both are known', async () =>
    (await here.ada.says('/batch search chain- status:failed'))[0]?.plain.includes('of 2') ? true : undefined,
  );
  const preview = only(await here.ada.says('/batch retry chain-'));
  await here.ada.presses('Retry 2 jobs', preview);
  await result(opOf(preview));
  const [newFirst] = await retriesOf('chain-1', first);
  const [newSecond] = await retriesOf('chain-2', second);
  expect(newSecond?.dependsOn).toEqual([{ jobId: newFirst?.jobId }]);
  const alone = only(await here.ada.says(`/batch retry ${second}`));
  expect(alone.plain).toContain('waits no more for a job that failed and is not among these');
  expect(alone.plain).toContain('As it was submitted, but for what follows.');
});

describe('an array', () => {
  const arrayOf = (name: string, environment: Record<string, string>, more = {}) =>
    failed(
      name,
      { LOCAL_OUTCOME: 'exit:1', LOCAL_FAIL_INDEXES: '1,3', ...environment },
      { arrayProperties: { size: 5 }, ...more },
    );

  test('runs whole again where no index can be handed over, and says what that means', async () => {
    const id = await arrayOf('whole', {});
    const preview = only(await here.ada.says(`/batch retry ${id}`));
    expect(preview.plain).toContain('Retry 1 array of 5 children?');
    expect(preview.plain).toContain('runs whole again, all 5 children, also the 3 that did not fail');
    expect(only(await here.ada.says(`/batch retry ${id} failed`)).plain).toContain("Batch can't run single indexes");
    const child = only(await here.ada.says(`/batch retry ${id}:1 memory:2x`));
    expect(child.plain).toContain('retry the whole array');
    expect(only(await here.ada.presses('Retry the whole array…', child)).plain).toContain('twice the memory');
    await here.ada.presses('Retry 1 array of 5 children', preview);
    await result(opOf(preview));
    expect((await retriesOf('whole', id))[0]?.arrayProperties?.size).toBe(5);
  });

  test('runs its failed indexes alone where its job reads a list of them', async () => {
    const id = await arrayOf('listed', { ARRAY_INDEXES: '' });
    const preview = only(await here.ada.says(`/batch retry ${id}`));
    expect(preview.plain).toContain('Retry 1 array of 2 children?');
    expect(preview.plain).toContain('As it was submitted, but for what follows.');
    expect(preview.plain).toContain(
      'It runs only the 2 of 5 children that failed (1,3) as an array of so many, their indexes named in its variable ARRAY_INDEXES.',
    );
    await here.ada.presses('Retry 1 array of 2 children', preview);
    await result(opOf(preview));
    const [again] = await retriesOf('listed', id);
    expect(again?.arrayProperties?.size).toBe(2);
    expect(again && environmentOf(again).ARRAY_INDEXES).toBe('1,3');
  });

  test('runs its failed indexes as single jobs where a shell can be told the index', async () => {
    const shell = { command: ['bash', '-c', 'work'] };
    const environment = Object.entries({ LOCAL_OUTCOME: 'exit:1', LOCAL_FAIL_INDEXES: '1,3', LOCAL_RUN_SECONDS: '1' });
    const id = await failed(
      'shelled',
      {},
      {
        arrayProperties: { size: 5 },
        containerOverrides: { ...shell, environment: environment.map(([name, value]) => ({ name, value })) },
      },
    );
    const preview = only(await here.ada.says(`/batch retry ${id}`));
    expect(preview.plain).toContain('Retry 2 children of an array?');
    expect(preview.plain).toContain('As they were submitted, but for what follows.');
    expect(preview.plain).toContain(
      '2 jobs: each runs as a job of its own, its index exported before the script of its shell',
    );
    await here.ada.presses('Retry 2 children of an array', preview);
    await result(opOf(preview));
    for (const index of [1, 3]) {
      const [again, ...others] = await retriesOf('shelled', `${id}:${index}`);
      expect(others).toEqual([]);
      expect(again?.arrayProperties).toBeUndefined();
      expect(again?.container?.command?.[2]).toBe(
        `export AWS_BATCH_JOB_ARRAY_INDEX=${index} AWS_BATCH_JOB_ARRAY_SIZE=5\nwork`,
      );
    }
  });
});

test('a slip gets the right form', async () => {
  for (const [words, told] of [
    ['memory:lots', 'say 2x for twice as much'],
    ['attempts:11', 'it is 1 to 10'],
    ['timeout:5s', 'at least 60 seconds'],
    ['timeout:2h30', 'each number needs its unit: 2h30m'],
    ['timeout:9999999999d', 'at most 365d'],
    ['memory:999999g', 'at most 32t'],
    ['memory:2x memory:4x', 'memory: stands there twice'],
    ['8d3e6b1c to:*', 'name one queue'],
    ['8d3e6b1c-0000-4000-8000-000000000001 queue:*', 'beside ids is the queue to submit to: name one'],
    ['vcpus:0', 'more than 0'],
    ['', 'Which jobs?'],
    ['no-such-job-anywhere', 'there is nothing to retry'],
  ] as const)
    expect(only(await here.ada.says(`/batch retry ${words}`)).plain).toContain(told);
});

// The last one: it moves the clock of the whole world.
test('a preview expires after 15 minutes and offers a fresh one', async () => {
  const id = await failed('stale-retry');
  const preview = only(await here.ada.says(`/batch retry ${id}`));
  skewMs = 16 * 60_000;
  expect((await here.ada.presses('Retry 1 job', preview))[0]?.plain).toContain('too old to act on');
  expect(await retriesOf('stale-retry', id)).toHaveLength(0);
});
