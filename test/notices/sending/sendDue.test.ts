import type { Room } from '../../../src/commands/command';
import { openDestination } from '../../../src/notices/sending/openDestination';
import { queueToSend } from '../../../src/notices/sending/queueToSend';
import { sendDue } from '../../../src/notices/sending/sendDue';
import { ALERTS, cards, GENERAL, leastGap, line, type OutboxWorld, outboxWorld } from './outboxWorld';

let here: OutboxWorld;
beforeEach(async () => {
  here = await outboxWorld();
});
afterEach(() => here.end());

const MINUTE = 60_000;

test('a card is posted, edited in place, and its thread follows; what changed often while it waited goes out once', async () => {
  await here.card(ALERTS, 'a', '1 job failed');
  await here.run(1_000);
  expect(here.shown()).toEqual(['1 job failed']);
  for (let n = 2; n <= 50; n++) await here.card(ALERTS, 'a', `${n} jobs failed`, 'edit');
  await here.queue(ALERTS, 'test#a/word', { urgency: 'word', thread: 'test#a', message: line('another one') });
  await here.run(20_000);
  const [card, word] = here.slack.channel('batch-alerts');
  expect(card?.plain).toBe('50 jobs failed');
  expect(word).toMatchObject({ plain: 'another one', thread_ts: card?.ts });
  expect(here.slack.counts().slack).toMatchObject({ 'chat.postMessage': { calls: 2 }, 'chat.update': { calls: 1 } });
  expect(here.waiting).toEqual([]);
});

test('nothing is called for a message that says what it said before', async () => {
  await here.card(ALERTS, 'a', 'same');
  await here.run(1_000);
  await here.card(ALERTS, 'a', 'same', 'edit');
  await here.run(20_000);
  expect(here.calls(ALERTS)).toHaveLength(1);
  expect(await here.room.history.outbox.due(ALERTS)).toEqual([]);
});

test('new cards go before words, words before edits, and each waits for the second that Slack wants', async () => {
  await here.card(ALERTS, 'old', 'old');
  await here.run(10_000);
  await here.card(ALERTS, 'old', 'old, edited', 'edit');
  await here.queue(ALERTS, 'word', { urgency: 'word', message: line('a word') });
  for (const id of ['a', 'b', 'c']) await here.card(ALERTS, id, id);
  await here.run(20_000);
  const calls = here.calls(ALERTS);
  expect(calls.map(({ method }) => method)).toEqual([...Array(5).fill('chat.postMessage'), 'chat.update']);
  expect(here.shown()).toEqual(['old, edited', 'a', 'b', 'c', 'a word']);
  expect(leastGap(calls)).toBeGreaterThanOrEqual(1_000);
});

test('however many workers are woken, one sends, and a second lies between any two calls', async () => {
  const to = [ALERTS, GENERAL];
  for (const channel of to) for (let n = 0; n < 12; n++) await here.card(channel, `${n}`, `card ${n}`);
  await Promise.all([ALERTS, GENERAL, ALERTS, GENERAL, ALERTS].map((channel) => here.send(channel)));
  await here.run(MINUTE);
  for (const channel of to) {
    expect(here.calls(channel)).toHaveLength(12);
    expect(leastGap(here.calls(channel))).toBeGreaterThanOrEqual(1_000);
  }
});

test('a worker whose time is over hands on to the next, which keeps the second', async () => {
  for (let n = 0; n < 30; n++) await here.card(ALERTS, `${n}`, `card ${n}`);
  await here.send(ALERTS, 30_000);
  expect(here.shown().length).toBeLessThan(20);
  await here.run(MINUTE);
  expect(here.shown()).toHaveLength(30);
  expect(leastGap(here.calls(ALERTS))).toBeGreaterThanOrEqual(1_000);
});

describe('a worker that dies', () => {
  /** The room of a worker whose write of that item never arrives. */
  const dying = (dies: (sent: { claim?: unknown; ts?: unknown }) => boolean): Room => ({
    ...here.room,
    history: {
      ...here.room.history,
      outbox: {
        ...here.room.history.outbox,
        keep: async (sent) => {
          if (dies(sent)) throw new Error('the process is gone');
          await here.room.history.outbox.keep(sent);
        },
      },
      senders: {
        ...here.room.history.senders,
        // The dead release nothing.
        release: async () => {
          throw new Error('the process is gone');
        },
      },
    },
  });
  const die = (room: Room) =>
    expect(
      sendDue(
        ALERTS,
        room,
        () => 120_000,
        async (ms) => here.pass(ms),
      ),
    ).rejects.toThrow('the process is gone');

  test('between the post and its ts: the next one finds the message and posts no second', async () => {
    await here.card(ALERTS, 'a', 'told once');
    here.waiting.length = 0;
    await die(dying(({ ts }) => ts !== undefined));
    expect(here.shown()).toEqual(['told once']);
    here.pass(31_000);
    await here.tick();
    await here.run(10_000);
    expect(here.shown()).toEqual(['told once']);
    await here.card(ALERTS, 'a', 'and edited', 'edit');
    await here.run(20_000);
    expect(here.shown()).toEqual(['and edited']);
  });

  test('between the claim and the post: the next one finds nothing, and posts it', async () => {
    await here.card(ALERTS, 'a', 'told after all');
    here.waiting.length = 0;
    const room = dying(() => false);
    const post = async () => {
      throw new Error('the process is gone');
    };
    await die({ ...room, slack: { ...room.slack, attempts: { ...room.slack.attempts, post } } });
    expect(here.shown()).toEqual([]);
    here.pass(31_000);
    await here.tick();
    await here.run(10_000);
    expect(here.shown()).toEqual(['told after all']);
  });

  test('in a thread: the word is looked for in the thread', async () => {
    await here.card(ALERTS, 'a', 'card');
    await here.run(2_000);
    await here.queue(ALERTS, 'word', { urgency: 'word', thread: 'test#a', message: line('a word') });
    here.waiting.length = 0;
    await die(dying(({ ts }) => ts !== undefined));
    here.pass(31_000);
    await here.tick();
    await here.run(10_000);
    expect(here.shown()).toEqual(['card', 'a word']);
  });
});

test.each([
  ['a channel', ALERTS, 'batch-alerts'],
  ['a person', 'U0ADA00001', 'D0ADA00001'],
])('an answer that got lost: the message is found in the history of %s and posted once', async (_, to, channel) => {
  here.slack.setFaults({ slack: { lost_answers: 1 } });
  await here.card(to, 'a', 'first state');
  await here.run(1_000);
  cards.set('a', 'newer state');
  await here.run(MINUTE);
  const told = channel.startsWith('D') ? here.slack.dm('ada') : here.slack.channel(channel);
  expect(told.map(({ plain }) => plain)).toEqual(['newer state']);
  expect(here.slack.counts().slack['chat.postMessage']?.calls).toBe(1);
});

test('an app that was installed without the right to look says it twice rather than never, and does not loop', async () => {
  here.slack.setFaults({ slack: { lost_answers: 1 } });
  const find = async () => ({ kind: 'unknown', code: 'missing_scope', error: new Error('missing_scope') }) as const;
  here.room.slack.attempts.find = find;
  await here.card(ALERTS, 'a', 'told');
  await here.run(MINUTE);
  expect(here.shown()).toEqual(['told', 'told']);
});

test('429 on every second call: each message goes out once, in its newest state', async () => {
  here.slack.setFaults({ slack: { rate_limited_every: 2 } });
  for (let n = 0; n < 10; n++) await here.card(ALERTS, `${n}`, `card ${n}`);
  await here.run(MINUTE);
  for (let n = 0; n < 10; n++) await here.card(ALERTS, `${n}`, `card ${n} again`, 'edit');
  await here.run(MINUTE);
  expect(here.shown()).toEqual(Array.from({ length: 10 }, (_, n) => `card ${n} again`));
  expect(leastGap(here.calls(ALERTS))).toBeGreaterThanOrEqual(1_000);
});

test('an outage of ten minutes loses nothing, repeats nothing, and floods nobody when it ends', async () => {
  await here.card(ALERTS, 'before', 'before: 1');
  await here.run(5_000);
  here.slack.setFaults({ slack: { down: true } });
  const began = here.now();
  for (let minute = 0; minute < 10; minute++) {
    await here.card(ALERTS, 'before', `before: ${minute + 2}`, 'edit');
    await here.card(ALERTS, `during ${minute % 4}`, `during ${minute % 4}, minute ${minute}`);
    await here.run(MINUTE);
    await here.tick();
  }
  const tries = here.calls(ALERTS).filter(({ at }) => at > began);
  // Ever rarer: 2, 4, 8… seconds apart, then half a minute.
  expect(tries.length).toBeGreaterThan(15);
  expect(tries.length).toBeLessThan(30);
  expect(here.logged.join('\n')).toMatch(/"OldestUnsentSeconds":6\d\d\b/);
  here.slack.setFaults({ slack: {} });
  const ended = here.now();
  await here.run(2 * MINUTE);
  expect(here.shown()).toEqual([
    'before: 11',
    ...[8, 9, 6, 7].map((minute) => `during ${minute % 4}, minute ${minute}`),
  ]);
  const after = here.calls(ALERTS).filter(({ at }) => at >= ended);
  expect(after.filter(({ method }) => method.startsWith('chat.'))).toHaveLength(5);
  expect(leastGap(after)).toBeGreaterThanOrEqual(1_000);
  expect(here.waiting).toEqual([]);
});

test('what a lost request left behind is taken up by the clock', async () => {
  await here.card(ALERTS, 'a', 'left behind');
  here.waiting.length = 0;
  await here.card(ALERTS, 'a', 'left behind', 'edit');
  await here.tick();
  expect(here.waiting).toEqual([]);
  here.pass(MINUTE);
  await here.tick();
  await here.run(1_000);
  expect(here.shown()).toEqual(['left behind']);
});

test('what somebody marked who died before waking a sender is taken up by the clock', async () => {
  const dying: Room = {
    ...here.room,
    history: {
      ...here.room.history,
      senders: { ...here.room.history.senders, get: () => Promise.reject(new Error('gone')) },
    },
  };
  await expect(queueToSend(dying, ALERTS, 'a', { urgency: 'new', message: line('left behind') })).rejects.toThrow(
    'gone',
  );
  expect(here.waiting).toEqual([]);
  await here.tick();
  await here.run(5_000);
  expect(here.shown()).toEqual(['left behind']);
  here.pass(MINUTE);
  await here.tick();
  expect(await here.room.history.senders.active()).toEqual([]);
});

test('a sender that stood still beyond its lease, and goes on with it, leaves nothing to the request that met it', async () => {
  for (const id of ['a', 'b', 'c']) await here.card(ALERTS, id, id);
  const steps = [
    async () => {
      here.pass(31_000);
      await here.card(ALERTS, 'd', 'd');
    },
    async () => {
      const [request] = here.waiting.splice(0);
      expect(request).toBeDefined();
      await here.send(ALERTS, 120_000, request?.wakeAt);
    },
  ];
  here.meanwhile(async () => await steps.shift()?.());
  const [first] = here.waiting.splice(0);
  await here.send(ALERTS, 120_000, first?.wakeAt);
  expect(steps).toEqual([]);
  expect(here.shown()).toEqual(['a', 'b', 'c', 'd']);
  await here.card(ALERTS, 'e', 'e');
  await here.run(2_000);
  expect(here.shown().at(-1)).toBe('e');
  expect(here.logged.join()).not.toContain('too slow');
});

test('a sender that lost its lease while it rendered takes nothing from what another one posted', async () => {
  await here.card(ALERTS, 'a', 'first');
  const { outbox } = here.room.history;
  let isTaken = false;
  const standsStill: Room = {
    ...here.room,
    history: {
      ...here.room.history,
      outbox: {
        ...outbox,
        take: async (...given) => {
          isTaken = true;
          return await outbox.take(...given);
        },
        sent: async (...given) => {
          const sent = await outbox.sent(...given);
          if (isTaken) {
            isTaken = false;
            here.pass(31_000);
            await here.send(ALERTS);
          }
          return sent;
        },
      },
    },
  };
  await here.send(ALERTS, 120_000, undefined, standsStill);
  expect(here.shown()).toEqual(['first']);
  await here.card(ALERTS, 'a', 'second');
  await here.run(10_000);
  expect(here.shown()).toEqual(['second']);
});

test.each([
  ['nothing is left', () => undefined],
  ['an edit waits for its turn', () => here.card(ALERTS, 'a', 'edited', 'edit')],
])(
  'what is marked due after a sender’s last look, and before it gives its lease back, comes at once: %s',
  async (_, left) => {
    await here.card(ALERTS, 'a', 'a');
    await here.run(1_000);
    await left();
    here.waiting.length = 0;
    const { senders } = here.room.history;
    const marks: Room = {
      ...here.room,
      history: {
        ...here.room.history,
        senders: {
          ...senders,
          release: async (...given) => {
            await here.card(ALERTS, 'b', 'b');
            return await senders.release(...given);
          },
        },
      },
    };
    await here.send(ALERTS, 120_000, undefined, marks);
    await here.run(1_500);
    expect(here.shown()).toEqual(['a', 'b']);
    await here.run(10_000);
    expect(here.waiting).toEqual([]);
  },
);

test('however often something new wakes a sender, one request to look is under way', async () => {
  for (let n = 0; n < 20; n++) {
    await here.card(ALERTS, 'a', `card ${n}`, n === 0 ? 'new' : 'edit');
    await here.queue(ALERTS, `word ${n}`, { urgency: 'word', message: line(`word ${n}`) });
    await here.run(2_000);
  }
  const { wakeAt } = (await here.room.history.senders.get(ALERTS)) ?? {};
  const valid = here.waiting.filter((request) => request.wakeAt === wakeAt);
  expect(valid.length).toBeLessThanOrEqual(1);
  await here.run(MINUTE);
  expect(here.shown()).toHaveLength(21);
  expect(here.shown()[0]).toBe('card 19');
  expect(here.waiting).toEqual([]);
});

test('a card that can’t be rendered holds up nobody, and comes when it can', async () => {
  await here.queue(ALERTS, 'nobody#1', { urgency: 'new' });
  await here.card(ALERTS, 'a', 'a');
  await here.run(10_000);
  expect(here.shown()).toEqual(['a']);
  await here.run(30 * MINUTE);
  expect(here.slack.counts().slack['chat.postMessage']?.calls).toBe(1);
  expect((await here.room.history.outbox.due(ALERTS)).map(({ key }) => key)).toEqual(['nobody#1']);
});

test('a message over a limit of Slack’s is said in plain text', async () => {
  await here.queue(ALERTS, 'long', { urgency: 'new', message: { ...line('x'.repeat(4_000)), text: 'A long story.' } });
  await here.run(5_000);
  expect(here.shown()[0]).toMatch(/^A long story\.\s+\(The full message could not be shown; reference \w{6}\.\)$/);
  expect(leastGap(here.calls(ALERTS))).toBeGreaterThanOrEqual(1_000);
});

test('a card that somebody deleted stays deleted', async () => {
  await here.card(ALERTS, 'a', 'card');
  await here.run(10_000);
  const ts = here.slack.channel('batch-alerts')[0]?.ts ?? '';
  await fetch(`${here.slack.url}/api/chat.delete`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-local' },
    body: new URLSearchParams({ channel: ALERTS, ts }),
  });
  await here.card(ALERTS, 'a', 'card, edited', 'edit');
  await here.run(10_000);
  await here.card(ALERTS, 'a', 'card, edited again', 'edit');
  await here.run(10_000);
  expect(here.shown()).toEqual([]);
});

test('news of a card that was deleted is told by a new one, no sooner than ten minutes after it, and its thread with it', async () => {
  await here.card(ALERTS, 'a', '1 job');
  await here.run(10_000);
  const deleteFirst = async () => {
    const ts = here.slack.channel('batch-alerts')[0]?.ts ?? '';
    await fetch(`${here.slack.url}/api/chat.delete`, {
      method: 'POST',
      headers: { authorization: 'Bearer xoxb-local' },
      body: new URLSearchParams({ channel: ALERTS, ts }),
    });
  };
  await deleteFirst();
  for (let jobs = 2; jobs < 8; jobs++) {
    cards.set('a', `${jobs} jobs`);
    await here.queue(ALERTS, 'test#a', { urgency: 'edit', isNews: true });
    await here.queue(ALERTS, `word ${jobs}`, { urgency: 'word', thread: 'test#a', message: line(`job ${jobs}`) });
    await here.run(MINUTE);
    await here.tick();
    expect(here.shown()).toEqual([]);
  }
  expect(here.logged.join('\n')).not.toMatch(/"OldestUnsentSeconds":[1-9]/);
  await here.run(4 * MINUTE);
  const [card, ...words] = here.slack.channel('batch-alerts');
  expect(card?.plain).toBe('7 jobs');
  expect(words.map(({ plain }) => plain)).toEqual([2, 3, 4, 5, 6, 7].map((job) => `job ${job}`));
  expect(new Set(words.map(({ thread_ts }) => thread_ts))).toEqual(new Set([card?.ts]));
  cards.set('a', '8 jobs');
  await here.queue(ALERTS, 'test#a', { urgency: 'edit', isNews: true });
  await here.run(MINUTE);
  expect(here.slack.channel('batch-alerts')[0]).toMatchObject({ plain: '8 jobs', ts: card?.ts });
  expect(here.waiting).toEqual([]);
});

describe('a channel that takes nothing any more', () => {
  const close = (how: string) => here.slack.say({ user: 'ada', channel: 'general', text: how });

  test.each([
    ['is archived', '/archive', 'is archived'],
    ['has thrown the bot out', '/remove @batchbot', 'does not have me in it any more'],
  ])('since it %s: what is due there goes to the default channel, which says so once', async (_, how, why) => {
    await here.card(GENERAL, 'old', 'an old card');
    await here.run(10_000);
    await close(how);
    await here.card(GENERAL, 'old', 'an old card, edited', 'edit');
    await here.card(GENERAL, 'a', 'a new card');
    await here.queue(GENERAL, 'word', { urgency: 'word', thread: 'test#a', message: line('a word') });
    await here.run(20_000);
    const told = here.shown();
    expect(told.filter((text) => text.includes('comes here from now on'))).toHaveLength(1);
    expect(told.find((text) => text.includes('comes here from now on'))).toContain(`general ${why}`);
    const [card] = here.slack.channel('batch-alerts').filter(({ plain }) => plain.startsWith('a new card'));
    expect(card?.plain).toContain('Meant for #general, which');
    expect(told.some((text) => text.startsWith('an old card, edited'))).toBe(true);
    expect(here.slack.channel('batch-alerts').find(({ plain }) => plain.startsWith('a word'))?.thread_ts).toBe(
      card?.ts,
    );
    await here.card(GENERAL, 'a', 'a new card, edited', 'edit');
    await here.run(20_000);
    expect(here.shown().filter((text) => text.startsWith('a new card'))).toHaveLength(1);
    expect(here.shown().filter((text) => text.includes('comes here from now on'))).toHaveLength(1);
    expect(await here.room.history.outbox.due(GENERAL)).toEqual([]);
  });

  test('is asked again after ten minutes: new cards return, cards that went elsewhere stay there', async () => {
    await close('/remove @batchbot');
    await here.card(GENERAL, 'a', 'away');
    await here.run(10_000);
    await here.slack.say({ user: 'ada', channel: 'general', text: '/invite @batchbot' });
    await here.run(11 * MINUTE);
    await here.card(GENERAL, 'b', 'back');
    await here.card(GENERAL, 'a', 'away, edited', 'edit');
    await here.run(10_000);
    expect(here.shown('general').at(-1)).toBe('back');
    expect(here.shown().some((text) => text.startsWith('away, edited'))).toBe(true);
    expect(here.shown().filter((text) => text.includes('#general takes messages again'))).toHaveLength(1);
  });

  test('the same for a person whom Slack does not know', async () => {
    await here.card('U0NOBODY01', 'a', 'for somebody');
    await here.run(10_000);
    expect(here.shown().join('\n')).toMatch(/U0NOBODY01 can’t get direct messages from me/);
    expect(here.shown().filter((text) => text.startsWith('for somebody'))).toHaveLength(1);
  });

  test('what happens from then on is told in the default channel from the beginning', async () => {
    expect(await openDestination(GENERAL, here.room)).toEqual({ to: GENERAL });
    await close('/archive');
    await here.card(GENERAL, 'a', 'a card');
    await here.run(10_000);
    here.pass(10_000);
    expect(await openDestination(GENERAL, here.room)).toEqual({
      to: ALERTS,
      meantFor: { to: GENERAL, code: 'is_archived' },
    });
    expect(await openDestination(ALERTS, here.room)).toEqual({ to: ALERTS });
    here.pass(10 * MINUTE);
    expect(await openDestination(GENERAL, here.room)).toEqual({ to: GENERAL });
  });

  test('the default channel itself: everything waits, a try every half minute, until it is there again', async () => {
    await here.slack.say({ user: 'ada', channel: 'batch-alerts', text: '/remove @batchbot' });
    await here.card(ALERTS, 'a', 'waits');
    await here.run(10 * MINUTE);
    expect(here.calls(ALERTS).length).toBeLessThan(30);
    await here.slack.say({ user: 'ada', channel: 'batch-alerts', text: '/invite @batchbot' });
    await here.run(2 * MINUTE);
    expect(here.shown().filter((text) => text === 'waits')).toHaveLength(1);
  });
});
