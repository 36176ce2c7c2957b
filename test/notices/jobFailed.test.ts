/** A failed job as people are told of it: what its card says, of one job and of an array, and what is no alert. */
import { TerminateJobCommand } from '@aws-sdk/client-batch';
import { type FailureScene, failureScene } from './failureScene';
import { childChange, newId, stateChange } from './stateChange';

let here: FailureScene;
beforeAll(async () => {
  here = await failureScene();
});
// Each test has hours of its own: what failed in the one before is over, and its cards make no crowd.
beforeEach(() => here.pass(2 * 3_600_000));
afterAll(() => here.end());

describe('a job whose final attempt failed', () => {
  test('is told within 5 seconds: cause, both reasons, attempt, duration, last lines; its buttons work', async () => {
    const id = await here.submit(
      'align-lost',
      { LOCAL_OUTCOME: 'oom', LOCAL_RUN_SECONDS: '20', LOCAL_LOG: 'reading\\nsorting\\nthe last line' },
      { retryStrategy: { attempts: 2 } },
    );
    await here.known(id, 'FAILED');
    const told = await here.card('align-lost', 5_000);
    expect(told.plain).toContain('align-lost failed: out of memory');
    expect(told.plain).toContain('Out of memory: killed at 2 GiB, exit 137.');
    expect(told.plain).toContain('Batch says: Essential container in task exited');
    expect(told.plain).toContain('Container says: OutOfMemoryError: Container killed due to memory usage');
    expect(told.plain).toContain('attempt 2 of 2');
    expect(told.plain).toMatch(/ran \d+ (?:s|sec)/);
    expect(told.plain).toContain('the last line');
    expect(told.ephemeral_to).toBeUndefined();
    expect(told.text).toMatch(/^Job align-lost failed in genomics-prod-spot: out of memory\. /);

    const person = { user: 'vic', channel: 'batch-alerts', ts: told.ts };
    const logs = await here.world.slack.press({ ...person, label: 'Logs' });
    expect(logs.messages[0]?.plain).toContain('the last line');
    expect(logs.messages[0]?.ephemeral_to).toBe('U0VIC00001');
    const job = await here.world.slack.press({ ...person, label: 'Job' });
    expect(job.messages[0]?.plain).toContain(id);
    expect(here.cards('align-lost')).toEqual([told]);
  });

  test('is told when it timed out, with the limit', async () => {
    await here.submit('too-slow', { LOCAL_OUTCOME: 'hang' }, { timeout: { attemptDurationSeconds: 60 } });
    const told = await here.card('too-slow');
    expect(told.plain).toContain('too-slow failed: timed out');
    expect(told.plain).toContain('ran longer than its limit of 1 min');
    expect(told.plain).toContain('Batch says: Job attempt duration exceeded timeout');
  });

  test('is told on the card of what it depends on, though it never started, and so is what depends on it', async () => {
    const first = await here.submit('first-step', { LOCAL_OUTCOME: 'exit:4', LOCAL_RUN_SECONDS: '1' });
    const second = await here.submit('second-step', {}, { dependsOn: [{ jobId: first }] });
    await here.submit('third-step', {}, { dependsOn: [{ jobId: second }] });
    await here.inTime('both of them on the card', () => here.cards('2 more jobs fell with it').length === 1);
    const told = await here.card('first-step failed');
    expect(told.plain).toContain('exit 4');
    expect(told.plain).toContain('never started: second-step, third-step');
    expect(here.cards('second-step')).toEqual([told]);
    const thread = () => here.alerts().filter(({ thread_ts }) => thread_ts === told.ts);
    await here.inTime('the details', () =>
      thread().some(({ plain }) => plain.includes('third-step: a dependency failed')),
    );
  });

  test('is told by itself when what it depends on is not known to have failed', async () => {
    here.publish(
      here.changed({
        id: newId(),
        name: 'orphan',
        status: 'FAILED',
        detail: {
          jobDefinition: 'orphan:1',
          statusReason: 'Dependent Job failed',
          dependsOn: [{ jobId: newId() }],
          attempts: [],
          container: {},
        },
      }),
    );
    expect((await here.card('orphan')).plain).toContain('orphan failed: a dependency failed');
  });

  test('is not told while it still has an attempt, nor when that one succeeds', async () => {
    const id = await here.submit(
      'second-luck',
      { LOCAL_FAIL_ATTEMPTS: '1', LOCAL_RUN_SECONDS: '2' },
      { retryStrategy: { attempts: 2 } },
    );
    await here.known(id, 'SUCCEEDED');
    await here.aLaterFailure();
    expect(here.cards('second-luck')).toEqual([]);
  });

  test('is told when somebody stopped it elsewhere, with their reason', async () => {
    const id = await here.submit('stopped-in-console', { LOCAL_OUTCOME: 'hang' });
    await here.known(id, 'RUNNING');
    await here.batch.send(new TerminateJobCommand({ jobId: id, reason: 'disk is full' }));
    expect((await here.card('stopped-in-console')).plain).toContain('disk is full');
  });

  test('is told in time while CloudWatch refuses to give its log, and the lines follow', async () => {
    const id = await here.submit('log-later', {
      LOCAL_OUTCOME: 'exit:7',
      LOCAL_RUN_SECONDS: '40',
      LOCAL_LOG: 'at last',
    });
    await here.known(id, 'RUNNING');
    here.world.aws.setFaults({ throttle: 1 });
    try {
      await here.known(id, 'FAILED');
      expect((await here.card('log-later', 5_000)).plain).not.toContain('at last');
    } finally {
      here.world.aws.setFaults({ throttle: 0 });
    }
    await here.inTime('its last lines', () => here.cards('log-later')[0]?.plain.includes('at last') ?? false);
    expect(here.cards('log-later')).toHaveLength(1);
  });

  test('is history and no alert when it was cancelled from Slack, or the news is older than a day', async () => {
    const [cancelled, old] = [newId(), newId()];
    const hoursAgo = (ago: number) => here.now() - ago * 3_600_000;
    const statusReason = 'cancelled from Slack by ada (op K7QRM)';
    here.publish(
      here.changed({ id: cancelled, name: 'mine-to-cancel', status: 'FAILED', detail: { statusReason } }),
      here.changed({ id: old, name: 'day-before-yesterday', status: 'FAILED', at: hoursAgo(25) }),
      here.changed({ id: newId(), name: 'this-morning', status: 'FAILED', at: hoursAgo(23) }),
    );
    await here.card('this-morning');
    await here.known(cancelled, 'FAILED');
    await here.known(old, 'FAILED');
    await here.aLaterFailure();
    expect(here.cards('mine-to-cancel')).toEqual([]);
    expect(here.cards('day-before-yesterday')).toEqual([]);
  });
});

describe('an array', () => {
  test('of which 200 children and then the parent failed, each told by itself, is one card with the right count', async () => {
    const parent = newId();
    const failed = (index: number) =>
      childChange(parent, index, { name: 'wide-array', status: 'FAILED', at: here.now() });
    const children = Array.from({ length: 200 }, (_, index) => failed(index));
    const end = stateChange({
      id: parent,
      name: 'wide-array',
      status: 'FAILED',
      at: here.now(),
      detail: {
        arrayProperties: { size: 250, statusSummary: { FAILED: 200, SUCCEEDED: 50 } },
        statusReason: 'Array Child Job failed',
        container: {},
        attempts: [],
      },
    });
    const twice = children.filter((_, index) => index % 5 === 0);
    const all = [...children, end, ...twice];
    // Neither in order nor at random, so that the test is the same each time.
    const shuffled = all.map((event, n) => ({ event, place: (n * 7919) % 241 })).sort((a, b) => a.place - b.place);
    here.publish(...shuffled.map(({ event }) => event));
    const calls = (method: string) => here.world.slack.counts().slack[method]?.calls ?? 0;
    const before = calls('chat.update');
    const began = here.now();
    await here.inTime(
      'the whole count',
      () => here.cards('wide-array')[0]?.plain.includes('exit 7 ×200: 0-199') ?? false,
    );
    const told = await here.card('wide-array');
    expect(told.plain).toContain('200 of 250 children failed');
    expect(told.plain).toContain('The array has ended.');
    await here.aLaterFailure();
    expect(here.cards('wide-array')).toHaveLength(1);
    const edits = calls('chat.update') - before;
    expect(edits).toBeLessThanOrEqual(1 + (here.now() - began) / 2_000);
  });

  test('is told of by its first failed child, and its card leads to all of them', async () => {
    const parent = await here.submit(
      'some-bad',
      { LOCAL_FAIL_INDEXES: '1,3', LOCAL_OUTCOME: 'exit:5', LOCAL_RUN_SECONDS: '2' },
      { arrayProperties: { size: 5 } },
    );
    await here.inTime(
      'both children on the card',
      () => here.cards('some-bad')[0]?.plain.includes('2 of 5 children failed') ?? false,
    );
    const told = await here.card('some-bad');
    expect(told.plain).toContain('exit 5 ×2: 1, 3');
    const { messages } = await here.world.slack.press({
      user: 'ada',
      channel: 'batch-alerts',
      ts: told.ts,
      label: 'Failed children',
    });
    expect(messages[0]?.plain).toContain('of 2');
    expect(told.plain).toContain(parent);
  });

  test('whose ids are in no form of AWS’s is told of all the same', async () => {
    const at = here.now();
    const name = 'batch-parent:1';
    here.publish({
      source: 'aws.batch',
      'detail-type': 'Batch Job State Change',
      time: new Date(at).toISOString(),
      detail: { jobId: name, status: 'FAILED', statusReason: 'container exited', arrayProperties: { index: 1 } },
    });
    const told = await here.card('batch-parent');
    expect(told.plain).toContain('1 child failed');
    expect(told.plain).toContain('container exited');
  });
});

test('events with fields that nobody knows pass, through the door of the local world too', async () => {
  const event = here.changed({
    id: newId(),
    name: 'from-the-future',
    status: 'FAILED',
    detail: { quantum: { entangled: true }, attempts: 'many', tags: 7 },
  });
  const answer = await fetch(`${here.world.slack.url}/local/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...event, replayed: null, 'trace-header': 'x' }),
  });
  expect(await answer.json()).toEqual({ ok: true, published: 1 });
  expect((await here.card('from-the-future')).plain).toContain('exit 7');
});
