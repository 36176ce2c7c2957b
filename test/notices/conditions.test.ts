/** States as people meet them: each told once while it is so, closed with a word when it is so no more, silent when off. */
import {
  RegisterJobDefinitionCommand,
  TerminateJobCommand,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
} from '@aws-sdk/client-batch';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Message } from '../../src/local/slack/server';
import { conditionWatch } from '../../src/notices/conditions/watchConditions';
import { defineQueue } from '../localBatch';
import { type Scene, scene } from '../scene';
import { childChange, newId, stateChange } from './stateChange';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const CREDENTIALS = { accessKeyId: 'x', secretAccessKey: 'x' };

let here: Scene;
/** How far the world's clock is ahead of ours: it only ever goes on. */
let aheadMs = 0;
const now = () => Date.now() + aheadMs;
const wait = (ms: number) => {
  aheadMs += ms;
};

beforeAll(async () => {
  // Few queues, so that a look takes no time; slow enough that Batch tells of a blocked head a second after it is RUNNABLE,
  // since an event's time is in whole seconds.
  here = await scene({ now, speed: 10, furnished: false });
  for (const name of ['genomics-prod-spot', 'vision', 'speech', 'ads', 'maps', 'robots'])
    await defineQueue(here.batch, name);
  await look();
});
afterAll(() => here.end());
// As many cards as there are here would gather on one.
beforeEach(() => wait(11 * MINUTE));

/** A minute passes. */
async function look(): Promise<void> {
  wait(MINUTE);
  const until = Date.now() + MINUTE;
  await here.world.app.tick(() => until - Date.now());
}

const cards = (...words: string[]): Message[] =>
  here
    .alerts()
    .filter(({ plain, thread_ts }) => thread_ts === undefined && words.every((word) => plain.includes(word)));
const card = (...words: string[]): Promise<Message> =>
  here.until(`a card with ${words.join(', ')}`, () => cards(...words)[0]);
const statusOf = async (id: string) => (await here.world.app.room.history.jobs.get(id))?.job.status;
const known = (id: string, status: string) =>
  here.until(`${id} to be ${status}`, async () => ((await statusOf(id)) === status ? true : undefined));
const end = (jobId: string) => here.batch.send(new TerminateJobCommand({ jobId, reason: 'the scene is over' }));

async function parked(): Promise<unknown> {
  const sqs = new SQSClient({ endpoint: here.world.aws.url, region: 'us-east-1', credentials: CREDENTIALS });
  const QueueUrl = `${here.world.aws.url}/123456789012/batchbot-events-dlq`;
  const body = await here.until('a parked event', async () => {
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    return Messages?.[0]?.Body;
  });
  sqs.destroy();
  return JSON.parse(body);
}

/** The card as it is once the minute has passed, and all that was due is sent. */
async function closes(told: Message, ...words: string[]): Promise<void> {
  await look();
  await look();
  expect((await card(...words)).ts).toBe(told.ts);
}

/** Time enough for a card that was due, if it is the only one: a sender makes one call a second. */
const sent = () => new Promise((resolve) => setTimeout(resolve, 500));

/** What was told stays as it is while minutes pass, and is told by one card. */
async function staysOne(told: Message, ...words: string[]): Promise<void> {
  await look();
  await look();
  await sent();
  expect(cards(...words).map(({ ts }) => ts)).toEqual([told.ts]);
}

describe('a queue whose head is blocked', () => {
  const blockedEvent = (id: string, queue: string, statusReason: string, at = now()) => ({
    ...stateChange({ id, name: `head-${id.slice(0, 4)}`, status: 'RUNNABLE', at }),
    'detail-type': 'Batch Job Queue Blocked',
    resources: [
      `arn:aws:batch:us-east-1:123456789012:job/${id}`,
      `arn:aws:batch:us-east-1:123456789012:job-queue/${queue}`,
    ],
    detail: {
      ...stateChange({ id, name: `head-${id.slice(0, 4)}`, status: 'RUNNABLE', at }).detail,
      jobQueue: `arn:aws:batch:us-east-1:123456789012:job-queue/${queue}`,
      statusReason,
    },
  });

  test('is told at Batch’s event, in plain words with the next step; when the job has gone on it says so', async () => {
    const id = await here.submit('blocked-head', { LOCAL_OUTCOME: 'stuck:CAPACITY' }, { jobQueue: 'vision' });
    const told = await card('no capacity', 'vision');
    expect(told.plain).toContain('EC2 has no p3.2xlarge to give now');
    expect(told.plain).toContain('Allow more instance types or zones, or use an on-demand queue.');
    await staysOne(told, 'no capacity', 'vision');
    await end(id);
    await known(id, 'FAILED');
    await closes(told, 'vision', '✔', 'moves again after');
  });

  test.each([
    ['MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) can not meet the CPU requirement', 'Raise maxvCpus'],
    ['MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS – Batch service role has a permission issue.', 'service-linked role'],
    ['ACTION_REQUIRED - CE(s) associated with the job queue are invalid.', 'Mend what each environment’s own reason'],
    ['UNDETERMINED - Batch job is blocked, root cause is undetermined.', 'instances and events'],
  ])('has a next step for %s', async (reason, step) => {
    const id = newId();
    here.world.aws.publish([blockedEvent(id, 'speech', reason)]);
    expect((await card(`head-${id.slice(0, 4)}`)).plain).toContain(step);
    here.world.aws.publish([stateChange({ id, status: 'SUCCEEDED', at: now() + 1_000 })]);
    await known(id, 'SUCCEEDED');
  });

  test('twice, late, or of last month it is told no second time or not at all; what can’t be read is parked', async () => {
    const [late, gone, last] = [newId(), newId(), newId()];
    const reason = 'UNDETERMINED - Batch job is blocked, root cause is undetermined.';
    const event = blockedEvent(late, 'ads', reason);
    here.world.aws.publish([stateChange({ id: gone, name: 'gone-on', status: 'RUNNING', at: now() })]);
    await known(gone, 'RUNNING');
    here.world.aws.publish([
      blockedEvent(gone, 'ads', reason, now() - MINUTE),
      blockedEvent(last, 'ads', reason, now() - 30 * 24 * HOUR),
      { ...event, detail: { ...event.detail, jobId: 17 } },
      event,
      event,
    ]);
    const told = await card('ads');
    expect(told.plain).toContain(`head-${late.slice(0, 4)}`);
    await sent();
    expect(cards('ads')).toHaveLength(1);
    expect(cards('ads')[0]?.plain).not.toMatch(new RegExp(`gone-on|head-${last.slice(0, 4)}`));
    expect((await here.world.app.room.history.jobs.get(last))?.job.status).toBe('RUNNABLE');
    expect(await parked()).toMatchObject({ 'detail-type': 'Batch Job Queue Blocked', detail: { jobId: 17 } });
    here.world.aws.publish([late, last].map((id) => stateChange({ id, status: 'SUCCEEDED', at: now() + 1_000 })));
    await known(last, 'SUCCEEDED');
  });
});

test('a line that stands for longer than the queue’s threshold is told with what its head waits for, and when it moves', async () => {
  const size = (maxvCpus: number) =>
    here.batch.send(
      new UpdateComputeEnvironmentCommand({ computeEnvironment: 'ce-robots', computeResources: { maxvCpus } }),
    );
  await size(1);
  const holder = await here.submit('holder', { LOCAL_OUTCOME: 'hang' }, { jobQueue: 'robots' });
  await known(holder, 'RUNNING');
  const waiting = await here.submit('left-waiting', { LOCAL_RUN_SECONDS: '5' }, { jobQueue: 'robots' });
  await known(waiting, 'RUNNABLE');
  await look();
  await sent();
  expect(cards('left-waiting')).toEqual([]);
  wait(3 * HOUR);
  await look();
  const told = await card('left-waiting', 'robots');
  expect(told.plain).toContain('Waits for room: its compute environment is at the maximum (ce-robots 1 of 1 vCPU).');
  expect(told.plain).toMatch(/has waited at its head for 3 h/);
  await staysOne(told, 'left-waiting');
  // What AWS does not tell is no end of it.
  here.world.aws.setFaults({ deny: ['batch:GetJobQueueSnapshot'] });
  await look();
  here.world.aws.setFaults({ deny: [] });
  expect(cards('left-waiting')[0]?.plain).not.toContain('moves again');
  await size(256);
  await known(waiting, 'SUCCEEDED');
  await closes(told, 'left-waiting', '✔', 'moves again after');
  await end(holder);
});

test('a job that is STARTING for more than ten minutes is told, and when it is over', async () => {
  const id = await here.submit('starts-never', { LOCAL_OUTCOME: 'starting' });
  await known(id, 'STARTING');
  wait(7 * MINUTE);
  await look();
  await sent();
  expect(cards('starts-never')).toEqual([]);
  wait(2 * MINUTE);
  // Neither a sweep nor another state that AWS refuses to tell of keeps it from being told.
  here.world.aws.setFaults({ deny: ['batch:DescribeJobQueues'] });
  await expect(look()).rejects.toThrow();
  here.world.aws.setFaults({ deny: [] });
  const told = await card('starts-never');
  expect(told.plain).toMatch(/STARTING for 1\d min/);
  await staysOne(told, 'starts-never');
  await end(id);
  await known(id, 'FAILED');
  await closes(told, 'starts-never', '✔', 'starts jobs again after');
});

const arnOf = (definition: string) => `arn:aws:batch:us-east-1:123456789012:job-definition/${definition}`;

test('a job that runs twice as long as its definition’s p95 is told, from twenty runs on, and when it ended', async () => {
  const ran = (definition: string, runs: number) =>
    Array.from({ length: runs }, (_, n) =>
      stateChange({
        id: newId(),
        status: 'SUCCEEDED',
        at: now() - n * MINUTE,
        detail: { jobDefinition: arnOf(definition) },
      }),
    );
  const containerProperties = { image: 'scene', command: ['run'], vcpus: 1, memory: 512 };
  for (const jobDefinitionName of ['usual', 'usual', 'rare'])
    await here.batch.send(
      new RegisterJobDefinitionCommand({ jobDefinitionName, type: 'container', containerProperties }),
    );
  here.world.aws.publish([...ran('usual:1', 20), ...ran('rare:1', 19)]);
  const long = await here.submit('runs-on', { LOCAL_OUTCOME: 'hang' }, { jobDefinition: 'usual:2' });
  const rare = await here.submit('runs-too', { LOCAL_OUTCOME: 'hang' }, { jobDefinition: 'rare:1' });
  await known(long, 'RUNNING');
  await known(rare, 'RUNNING');
  wait(11 * MINUTE);
  await look();
  const told = await card('runs-on');
  expect(told.plain).toMatch(
    /It has run for 1\d min.*Of 20 runs of usual:1 that succeeded in the last 30 days, 95 % took 1 min (29|30) s or less/,
  );
  await staysOne(told, 'runs-on');
  await end(long);
  await end(rare);
  await known(long, 'FAILED');
  await closes(told, 'runs-on', '✔', 'ended');
  expect(cards('runs-too', 'much longer')).toEqual([]);
});

test('a definition that fails well more often than in the week before is told once, and when it is as usual', async () => {
  const ended = (status: 'SUCCEEDED' | 'FAILED', jobs: number, at: number, name = 'shaky:1') =>
    here.world.aws.publish(
      Array.from({ length: jobs }, (_, n) =>
        stateChange({ id: newId(), status, at: at - n * 1_000, detail: { jobDefinition: arnOf(name) } }),
      ),
    );
  ended('SUCCEEDED', 30, now() - 2 * DAY);
  ended('FAILED', 1, now() - 2 * DAY);
  // What always fails so often is no news.
  ended('FAILED', 15, now() - 2 * DAY, 'poor:1');
  ended('SUCCEEDED', 15, now() - 2 * DAY, 'poor:1');
  ended('FAILED', 6, now(), 'poor:1');
  ended('SUCCEEDED', 6, now(), 'poor:1');
  ended('SUCCEEDED', 3, now());
  ended('FAILED', 12, now());
  // What somebody stopped is no failure, and an array is one job however many of its children fail.
  const array = newId();
  for (const name of ['stopped:1', 'arrayed:1']) ended('SUCCEEDED', 30, now() - 2 * DAY, name);
  here.world.aws.publish(
    Array.from({ length: 12 }, (_, n) => [
      stateChange({
        id: newId(),
        status: 'FAILED',
        at: now(),
        detail: { jobDefinition: arnOf('stopped:1'), statusReason: 'cancelled from Slack by ada (op K7QRM)' },
      }),
      childChange(array, n, { status: 'FAILED', at: now(), detail: { jobDefinition: arnOf('arrayed:1') } }),
    ]).flat(),
  );
  const failed = async () =>
    (
      await here.world.app.room.history.search.search(
        { words: [], statuses: ['failed'], definitions: ['shaky', 'poor', 'stopped', 'arrayed'] },
        { limit: 1 },
      )
    ).total;
  await here.until('all of them', async () => ((await failed()) === 58 ? true : undefined));
  wait(11 * MINUTE);
  await look();
  const told = await card('shaky', 'more often than usual');
  expect(told.plain).toMatch(
    /12 of its 15 jobs that ended since \d\d:00 UTC failed \(80 %\); in the week before it was 1 of 31 \(3\.2 %\)/,
  );
  await staysOne(told, 'shaky', 'more often than usual');
  wait(3 * HOUR);
  await closes(told, 'shaky', '✔', 'no more often than usual after');
  // Theirs would stand by now.
  for (const other of ['poor', 'stopped', 'arrayed']) expect(cards(other, 'more often than usual')).toEqual([]);
});

test('a queue that got jobs all week and gets none for hours is told, and when it gets some again', async () => {
  const submitted = (queueName: string, hours: number, everyHours: number) =>
    Array.from({ length: Math.floor(hours / everyHours) }, (_, n) =>
      stateChange({
        id: newId(),
        status: 'SUCCEEDED',
        at: now() - n * everyHours * HOUR,
        detail: { jobQueue: `arn:aws:batch:us-east-1:123456789012:job-queue/${queueName}` },
      }),
    );
  here.world.aws.publish([...submitted('vision', 8 * 24, 2), ...submitted('maps', 9 * 24, 24)]);
  const total = async () =>
    (
      await here.world.app.room.history.search.search(
        { words: [], queues: ['vision', 'maps'], statuses: ['succeeded'] },
        { limit: 1 },
      )
    ).total;
  await here.until('all of them', async () => ((await total()) >= 4 * 24 + 9 ? true : undefined));
  wait(4 * HOUR);
  await look();
  await sent();
  expect(cards('got none for long')).toEqual([]);
  wait(4 * HOUR);
  await look();
  const told = await card('vision', 'got none for long');
  expect(told.plain).toMatch(
    /No job was submitted for [78] h; in the last two weeks it was never longer without than 2 hours/,
  );
  await staysOne(told, 'got none for long');
  here.world.aws.publish([
    stateChange({ id: newId(), status: 'SUCCEEDED', at: now(), detail: { jobQueue: 'vision' } }),
  ]);
  wait(11 * MINUTE);
  await closes(told, 'vision', '✔', 'gets jobs again after');
});

test('what is switched off, or within the threshold of its queue, is not told', async () => {
  await here.root.says('/batch alerts set starting:2h queue:ad*');
  const patient = await here.submit('starts-slowly', { LOCAL_OUTCOME: 'starting' }, { jobQueue: 'ads' });
  await known(patient, 'STARTING');
  await here.root.says('/batch alerts off stuck-starting');
  const id = await here.submit('starts-unheard', { LOCAL_OUTCOME: 'starting' });
  await known(id, 'STARTING');
  wait(20 * MINUTE);
  await look();
  await look();
  await sent();
  expect(cards('starts-unheard')).toEqual([]);
  await here.root.says('/batch alerts on stuck-starting');
  wait(11 * MINUTE);
  await look();
  await card('starts-unheard');
  expect(cards('starts-slowly')).toEqual([]);
  wait(2 * HOUR);
  await look();
  const standing = await card('starts-slowly');
  // A card of what nobody looks at any more must not stand as if it were so.
  await here.root.says('/batch alerts off stuck-starting');
  await look();
  const changed = () => cards('starts-slowly').find(({ ts }) => ts === standing.ts)?.plain ?? '';
  await here.until('the end', () => (changed().includes('is not watched any more') ? true : undefined));
  await here.root.says('/batch alerts on stuck-starting');
  await end(id);
  await end(patient);
});

describe('trouble with capacity', () => {
  const role = (account: string) =>
    here.batch.send(
      new UpdateComputeEnvironmentCommand({
        computeEnvironment: 'ce-maps',
        serviceRole: `arn:aws:iam::${account}:role/batch`,
      }),
    );

  test('an environment that became INVALID is told with Batch’s reason and the remedy, and when it is well again', async () => {
    await role('999999999999');
    await look();
    const told = await card('ce-maps');
    expect(told.plain).toContain('compute environment is invalid');
    expect(told.plain).toContain('It starts no jobs for maps.');
    expect(told.plain).toContain('Not authorized to perform sts:AssumeRole');
    expect(told.plain).toContain('Check its service role');
    await staysOne(told, 'ce-maps');
    // A process that knows nothing of what was told tells nothing twice.
    await conditionWatch(here.world.app.room).look(() => MINUTE);
    await staysOne(told, 'ce-maps');
    here.world.aws.setFaults({ deny: ['batch:DescribeComputeEnvironments'] });
    await look();
    await look();
    here.world.aws.setFaults({ deny: [] });
    expect(cards('ce-maps')[0]?.plain).not.toContain('well again');
    await role('123456789012');
    await closes(told, 'ce-maps', '✔', 'is well again after');
  });

  const switchTo = (jobQueue: string, state: 'ENABLED' | 'DISABLED') =>
    here.batch.send(new UpdateJobQueueCommand({ jobQueue, state }));

  test('a queue that somebody disabled elsewhere is told; what was disabled here is not', async () => {
    const [preview] = await here.ada.says('/batch queue disable robots');
    if (preview === undefined) throw new Error('there is no preview');
    await here.ada.presses('Disable it', preview);
    await switchTo('ads', 'DISABLED');
    await look();
    const told = await card('ads', 'queue is disabled');
    expect(told.plain).toContain('Somebody disabled it.');
    await staysOne(told, 'ads', 'queue is disabled');
    await switchTo('ads', 'ENABLED');
    await closes(told, 'ads', '✔', 'is well again after');
    expect(cards('robots', 'queue is disabled')).toEqual([]);
  });

  test('a state that began in a mute of days is told once that is over, since it is still so', async () => {
    const [asked] = await here.ada.says('/batch alerts mute queue:speech 2d the mains are being replaced');
    expect(asked?.plain).toContain('speech');
    await switchTo('speech', 'DISABLED');
    for (const hours of [0, 12, 24, 12.2]) {
      wait(hours * HOUR);
      expect(cards('speech', 'queue is disabled')).toEqual([]);
      await look();
    }
    const told = await card('speech', 'queue is disabled');
    await staysOne(told, 'speech', 'queue is disabled');
    await switchTo('speech', 'ENABLED');
    await closes(told, 'speech', '✔', 'is well again after');
  });
});
