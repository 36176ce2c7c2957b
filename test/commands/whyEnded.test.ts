/** `/batch why`: what people read of jobs that failed, run, succeeded, were cancelled or got lost. */
import { RegisterJobDefinitionCommand } from '@aws-sdk/client-batch';
import type { Message } from '../../src/local/slack/server';
import { callsOf, only, type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterEach(() => here.world.aws.setFaults({ deny: [] }));
afterAll(() => here.end());

const answer = async (id: string): Promise<Message> => only(await here.ada.says(`/batch why ${id}`));
const answerWhen = (id: string, pattern: RegExp): Promise<Message> =>
  here.until(`${pattern} of ${id}`, async () => {
    const message = await answer(id);
    return pattern.test(message.plain) ? message : undefined;
  });
const whyWhen = async (id: string, pattern: RegExp): Promise<string> => (await answerWhen(id, pattern)).plain;
const failed = (id: string): Promise<string> => whyWhen(id, /failed (?:just now|\d+ \w+ ago)/);

/** An alert reads the log too, so that calls are counted after it. */
const alerted = (name: string): Promise<Message> =>
  here.until(`the alert of ${name}`, () => here.alerts().find(({ plain }) => plain.includes(name)));

async function definition(name: string): Promise<string> {
  await here.batch.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: name,
      type: 'container',
      containerProperties: {
        image: 'busybox:1',
        command: ['run'],
        resourceRequirements: [
          { type: 'VCPU', value: '1' },
          { type: 'MEMORY', value: '2048' },
        ],
      },
    }),
  );
  return name;
}

const CRASH = { LOCAL_OUTCOME: 'exit:3', LOCAL_RUN_SECONDS: '2', LOCAL_LOG: 'reading\\nno such sample: PT-1042' };

describe('a failed job', () => {
  test('has its cause first, then both reasons, the end of its log, and the next step', async () => {
    const id = await here.submit('sorts', { LOCAL_OUTCOME: 'oom', LOCAL_RUN_SECONDS: '5' });
    const plain = await failed(id);
    expect(plain).toContain('Out of memory: killed at 2 GiB, exit 137.');
    expect(plain).toContain('Batch says: Essential container in task exited');
    expect(plain).toContain('The container says: OutOfMemoryError: Container killed due to memory usage');
    expect(plain).toMatch(/\d\d:\d\d:\d\d {2}Killed/);
    expect(plain).toContain('What helps: Run it again with more memory.');
    expect(plain).toContain('[Logs]');
    expect(only(await here.ada.presses('Retry with 4 GiB', await answer(id))).plain).toMatch(/memory .*4/);
  });

  test('tells how often the very same cause struck its definition', async () => {
    const jobDefinition = await definition('strikes');
    const endings = ['exit:3', 'exit:3', 'exit:4', 'oom'];
    const ids = await Promise.all(
      endings.map((LOCAL_OUTCOME, n) => here.submit(`strike-${n}`, { ...CRASH, LOCAL_OUTCOME }, { jobDefinition })),
    );
    for (const id of ids) await failed(id);
    const [first = '', , third = ''] = ids;
    const twice = 'This cause struck 2 jobs of strikes:1 in the last 7 days; an array counts as one.';
    expect(await whyWhen(first, /struck 2 jobs/)).toContain(twice);
    expect(await answer(third)).toMatchObject({
      plain: expect.stringContaining('The only job of strikes that failed so in the last 7 days.'),
    });
    const list = only(await here.ada.presses('Its failures this week', await answer(first)));
    expect(list.plain).toContain('2 failed jobs');
  });

  test('counts an array as one, however many children failed, other revisions apart, and nobody’s cancelling', async () => {
    const jobDefinition = await definition('drowned');
    const id = await here.submit('one-of-them', CRASH, { jobDefinition });
    await failed(id);
    const { jobs } = here.world.app.room.history;
    const at = Date.now();
    const row = (n: string, more: object) => ({
      ...{ id: n, name: 'x', definition: 'drowned:1', status: 'FAILED' as const, createdAt: at, stoppedAt: at },
      ...{ statusReason: 'Essential container in task exited', exitCode: 3, seenAt: at, whole: true },
      ...{ attempts: [], entered: {}, ...more },
    });
    const parent = 'abcdef00-0000-4000-8000-00000000000';
    const children = (of: string, createdAt: number) =>
      Array.from({ length: 450 }, (_, arrayIndex) => row(`${of}:${arrayIndex}`, { arrayIndex, createdAt }));
    const others = [
      ...children(`${parent}1`, at),
      ...children(`${parent}2`, at + 1),
      row(`${parent}3`, { definition: 'drowned:2' }),
      row(`${parent}4`, { statusReason: 'enough of it', terminated: true }),
      row(`${parent}5`, { exitCode: 4 }),
      row(`${parent}6`, { createdAt: at - 8 * 86_400_000 }),
    ];
    for (let n = 0; n < others.length; n += 100)
      await Promise.all(others.slice(n, n + 100).map((one) => jobs.put(one, 0, Date.now())));
    expect(await whyWhen(id, /struck [34]/)).toContain(
      'This cause struck 3 jobs of drowned:1, 4 of any revision in the last 7 days; an array counts as one.',
    );
  });

  test('of another exit code shows the lines before its end, in one call once it is known', async () => {
    const id = await here.submit('misses-a-sample', CRASH);
    const plain = await failed(id);
    expect(plain).toContain('exit code 3');
    expect(plain).toContain('no such sample: PT-1042');
    // Its end stands above.
    expect(plain).not.toContain('What helps');
    const long = await here.submit('writes-much', { ...CRASH, LOCAL_LOG: '40' });
    await failed(long);
    await alerted('writes-much');
    expect(await callsOf(here, () => answer(long))).toEqual({ 'logs.GetLogEvents': 1 });
  });

  test('whose host was reclaimed shows the instance, and the queue where that does not happen', async () => {
    const id = await here.submit('reclaimed', { LOCAL_OUTCOME: 'spot', LOCAL_RUN_SECONDS: '1' });
    const plain = await failed(id);
    expect(plain).toMatch(/Its host i-0[0-9a-f]+ went away/);
    expect(plain).toMatch(
      /Instance i-0[0-9a-f]+ \([a-z0-9.]+, us-east-1[a-d], Spot\), terminated: .*Spot instance termination/,
    );
    expect(plain).toContain('genomics-ondemand is on demand.');
    await alerted('reclaimed');
    expect(plain).toContain('[Logs]');
    expect(plain).toMatch(/last \d+ lines? of its log/);
    expect(plain).toContain('Allow retries on Host EC2*, or');
    expect(await callsOf(here, () => answer(id))).toEqual({
      'ec2.DescribeInstances': 1,
      'logs.GetLogEvents': 1,
      'batch.DescribeJobQueues': 1,
      'batch.DescribeComputeEnvironments': 1,
    });
    here.world.aws.setFaults({ deny: ['ec2:DescribeInstances'] });
    expect((await answer(id)).plain).toContain('AWS does not let me call ec2:DescribeInstances');
  });

  test.each([
    [
      'CannotPullContainerError: toomanyrequests: You have reached your pull rate limit.',
      'allows no more pulls for now',
    ],
    ['CannotPullContainerError: Error response from daemon: no basic auth credentials', 'no right to it'],
    ['ResourceInitializationError: failed to fetch secret x from secrets manager: AccessDeniedException', 'A secret'],
    [
      'CannotStartContainerError: failed to initialize logging driver: The specified log group does not exist.',
      'Its log could not be opened: the log group',
    ],
    ['CannotCreateContainerError: write /var/lib/docker: no space left on device', 'The disk of its instance is full'],
  ])('that never started: %s', async (LOCAL_REASON, told) => {
    const plain = await failed(await here.submit('never-starts', { LOCAL_OUTCOME: 'start', LOCAL_REASON }));
    expect(plain).toContain(told);
    expect(plain).toContain(LOCAL_REASON.slice(0, 60));
    expect(plain).toContain('What helps:');
  });

  test('for which AWS has no words is explained by the end of its log', async () => {
    const log = 'writing sorted.bam\\nOSError: [Errno 28] No space left on device';
    const plain = await failed(await here.submit('fills-the-disk', { ...CRASH, LOCAL_LOG: log }));
    expect(plain).toContain('Its log says that the disk is full: OSError: [Errno 28] No space left on device');
    expect(plain).toContain('What helps: Give the instances a bigger volume');
  });

  test('for want of a dependency leads to that dependency’s cause', async () => {
    const first = await here.submit('breaks', CRASH);
    const id = await here.submit('follows', {}, { dependsOn: [{ jobId: first }] });
    const message = await answerWhen(id, /failed (?:just now|\d+ \w+ ago)/);
    expect(message.plain).toContain('A job that it depends on failed');
    expect(message.plain).toContain('breaks failed: Its command ended with exit code 3');
    expect(only(await here.ada.presses('Why breaks', message)).plain).toContain('no such sample');
  });

  test('of an array groups its children by cause, and leads to one of them', async () => {
    const id = await here.submit('in-part', { ...CRASH, LOCAL_FAIL_INDEXES: '1-2' }, { arrayProperties: { size: 4 } });
    const message = await answerWhen(id, /Some of its children failed[\s\S]*×2/);
    expect(message.plain).toMatch(/exit 3 ×2: 1-2/);
    expect(only(await here.ada.presses('Why child 1 failed', message)).plain).toContain('in-part [1]');
  });

  test('tells of several attempts how each of them ended', async () => {
    const id = await here.submit('again-and-again', CRASH, { retryStrategy: { attempts: 2 } });
    expect(await failed(id)).toContain('All 2 attempts ended so.');
  });

  test('that lost its host at every attempt is told what helps then', async () => {
    const id = await here.submit('unlucky', { LOCAL_OUTCOME: 'spot' }, { retryStrategy: { attempts: 2 } });
    const message = await answerWhen(id, /failed (?:just now|\d+ \w+ ago)/);
    expect(message.plain).toContain('All 2 attempts that it may have are used up');
    expect(message.plain).toContain('[Retry with 4 attempts]');
  });

  test('that timed out is told its limit', async () => {
    const id = await here.submit('too-slow', { LOCAL_OUTCOME: 'hang' }, { timeout: { attemptDurationSeconds: 60 } });
    expect(await failed(id)).toContain('Timed out: it ran longer than its limit of 1 min and was killed.');
    expect(await failed(id)).not.toContain('most often for memory');
  });
});

test('a job cancelled from Slack names who did it, by which operation, and for what', async () => {
  const id = await here.submit('unwanted', { LOCAL_OUTCOME: 'hang' });
  const preview = only(await here.ada.says(`/batch cancel ${id}`));
  await here.ada.presses('Cancel 1 job', preview, { confirm: true, values: { Reason: 'wrong reference genome' } });
  const plain = await failed(id);
  expect(plain).toMatch(/Cancelled from Slack by ada \(op [0-9A-Z]{5}\)\./);
  expect(plain).toMatch(/confirmed operation [0-9A-Z]{5} at/);
  expect(plain).toContain('wrong reference genome');
  expect(plain).not.toContain('this cause');
});

describe('a job that has not failed', () => {
  test('and runs is compared with its definition’s usual, and told its limit', async () => {
    const jobDefinition = await definition('usual');
    const done = await here.submit('quick', { LOCAL_RUN_SECONDS: '1' }, { jobDefinition });
    await whyWhen(done, /succeeded (?:just now|\d+ \w+ ago)/);
    const id = await here.submit(
      'slow',
      { LOCAL_OUTCOME: 'hang' },
      { jobDefinition, timeout: { attemptDurationSeconds: 86_400 } },
    );
    const plain = await whyWhen(id, /longer than any of the last 1 run/);
    expect(plain).toMatch(/Batch ends this attempt at .*, in 2\d h .*\(its own timeout, 1 d an attempt\)/);
    expect(plain).toContain('Look at the end of its log');
    expect(plain).toContain('[Cancel…]');
  });

  test('and succeeded is said to be well, with the attempts that were not', async () => {
    const id = await here.submit(
      'second-try',
      { ...CRASH, LOCAL_FAIL_ATTEMPTS: '1' },
      { retryStrategy: { attempts: 2 } },
    );
    const plain = await whyWhen(id, /It succeeded, at attempt 2/);
    expect(plain).toContain('Attempt 1: exit 3');
  });

  test('and that Batch has lost is told so', async () => {
    const id = 'c0ffee00-0000-4000-8000-00000000000f';
    const { jobs } = here.world.app.room.history;
    const at = Date.now() - 3_600_000;
    await jobs.put(
      {
        id,
        name: 'vanished',
        status: 'RUNNING',
        seenAt: at,
        lostAt: at + 60_000,
        whole: true,
        attempts: [],
        entered: {},
      },
      0,
      Date.now(),
    );
    const { plain } = await answer(id);
    expect(plain).toContain('Batch knows this job no more, and never told how it ended.');
    expect(plain).toContain('Last seen running 1 h ago');
  });
});

test('a hostile reason pings nobody and breaks nothing', async () => {
  const evil = '<!channel> *bold* `tick` <https://evil|here> @here \u202egnp.exe';
  const id = await here.submit('hostile-why', {
    LOCAL_OUTCOME: 'start',
    LOCAL_REASON: `CannotStartContainerError: exec: "${evil}": executable file not found`,
  });
  const message = await answerWhen(id, /is not in the image/);
  expect(message).toMatchObject({ notified: [] });
  expect(message.plain).not.toContain('\u202e');
});

test('an answer can be shared with the channel', async () => {
  const id = await here.submit('for-all', CRASH);
  await failed(id);
  const message = only(await here.ada.presses('Share', await answer(id)));
  expect(message.ephemeral_to).toBeUndefined();
  expect(message.plain).toContain('exit code 3');
  expect(message.plain).toMatch(/shared by @?ada/);
  expect(message.plain).not.toContain('[');
});
