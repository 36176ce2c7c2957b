import { TerminateJobCommand } from '@aws-sdk/client-batch';
import type { Message } from '../../src/local/slack/server';
import { type Scene, scene } from '../scene';
import { childChange, newId, type StateChange, stateChange } from './stateChange';

let here: Scene;
/** Each test has hours of its own: what failed in the one before is over, and its cards make no crowd. */
let aheadMs = 0;
const now = () => Date.now() + aheadMs;
beforeAll(async () => {
  here = await scene({ now });
});
beforeEach(() => {
  aheadMs += 2 * 3_600_000;
});
afterAll(() => here.end());

const cards = (word: string): Message[] =>
  here
    .alerts()
    .filter(
      ({ plain, ephemeral_to, thread_ts }) =>
        ephemeral_to === undefined && thread_ts === undefined && plain.includes(word),
    );
const card = (word: string, withinMs?: number): Promise<Message> =>
  here.until(`the card of ${word}`, () => cards(word)[0], withinMs);
const publish = (...events: unknown[]) => here.world.aws.publish(events);
const statusOf = async (id: string) => (await here.world.app.room.history.jobs.get(id))?.job.status;
const known = (id: string, status: string) =>
  here.until(`${id} to be ${status}`, async () => ((await statusOf(id)) === status ? true : undefined));
const until = async (what: string, look: () => boolean | Promise<boolean>, withinMs?: number): Promise<void> => {
  await here.until(what, async () => ((await look()) ? true : undefined), withinMs);
};
/** Waits while time passes faster, for what a sender does in its own time. */
const inTime = (what: string, look: () => boolean): Promise<void> =>
  until(what, () => {
    aheadMs += 200;
    return look();
  });

/** A change now, of a definition that nothing else in the test has unless it says so: it has a card of its own. */
const changed = (change: StateChange) =>
  stateChange({ at: now(), ...change, detail: { jobDefinition: `of-${change.name}:1`, ...change.detail } });

/** A failure that comes after all the others: when its card stands, theirs would stand too. */
async function aLaterFailure(): Promise<void> {
  const id = newId();
  publish(changed({ id, name: `later-${id}`, status: 'FAILED' }));
  await card(`later-${id}`);
}

describe('a job whose final attempt failed', () => {
  test('is told within 5 seconds: cause, both reasons, attempt, duration, last lines; its buttons work', async () => {
    const id = await here.submit(
      'align-lost',
      { LOCAL_OUTCOME: 'oom', LOCAL_RUN_SECONDS: '60', LOCAL_LOG: 'reading\\nsorting\\nthe last line' },
      { retryStrategy: { attempts: 2 } },
    );
    await known(id, 'FAILED');
    const told = await card('align-lost', 5_000);
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
    expect(cards('align-lost')).toEqual([told]);
  });

  test('is told when it timed out, with the limit', async () => {
    await here.submit('too-slow', { LOCAL_OUTCOME: 'hang' }, { timeout: { attemptDurationSeconds: 60 } });
    const told = await card('too-slow');
    expect(told.plain).toContain('too-slow failed: timed out');
    expect(told.plain).toContain('ran longer than its limit of 1 min');
    expect(told.plain).toContain('Batch says: Job attempt duration exceeded timeout');
  });

  test('is told on the card of what it depends on, though it never started, and so is what depends on it', async () => {
    const first = await here.submit('first-step', { LOCAL_OUTCOME: 'exit:4', LOCAL_RUN_SECONDS: '1' });
    const second = await here.submit('second-step', {}, { dependsOn: [{ jobId: first }] });
    await here.submit('third-step', {}, { dependsOn: [{ jobId: second }] });
    await inTime('both of them on the card', () => cards('2 more jobs fell with it').length === 1);
    const told = await card('first-step failed');
    expect(told.plain).toContain('exit 4');
    expect(told.plain).toContain('never started: second-step, third-step');
    expect(cards('second-step')).toEqual([told]);
    const thread = () => here.alerts().filter(({ thread_ts }) => thread_ts === told.ts);
    await inTime('the details', () => thread().some(({ plain }) => plain.includes('third-step: a dependency failed')));
  });

  test('is told by itself when what it depends on is not known to have failed', async () => {
    publish(
      changed({
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
    expect((await card('orphan')).plain).toContain('orphan failed: a dependency failed');
  });

  test('is not told while it still has an attempt, nor when that one succeeds', async () => {
    const id = await here.submit(
      'second-luck',
      { LOCAL_FAIL_ATTEMPTS: '1', LOCAL_RUN_SECONDS: '2' },
      { retryStrategy: { attempts: 2 } },
    );
    await known(id, 'SUCCEEDED');
    await aLaterFailure();
    expect(cards('second-luck')).toEqual([]);
  });

  test('is told when somebody stopped it elsewhere, with their reason', async () => {
    const id = await here.submit('stopped-in-console', { LOCAL_OUTCOME: 'hang' });
    await known(id, 'RUNNING');
    await here.batch.send(new TerminateJobCommand({ jobId: id, reason: 'disk is full' }));
    expect((await card('stopped-in-console')).plain).toContain('disk is full');
  });

  test('is told in time while CloudWatch refuses to give its log, and the lines follow', async () => {
    const id = await here.submit('log-later', {
      LOCAL_OUTCOME: 'exit:7',
      LOCAL_RUN_SECONDS: '40',
      LOCAL_LOG: 'at last',
    });
    await known(id, 'RUNNING');
    here.world.aws.setFaults({ throttle: 1 });
    try {
      await known(id, 'FAILED');
      expect((await card('log-later', 5_000)).plain).not.toContain('at last');
    } finally {
      here.world.aws.setFaults({ throttle: 0 });
    }
    await inTime('its last lines', () => cards('log-later')[0]?.plain.includes('at last') ?? false);
    expect(cards('log-later')).toHaveLength(1);
  });

  test('is history and no alert when it was cancelled from Slack, or the news is older than a day', async () => {
    const [cancelled, old] = [newId(), newId()];
    const hoursAgo = (ago: number) => now() - ago * 3_600_000;
    const statusReason = 'cancelled from Slack by ada (op K7QRM)';
    publish(
      changed({ id: cancelled, name: 'mine-to-cancel', status: 'FAILED', detail: { statusReason } }),
      changed({ id: old, name: 'day-before-yesterday', status: 'FAILED', at: hoursAgo(25) }),
      changed({ id: newId(), name: 'this-morning', status: 'FAILED', at: hoursAgo(23) }),
    );
    await card('this-morning');
    await known(cancelled, 'FAILED');
    await known(old, 'FAILED');
    await aLaterFailure();
    expect(cards('mine-to-cancel')).toEqual([]);
    expect(cards('day-before-yesterday')).toEqual([]);
  });
});

describe('the same news again, or late', () => {
  const cardStays = async (name: string, events: unknown[]): Promise<void> => {
    publish(...events);
    const told = await card(name);
    publish(...events);
    await aLaterFailure();
    // Longer than a card rests between two edits.
    aheadMs += 10_000;
    await aLaterFailure();
    expect(cards(name)).toEqual([told]);
    expect(told.edited_ts).toBeUndefined();
    expect(here.alerts().filter(({ plain, thread_ts }) => thread_ts !== undefined && plain.includes(name))).toEqual([]);
  };

  test('an event delivered three times, and three times again, is one card, unchanged', async () => {
    const event = changed({ id: newId(), name: 'thrice-told', status: 'FAILED' });
    await cardStays('thrice-told', [event, event, event]);
  });

  test('FAILED before RUNNING, and RUNNING after FAILED, are one card, and the job stays failed', async () => {
    const id = newId();
    const at = now();
    const running = changed({ id, name: 'backwards', status: 'RUNNING', at: at - 30_000 });
    const runnable = changed({ id, name: 'backwards', status: 'RUNNABLE', at: at + 5_000 });
    const failed = changed({ id, name: 'backwards', status: 'FAILED', at });
    await cardStays('backwards', [failed, running, runnable]);
    expect(await statusOf(id)).toBe('FAILED');
  });

  test('the events of a whole account, doubled and shuffled by the bus, are one card of as many jobs', async () => {
    const names = ['n1', 'n2', 'n3', 'n4', 'n5'].map((n) => `noisy-bus-${n}`);
    const end = { LOCAL_OUTCOME: 'exit:2', LOCAL_RUN_SECONDS: '1' };
    const ids = await Promise.all(names.map((name) => here.submit(name, end)));
    for (const id of ids) await known(id, 'FAILED');
    await inTime('all of them on the card', () => cards('noisy-bus-')[0]?.plain.includes('5 jobs') ?? false);
    await aLaterFailure();
    expect(cards('noisy-bus-')).toHaveLength(1);
    // Each of them stands in the thread, once; threads wait for cards.
    const lines = await here.until('all of them in the thread', () => {
      const inThread = here.alerts().filter(({ thread_ts }) => thread_ts === cards('noisy-bus-')[0]?.ts);
      const told = inThread.flatMap(({ plain }) => plain.match(/noisy-bus-n\d/g) ?? []);
      return new Set(told).size < names.length ? undefined : told;
    });
    expect(lines).toHaveLength(names.length);
  });
});

describe('an array', () => {
  test('of which 200 children and then the parent failed, each told by itself, is one card with the right count', async () => {
    const parent = newId();
    const failed = (index: number) => childChange(parent, index, { name: 'wide-array', status: 'FAILED', at: now() });
    const children = Array.from({ length: 200 }, (_, index) => failed(index));
    const end = stateChange({
      id: parent,
      name: 'wide-array',
      status: 'FAILED',
      at: now(),
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
    publish(...shuffled.map(({ event }) => event));
    const calls = (method: string) => here.world.slack.counts().slack[method]?.calls ?? 0;
    const before = calls('chat.update');
    const began = now();
    await inTime('the whole count', () => cards('wide-array')[0]?.plain.includes('exit 7 ×200: 0-199') ?? false);
    const told = await card('wide-array');
    expect(told.plain).toContain('200 of 250 children failed');
    expect(told.plain).toContain('The array has ended.');
    await aLaterFailure();
    expect(cards('wide-array')).toHaveLength(1);
    const edits = calls('chat.update') - before;
    expect(edits).toBeLessThanOrEqual(1 + (now() - began) / 2_000);
  });

  test('is told of by its first failed child, and its card leads to all of them', async () => {
    const parent = await here.submit(
      'some-bad',
      { LOCAL_FAIL_INDEXES: '1,3', LOCAL_OUTCOME: 'exit:5', LOCAL_RUN_SECONDS: '2' },
      { arrayProperties: { size: 5 } },
    );
    await inTime(
      'both children on the card',
      () => cards('some-bad')[0]?.plain.includes('2 of 5 children failed') ?? false,
    );
    const told = await card('some-bad');
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
    const at = now();
    const name = 'batch-parent:1';
    publish({
      source: 'aws.batch',
      'detail-type': 'Batch Job State Change',
      time: new Date(at).toISOString(),
      detail: { jobId: name, status: 'FAILED', statusReason: 'container exited', arrayProperties: { index: 1 } },
    });
    const told = await card('batch-parent');
    expect(told.plain).toContain('1 child failed');
    expect(told.plain).toContain('container exited');
  });
});

describe('Slack in trouble', () => {
  const fail = (name: string, count: number) =>
    publish(
      ...Array.from({ length: count }, (_, n) => changed({ id: newId(), name: `${name}-${n}.`, status: 'FAILED' })),
    );

  test('that answers half of the calls with 429 gets every card once', async () => {
    here.world.slack.setFaults({ slack: { rate_limited: 0.5 } });
    try {
      fail('limited', 3);
      await inTime('all cards', () => cards('limited-').length >= 3);
    } finally {
      here.world.slack.setFaults({ slack: {} });
    }
    await aLaterFailure();
    for (const n of [0, 1, 2]) expect(cards(`limited-${n}.`)).toHaveLength(1);
  });

  test('that is down for longer than one try lasts gets every card once, when it is back', async () => {
    here.world.slack.setFaults({ slack: { down: true } });
    // A post without an answer is looked for before it is made again.
    const refused = () =>
      Object.values(here.world.slack.counts().slack).reduce((sum, method) => sum + method.refused, 0);
    const before = refused();
    try {
      fail('outage', 2);
      await inTime('some tries have failed', () => refused() >= before + 3);
    } finally {
      here.world.slack.setFaults({ slack: {} });
    }
    await inTime('all cards', () => cards('outage-').length >= 2);
    await aLaterFailure();
    for (const n of [0, 1]) expect(cards(`outage-${n}.`)).toHaveLength(1);
  });
});

test('events with fields that nobody knows pass, through the door of the local world too', async () => {
  const event = changed({
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
  expect((await card('from-the-future')).plain).toContain('exit 7');
});
