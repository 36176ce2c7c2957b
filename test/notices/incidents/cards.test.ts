/** What becomes of an incident's card: states that end, growth, attempts, recovery, arrays, and any text. */
import * as fc from 'fast-check';
import type { Mute } from '../../../src/history/records/mutes';
import type { Job } from '../../../src/jobs/job';
import { refusalOfMessage } from '../../../src/local/slack/blocks/message';
import { recover } from '../../../src/notices/incidents/recover';
import { incidentCard, renderIncident } from '../../../src/notices/incidents/renderIncident';
import { renderLines } from '../../../src/notices/incidents/renderLines';
import { settle } from '../../../src/notices/incidents/settle';
import { tell } from '../../../src/notices/incidents/tell';
import { retryOf } from '../../../src/notices/jobFailures';
import type { Occurrence } from '../../../src/notices/occasion';
import { ALERTS, failedJob, type MemoryRoom, memoryRoom, occurrenceOf } from './memoryRoom';

const MINUTE = 60_000;
const start = Date.parse('2026-03-01T12:00:00Z');

describe('what is so for a while', () => {
  const stuck = (queue: string, member: string, at = start): Occurrence => ({
    occasion: 'stuck-starting',
    severity: 'normal',
    at,
    subject: { kind: 'queue', name: queue },
    queue,
    member,
    told: `${member} is stuck.`,
  });
  const states = async ({ incidents }: MemoryRoom) =>
    (await incidents()).map(({ incident, members }) => [
      incident.settled === undefined ? 'open' : 'settled',
      members.map(({ member }) => member),
    ]);

  test('is one incident for hours, is closed once, and opens again in place within the window', async () => {
    const memory = memoryRoom();
    const { room, clock } = memory;
    const word = () => 'starts jobs again';
    for (let minute = 0; minute < 300; minute += 10) {
      clock.now = start + minute * MINUTE;
      await tell(minute < 150 ? [stuck('spot', 'a')] : [stuck('spot', 'a'), stuck('spot', 'b', clock.now)], room);
      await settle('stuck-starting', ({ queue }) => queue === 'spot', word, room);
    }
    expect(await states(memory)).toEqual([['open', ['a', 'b']]]);
    for (let minute = 0; minute < 3; minute++) await settle('stuck-starting', () => false, word, room);
    expect(await states(memory)).toEqual([['settled', ['a', 'b']]]);
    const [{ incident } = { incident: undefined }] = await memory.incidents();
    const card = async () => JSON.stringify(await incidentCard(incident?.id ?? '', room));
    expect(await card()).toContain('✔ starts jobs again');

    clock.now += 20 * MINUTE;
    await tell([stuck('spot', 'a')], room);
    expect((await memory.incidents()).length).toBe(1);
    expect(await card()).not.toContain('starts jobs again');
    await settle('stuck-starting', () => false, word, room);
    clock.now += 120 * MINUTE;
    await tell([stuck('spot', 'a')], room);
    expect((await memory.incidents()).length).toBe(2);
  });

  test('is closed by itself, however many came at once and whatever failed meanwhile', async () => {
    const memory = memoryRoom();
    const queues = Array.from({ length: 11 }, (_, n) => `queue-${n}`);
    for (const queue of queues) {
      await tell([occurrenceOf({ id: `job-${queue}`, definition: `${queue}:1`, queue, at: start })], memory.room);
      await tell([stuck(queue, `job-${queue}`)], memory.room);
    }
    await settle(
      'stuck-starting',
      ({ subject }) => subject.name === 'queue-5',
      () => 'starts again',
      memory.room,
    );
    const states = (await memory.incidents()).filter(({ incident }) => incident.occasion === 'stuck-starting');
    expect(states).toHaveLength(11);
    const open = states.filter(({ incident }) => incident.settled === undefined);
    expect(open.map(({ members }) => members.map(({ queue }) => queue))).toEqual([['queue-5']]);
  });
});

test('what grows to ten times its size after people looked away is told aloud from the thread, once', async () => {
  const { room, clock, incidents } = memoryRoom();
  const fail = (n: number) => tell([occurrenceOf({ id: `job-${n}`, definition: 'align:1', at: clock.now })], room);
  const growth = async () => {
    const [whole] = await incidents();
    await renderIncident(whole?.incident.id ?? '', room);
    return (await room.history.outbox.due(ALERTS)).filter(({ key }) => key.startsWith('growth#'));
  };
  for (let n = 0; n < 12; n++) await fail(n);
  // The card is new: its counter is enough.
  expect(await growth()).toEqual([]);
  clock.now += 30 * MINUTE;
  for (let n = 12; n < 99; n++) await fail(n);
  expect(await growth()).toEqual([]);
  await fail(99);
  for (let look = 0; look < 3; look++)
    expect(await growth()).toMatchObject([{ broadcast: true, message: expect.stringContaining('100 failures') }]);
});

test('an attempt that is tried again goes where its cause failed for good, and is no failure', async () => {
  const { room, incidents, clock } = memoryRoom();
  const by = { id: 'U0ROOT0001', name: 'root' };
  await room.history.alertSettings.set({ kind: 'switch', occasion: 'retried', isOn: true, by, at: start });
  const attempt = { stoppedAt: start, exitCode: 1, statusReason: 'Essential container in task exited' };
  const job: Job = {
    ...failedJob({ id: 'again', name: 'again', definition: 'align:1', queue: 'spot', at: start }),
    status: 'RUNNABLE',
    attempts: [attempt],
  };
  const retry = retryOf(job, start);
  if (retry === undefined) throw new Error('that is no retry');
  await tell([occurrenceOf({ id: 'dead', definition: 'align:1', queue: 'spot', at: start })], room);
  clock.now += MINUTE;
  await tell([retry, retry], room);
  const [whole, ...others] = await incidents();
  expect(others).toEqual([]);
  expect(whole?.members.map(({ occasion }) => occasion)).toEqual(['failed', 'retried']);
  const card = JSON.stringify(await incidentCard(whole?.incident.id ?? '', room));
  expect(card).toContain('1 attempt was tried again');
  expect(card).toContain('*align* failed: exit 1');
});

test('an array with 4,000 failed children is one card with its causes by count', async () => {
  const { room, incidents } = memoryRoom();
  const children = Array.from({ length: 4_000 }, (_, index) =>
    occurrenceOf({ id: `vast:${index}`, name: 'vast', definition: 'v:1', exitCode: index < 3_000 ? 9 : 4, at: start }),
  );
  await tell(children, room);
  const [only, ...others] = await incidents();
  expect(others).toEqual([]);
  const card = JSON.stringify(await incidentCard(only?.incident.id ?? '', room));
  expect(card).toContain('4,000 children failed');
  expect(card).toMatch(/×3,000: 0-2999/);
  expect(card).toMatch(/×1,000: 3000-3999/);
});

test('a success counts when it started after the last failure, in whatever order they are heard of', async () => {
  const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 4 }),
      fc.nat({ max: 25 }),
      order,
      async (minutes, from, turns) => {
        const { room, clock, incidents } = memoryRoom();
        clock.now = start + 60 * MINUTE;
        const failures = minutes.map((minute, n) =>
          occurrenceOf({ id: `job-${n}`, definition: `align:${n + 1}`, at: start + minute * MINUTE }),
        );
        const job = {
          ...failedJob({ id: 'well', definition: 'align:9', at: start + 50 * MINUTE }),
          status: 'SUCCEEDED' as const,
          startedAt: start + from * MINUTE + 1,
        };
        const [first, ...rest] = turns.filter((turn) => turn < failures.length);
        // A success that nothing had failed before is nobody's; one after it may be heard of at any time.
        if (first !== undefined) await tell(failures.slice(first, first + 1), room);
        const at = rest.length === 0 ? 0 : (turns[3] ?? 0);
        for (const [place, turn] of rest.entries()) {
          if (place === at) await recover(job, room);
          await tell(failures.slice(turn, turn + 1), room);
        }
        clock.now += 10_000;
        await recover(job, room);
        const [whole] = await incidents();
        const card = JSON.stringify(await renderIncident(whole?.incident.id ?? '', room));
        expect(card.includes('succeeded again')).toBe(minutes.every((minute) => minute <= from));
      },
    ),
    { numRuns: 120 },
  );
});

describe('a success', () => {
  const succeeded = (id: string, more: Partial<Job>): Job => ({
    ...failedJob({ id, definition: 'align:2', queue: 'spot', at: start + 20 * MINUTE }),
    status: 'SUCCEEDED',
    startedAt: start + 10 * MINUTE,
    ...more,
  });
  /** Whether the card of the first incident says that something succeeded again. */
  async function ended({ room, clock, incidents }: MemoryRoom, job: Job): Promise<string> {
    clock.now += MINUTE;
    await recover(job, room);
    const [whole] = await incidents();
    const card = JSON.stringify(await renderIncident(whole?.incident.id ?? '', room));
    return /✔ [^"(;]*again/.exec(card)?.[0] ?? 'no';
  }

  test('in another queue ends nothing, and on a card of several queues only what failed in its own', async () => {
    const memory = memoryRoom();
    await tell([occurrenceOf({ id: 'a', definition: 'align:1', queue: 'spot', at: start })], memory.room);
    expect(await ended(memory, succeeded('b', { queue: 'ondemand' }))).toBe('no');
    expect(await ended(memory, succeeded('c', {}))).toBe('✔ align succeeded again');

    const [whole] = await memory.incidents();
    const id = whole?.incident.id ?? '';
    const [member] = whole?.members ?? [];
    if (member === undefined) throw new Error('nothing joined it');
    await memory.room.history.incidents.share(id);
    await memory.room.history.incidents.putMember(id, { ...member, member: 'd', queue: 'ondemand' });
    memory.clock.now += MINUTE;
    expect(JSON.stringify(await renderIncident(id, memory.room))).toContain('align in ondemand has not yet');
    expect(await ended(memory, succeeded('e', { queue: 'ondemand' }))).toContain('align in spot, align in ondemand');
  });

  test('of a child counts once its array has succeeded, and that of the array for all of them', async () => {
    const memory = memoryRoom();
    const array = { arraySize: 2, createdAt: start + 5 * MINUTE };
    await tell([occurrenceOf({ id: 'a', definition: 'align:1', queue: 'spot', at: start })], memory.room);
    memory.know({ ...succeeded('vast', array), status: 'RUNNING' });
    expect(await ended(memory, succeeded('vast:0', {}))).toBe('no');
    memory.know({ ...succeeded('vast', array), status: 'FAILED' });
    expect(await ended(memory, succeeded('vast:1', {}))).toBe('no');
    const { startedAt: _, ...whole } = succeeded('again', array);
    expect(await ended(memory, whole)).toBe('✔ align succeeded again');
  });
});

test('whatever jobs are called and whatever reasons they have, Slack takes every card', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom('<!channel>', '```', '<@U0ADA00001>', '&&&&', '日本語', '\u202e', '🧬'.repeat(70)),
    fc.constantFrom('<!here> *x* ```', '& < >').map((part) => part.repeat(1_000).slice(0, 10_000)),
  );
  const some = fc.option(text, { nil: undefined });
  const drawn = fc.record({ name: some, definition: some, queue: some, statusReason: text });
  await fc.assert(
    fc.asyncProperty(fc.array(drawn, { minLength: 1, maxLength: 14 }), async (jobs) => {
      const { room, incidents, clock } = memoryRoom();
      for (const [n, job] of jobs.entries()) {
        const given = Object.fromEntries(
          Object.entries(job).filter(([, value]) => value !== undefined && value !== ''),
        );
        await tell([occurrenceOf({ id: `${n % 3 === 0 ? `array:${n}` : `job-${n}`}`, at: clock.now, ...given })], room);
      }
      for (const { incident } of await incidents()) {
        const card = await incidentCard(incident.id, room);
        expect(card).toBeDefined();
        expect(refusalOfMessage({ text: card?.text, blocks: card?.blocks })).toBeUndefined();
        expect(JSON.stringify(card?.blocks)).not.toMatch(/<!channel>|<!here>|<@U0ADA00001>/);
      }
    }),
    { numRuns: 120 },
  );
});

describe('where many fail at once', () => {
  /** Eight others have cards of their own already. */
  async function crowded(): Promise<MemoryRoom> {
    const memory = memoryRoom();
    for (let n = 0; n < 8; n++)
      await tell(
        [occurrenceOf({ id: `own-${n}`, definition: `own-${n}:1`, exitCode: 50 + n, at: start })],
        memory.room,
      );
    return memory;
  }
  const child = (array: string, index: number, exitCode: number) =>
    occurrenceOf({ id: `${array}:${index}`, name: array, definition: `${array}:1`, exitCode, at: start });
  const parent = (array: string) =>
    occurrenceOf({
      id: array,
      name: array,
      definition: `${array}:1`,
      arraySize: 5,
      statusReason: 'Array Child Job failed',
      at: start,
    });
  const wide = async ({ incidents, room }: MemoryRoom) => {
    const cause = (await incidents()).filter(({ incident }) => incident.breadth !== 'group');
    return await Promise.all(cause.map(async ({ incident }) => JSON.stringify(await incidentCard(incident.id, room))));
  };

  test('a card of one cause says so from its first job on, and that a mute of it means the cause', async () => {
    const memory = await crowded();
    const fail = (n: number) => occurrenceOf({ id: `late-${n}`, definition: `late-${n}:1`, exitCode: 9, at: start });
    await tell([fail(0)], memory.room);
    const [first] = await wide(memory);
    expect(first).toContain('whatever else failed of exit 9');
    expect(first).toContain('Mute this cause here');
    await tell([fail(1), fail(2)], memory.room);
    const cards = await wide(memory);
    expect(cards).toHaveLength(1);
    expect(cards[0]).toContain('*Many at once: exit 9* in 3 definitions');
    expect(cards[0]).toContain('Retry 3 jobs of 3 definitions…');
  });

  test('an array keeps its own card among the first, and is named as an array where it shares one', async () => {
    const memory = await crowded();
    for (const array of ['ring', 'loop'])
      await tell([child(array, 0, 9), child(array, 1, 9), child(array, 2, 9), parent(array)], memory.room);
    await tell(
      [occurrenceOf({ id: 'single', name: 'single', definition: 's:1', exitCode: 9, at: start })],
      memory.room,
    );
    const [card, ...others] = await wide(memory);
    expect(others).toEqual([]);
    expect(card).toContain('7 jobs, 6 of them children of 2 arrays');
    expect(card).toContain('ring (3 children of the array)');
    expect(card).not.toContain('some children failed');
  });

  test('an array that is alone on such a card is told as an array', async () => {
    const memory = await crowded();
    await tell([parent('ring'), child('ring', 0, 9), child('ring', 1, 4)], memory.room);
    const [card] = await wide(memory);
    expect(card).toContain('2 children failed');
    expect(card).toContain('Retry failed');
    expect(card).not.toContain('Array Child Job');
  });
});

test('an array counts for itself only until a child of it is known, in lists of its jobs too', async () => {
  const { room, incidents } = memoryRoom();
  const ring = { name: 'ring', definition: 'r:1', at: start };
  const found = async () => {
    const whole = (await incidents()).find(({ incident }) => incident.subject.name === 'ring');
    const members = whole?.members.map(({ member }) => member);
    expect(await room.history.incidents.jobIds(whole?.incident.id ?? '')).toEqual(members);
    return members;
  };
  await tell([occurrenceOf({ ...ring, id: 'ring', arraySize: 3, statusReason: 'Array Child Job failed' })], room);
  expect(await found()).toEqual(['ring']);
  await tell([occurrenceOf({ ...ring, id: 'ring:0' })], room);
  expect(await found()).toEqual(['ring:0']);
});

test('a mute by user, name, tag, severity or revision stands on the card of what it holds back, and on no other', async () => {
  const { room, clock, incidents, know } = memoryRoom();
  const failure = { id: 'a', name: 'night-1', definition: 'align:7', queue: 'spot', at: start };
  know({ ...failedJob(failure), tags: { values: { submitter: 'ada', team: 'atlas' }, seenAt: start } });
  await tell([occurrenceOf(failure)], room);
  const [whole] = await incidents();
  const card = async () => JSON.stringify(await renderIncident(whole?.incident.id ?? '', room));
  const by = { id: 'U0ROOT0001', name: 'root' };
  const cases: [Mute['when'], boolean][] = [
    [{ users: ['ada'] }, true],
    [{ users: ['vic'] }, false],
    [{ names: ['night-*'] }, true],
    [{ tags: [{ key: 'team', value: 'atlas' }] }, true],
    [{ tags: [{ key: 'team', value: 'other' }] }, false],
    [{ severities: ['normal'] }, true],
    [{ severities: ['urgent'] }, false],
    [{ definitions: ['align:7'] }, true],
    [{ definitions: ['align:8'] }, false],
  ];
  for (const [n, [when, isShown]] of cases.entries()) {
    const mute = { id: `MUTE${n}`, when, by, reason: `why ${n}`, at: clock.now, until: clock.now + MINUTE };
    await room.history.mutes.start({ ...mute, untilFixed: false, channel: ALERTS });
    expect([when, (await card()).includes(`Muted by <@U0ROOT0001>`)]).toEqual([when, isShown]);
    clock.now += 2 * MINUTE;
    expect(await card()).not.toContain('Muted by');
  }
});

test('the thread names the first job too, each with the end of a long sentence, in the order in which they failed', async () => {
  const { room, clock, incidents } = memoryRoom();
  const fail = (id: string, at: number) =>
    tell(
      [{ ...occurrenceOf({ id, name: id, definition: 'align:1', at }), told: `${'x'.repeat(150)} because of ${id}` }],
      room,
    );
  await fail('first', start);
  clock.now += 5 * MINUTE;
  await fail('third', start + 4 * MINUTE);
  await fail('second', start + 2 * MINUTE);
  const [whole] = await incidents();
  const id = whole?.incident.id ?? '';
  const keys = (await room.history.outbox.due(ALERTS)).flatMap(({ key }) => /^lines#(.*)/.exec(key)?.[1] ?? []);
  expect(keys).toHaveLength(1);
  const lines = JSON.stringify(await renderLines(keys[0] ?? '', room));
  expect(keys[0]?.startsWith(id)).toBe(true);
  expect([...lines.matchAll(/because of (\w+)/g)].map(([, name]) => name)).toEqual(['first', 'second', 'third']);
});

test('a card in the default channel says where it was meant to go', async () => {
  const { room, incidents } = memoryRoom();
  await tell([occurrenceOf({ id: 'a', definition: 'align:1', at: start })], room);
  const closed = { code: 'is_archived', at: start, askAgainAt: start + 10 * MINUTE };
  await room.history.senders.lease('C0GENOMICS', 'mine', start + MINUTE);
  await room.history.senders.hold('C0GENOMICS', 'mine', { closed });
  const by = { id: 'U0ROOT0001', name: 'root' };
  const when = { definitions: ['sort'] };
  const to = [{ kind: 'channel' as const, id: 'C0GENOMICS' }];
  await room.history.routes.set({ id: 'RULE1', when, to, also: false, by, at: start });
  await tell([occurrenceOf({ id: 'b', definition: 'sort:1', at: start })], room);
  const cards = await Promise.all((await incidents()).map(({ incident }) => incidentCard(incident.id, room)));
  expect(cards.map((card) => /Meant for <#C0GENOMICS>, which is archived/.test(JSON.stringify(card)))).toEqual([
    false,
    true,
  ]);
});
