/** One card a failure, whatever comes twice, late or in the wrong order, and whatever becomes of Slack meanwhile. */
import { type FailureScene, failureScene } from './failureScene';
import { newId } from './stateChange';

let here: FailureScene;
beforeAll(async () => {
  here = await failureScene();
});
// Each test has hours of its own: what failed in the one before is over, and its cards make no crowd.
beforeEach(() => here.pass(2 * 3_600_000));
afterAll(() => here.end());

describe('the same news again, or late', () => {
  const cardStays = async (name: string, events: unknown[]): Promise<void> => {
    here.publish(...events);
    const told = await here.card(name);
    here.publish(...events);
    await here.aLaterFailure();
    // Longer than a card rests between two edits.
    here.pass(10_000);
    await here.aLaterFailure();
    expect(here.cards(name)).toEqual([told]);
    expect(told.edited_ts).toBeUndefined();
    expect(here.alerts().filter(({ plain, thread_ts }) => thread_ts !== undefined && plain.includes(name))).toEqual([]);
  };

  test('an event delivered three times, and three times again, is one card, unchanged', async () => {
    const event = here.changed({ id: newId(), name: 'thrice-told', status: 'FAILED' });
    await cardStays('thrice-told', [event, event, event]);
  });

  test('FAILED before RUNNING, and RUNNING after FAILED, are one card, and the job stays failed', async () => {
    const id = newId();
    const at = here.now();
    const running = here.changed({ id, name: 'backwards', status: 'RUNNING', at: at - 30_000 });
    const runnable = here.changed({ id, name: 'backwards', status: 'RUNNABLE', at: at + 5_000 });
    const failed = here.changed({ id, name: 'backwards', status: 'FAILED', at });
    await cardStays('backwards', [failed, running, runnable]);
    expect(await here.statusOf(id)).toBe('FAILED');
  });

  test('the events of a whole account, doubled and shuffled by the bus, are one card of as many jobs', async () => {
    const names = ['n1', 'n2', 'n3', 'n4', 'n5'].map((n) => `noisy-bus-${n}`);
    const end = { LOCAL_OUTCOME: 'exit:2', LOCAL_RUN_SECONDS: '1' };
    const ids = await Promise.all(names.map((name) => here.submit(name, end)));
    for (const id of ids) await here.known(id, 'FAILED');
    await here.inTime('all of them on the card', () => here.cards('noisy-bus-')[0]?.plain.includes('5 jobs') ?? false);
    await here.aLaterFailure();
    expect(here.cards('noisy-bus-')).toHaveLength(1);
    // Each of them stands in the thread, once; threads wait for cards.
    const lines = await here.until('all of them in the thread', () => {
      const inThread = here.alerts().filter(({ thread_ts }) => thread_ts === here.cards('noisy-bus-')[0]?.ts);
      const told = inThread.flatMap(({ plain }) => plain.match(/noisy-bus-n\d/g) ?? []);
      return new Set(told).size < names.length ? undefined : told;
    });
    expect(lines).toHaveLength(names.length);
  });
});

describe('Slack in trouble', () => {
  const fail = (name: string, count: number) =>
    here.publish(
      ...Array.from({ length: count }, (_, n) =>
        here.changed({ id: newId(), name: `${name}-${n}.`, status: 'FAILED' }),
      ),
    );

  test('that answers half of the calls with 429 gets every card once', async () => {
    here.world.slack.setFaults({ slack: { rate_limited: 0.5 } });
    try {
      fail('limited', 3);
      await here.inTime('all cards', () => here.cards('limited-').length >= 3);
    } finally {
      here.world.slack.setFaults({ slack: {} });
    }
    await here.aLaterFailure();
    for (const n of [0, 1, 2]) expect(here.cards(`limited-${n}.`)).toHaveLength(1);
  });

  test('that is down for longer than one try lasts gets every card once, when it is back', async () => {
    here.world.slack.setFaults({ slack: { down: true } });
    // A post without an answer is looked for before it is made again.
    const refused = () =>
      Object.values(here.world.slack.counts().slack).reduce((sum, method) => sum + method.refused, 0);
    const before = refused();
    try {
      fail('outage', 2);
      await here.inTime('some tries have failed', () => refused() >= before + 3);
    } finally {
      here.world.slack.setFaults({ slack: {} });
    }
    await here.inTime('all cards', () => here.cards('outage-').length >= 2);
    await here.aLaterFailure();
    for (const n of [0, 1]) expect(here.cards(`outage-${n}.`)).toHaveLength(1);
  });
});
