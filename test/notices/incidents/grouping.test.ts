/** The rules of grouping: whatever the order, the doubles and the deaths of workers, each failure is counted once. */
import * as fc from 'fast-check';
import type { Room } from '../../../src/commands/command';
import type { Job } from '../../../src/jobs/job';
import { refusalOfMessage } from '../../../src/local/slack/blocks/message';
import { groupOf, MOST_CARDS, OWN_CARDS } from '../../../src/notices/incidents/join';
import { recover } from '../../../src/notices/incidents/recover';
import { incidentCard, renderIncident } from '../../../src/notices/incidents/renderIncident';
import { settle } from '../../../src/notices/incidents/settle';
import { tell } from '../../../src/notices/incidents/tell';
import { retryOf } from '../../../src/notices/jobFailures';
import type { Occurrence } from '../../../src/notices/occasion';
import { ALERTS, type Failure, failedJob, type MemoryRoom, memoryRoom, occurrenceOf } from './memoryRoom';

const MINUTE = 60_000;
const start = Date.parse('2026-03-01T12:00:00Z');

class Killed extends Error {}

/** Dies at those of the commands whose number is in the list, and lets others go before it now and then. */
function hazards(deaths: readonly number[], pauses: readonly number[]) {
  const [dying, waiting] = [new Set(deaths), new Set(pauses)];
  let calls = 0;
  return async (): Promise<void> => {
    calls++;
    if (waiting.has(calls)) await new Promise((resolve) => setImmediate(resolve));
    if (dying.has(calls)) throw new Killed();
  };
}

/** As a queue gives a message again whose worker died. */
async function survived<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}

/** Several workers at once, each with its share. */
async function deliver(failures: readonly Failure[], workers: number, room: Room): Promise<void> {
  const rest = failures.values();
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (const failure of rest) await survived(() => tell([occurrenceOf(failure)], room));
    }),
  );
}

const someHazards = fc.record({
  deaths: fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 25 }),
  pauses: fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 100 }),
  workers: fc.integer({ min: 1, max: 4 }),
});

/** Failures of so many definitions, each once and some of them told again, in any order. */
const someFailures = (definitions: number, exitCodes: number, most: number) =>
  fc
    .uniqueArray(
      fc.record({
        n: fc.nat({ max: 200 }),
        definition: fc.nat({ max: definitions - 1 }),
        exitCode: fc.integer({ min: 1, max: exitCodes }),
        lateMs: fc.nat({ max: 9 * MINUTE }),
        isChild: fc.boolean(),
      }),
      { selector: ({ n }) => n, minLength: 1, maxLength: most },
    )
    .chain((drawn) => {
      const failures = drawn.map(
        ({ n, definition, exitCode, lateMs, isChild }): Failure => ({
          id: isChild ? `array-${definition}:${n}` : `job-${n}`,
          queue: 'spot',
          definition: `def-${definition}:${1 + (n % 3)}`,
          exitCode,
          at: start - lateMs,
        }),
      );
      return fc
        .array(fc.constantFrom(...failures), { maxLength: failures.length })
        .chain((again) => fc.shuffledSubarray([...failures, ...again], { minLength: failures.length + again.length }))
        .map((events) => ({ failures, events }));
    });

const idsOf = (failures: readonly Failure[]): string[] => failures.map(({ id }) => id).sort();

test('failures of few groups are an incident a group, whatever the order, the doubles and the deaths', async () => {
  // A definition is an array and single jobs of one cause at most: no crowd.
  const few = someFailures(2, 1, 20);
  await fc.assert(
    fc.asyncProperty(few, someHazards, async ({ failures, events }, { deaths, pauses, workers }) => {
      const { room, incidents, due } = memoryRoom(hazards(deaths, pauses));
      await deliver(events, workers, room);
      const groups = new Map<string, Failure[]>();
      for (const failure of failures) {
        const group = groupOf(occurrenceOf(failure));
        groups.set(group, [...(groups.get(group) ?? []), failure]);
      }
      const seen = await incidents();
      expect(seen.map(({ members }) => members.map(({ member }) => member).sort()).sort()).toEqual(
        [...groups.values()].map(idsOf).sort(),
      );
      expect(groups.size).toBeLessThanOrEqual(OWN_CARDS);
      // Nothing of it is left untold.
      const keys = await due();
      for (const { incident } of seen) expect(keys).toContain(`incident#${incident.id}`);
    }),
    { numRuns: 120 },
  );
});

test('failures of any number of groups are 12 cards at most, and each of them is in exactly one', async () => {
  await fc.assert(
    fc.asyncProperty(
      someFailures(60, 30, 120),
      someHazards,
      async ({ failures, events }, { deaths, pauses, workers }) => {
        const { room, incidents } = memoryRoom(hazards(deaths, pauses));
        await deliver(events, workers, room);
        const seen = await incidents();
        expect(seen.length).toBeLessThanOrEqual(MOST_CARDS);
        expect(seen.flatMap(({ members }) => members.map(({ member }) => member)).sort()).toEqual(idsOf(failures));
      },
    ),
    { numRuns: 60 },
  );
});

test('a crowd of 60 groups of 30 causes is 4 cards of their own, 7 by cause and one that takes the rest', async () => {
  const { room, incidents } = memoryRoom();
  for (let n = 0; n < 60; n++)
    await tell(
      [occurrenceOf({ id: `job-${n}`, definition: `def-${n}:1`, queue: 'spot', exitCode: 20 + (n % 30), at: start })],
      room,
    );
  const breadths = (await incidents()).map(({ incident }) => incident.breadth);
  const wide = (breadth: string) => breadths.filter((one) => one === breadth).length;
  expect([wide('group'), wide('cause'), wide('gathering')]).toEqual([4, 7, 1]);
});

test('a group is another incident after a quiet hour, and never for what comes again', async () => {
  const { room, clock, incidents, opened } = memoryRoom();
  const failures = [0, 50, 100, 161].map((minutes, n) => ({
    id: `job-${n}`,
    definition: 'align:1',
    at: start + minutes * MINUTE,
  }));
  for (const failure of failures) {
    clock.now = failure.at;
    await tell([occurrenceOf(failure)], room);
  }
  const parts = (await incidents()).map(({ members }) => members.map(({ member }) => member));
  expect(parts).toEqual([['job-0', 'job-1', 'job-2'], ['job-3']]);
  clock.now += 5 * 60 * MINUTE;
  for (const failure of failures) await tell([occurrenceOf(failure)], room);
  expect((await incidents()).map(({ members }) => members.length)).toEqual([3, 1]);
  expect(opened()).toBe(2);
});

test('a job whose later news tells another cause stays where it is, and what is known of it there is the newer', async () => {
  const { room, incidents } = memoryRoom();
  const job = (id: string, exitCode: number) => occurrenceOf({ id, definition: 'align:1', exitCode, at: start });
  await tell([job('first', 1)], room);
  await tell([job('second', 2)], room);
  // Of its cause there is another card by now.
  await tell([job('first', 2)], room);
  await tell([job('second', 3)], room);
  const seen = await incidents();
  expect(seen.map(({ members }) => members.map(({ member, exitCode }) => [member, exitCode]))).toEqual([
    [['first', 2]],
    [['second', 3]],
  ]);
});

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

  test('stays open where a crowd put it on the card of another that is over', async () => {
    const memory = memoryRoom();
    const queues = Array.from({ length: 6 }, (_, n) => `queue-${n}`);
    for (const queue of queues) await tell([stuck(queue, `job-${queue}`)], memory.room);
    await settle(
      'stuck-starting',
      ({ subject }) => subject.name === 'queue-5',
      () => 'starts again',
      memory.room,
    );
    const open = (await memory.incidents()).filter(({ incident }) => incident.settled === undefined);
    expect(open).toHaveLength(1);
    expect(open[0]?.members.map(({ queue }) => queue)).toContain('queue-5');
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

test('jobs that fall with those that they depend on are on one card with them, in whatever order they are heard of', async () => {
  // Each depends on one before it, but the first.
  const trees = fc.array(fc.nat(), { minLength: 1, maxLength: 9 }).map((drawn) =>
    drawn.map((n, index): Failure => {
      const dependsOn = index === 0 ? [] : [`job-${n % index}`];
      const statusReason = index === 0 ? 'Essential container in task exited' : 'Dependent Job failed';
      return { id: `job-${index}`, definition: `step-${index}:1`, queue: 'spot', dependsOn, statusReason, at: start };
    }),
  );
  const events = trees.chain((tree) =>
    fc.tuple(fc.constant(tree), fc.shuffledSubarray([...tree, ...tree], { minLength: 2 * tree.length })),
  );
  await fc.assert(
    fc.asyncProperty(events, someHazards, async ([tree, told], { deaths, pauses, workers }) => {
      const { room, know, incidents } = memoryRoom(hazards(deaths, pauses));
      for (const failure of tree) know(failedJob(failure));
      await deliver(told, workers, room);
      const [whole, ...others] = await incidents();
      expect(others).toEqual([]);
      expect(whole?.members.map(({ member }) => member).sort()).toEqual(idsOf(tree));
      const card = JSON.stringify(await survived(() => incidentCard(whole?.incident.id ?? '', room)));
      expect(card).toContain('*job-0* failed: exit 1');
      expect(card.includes(`${tree.length - 1} more job`)).toBe(tree.length > 1);
    }),
    { numRuns: 60 },
  );
});

test('what is older than a day is no alert, and a clock that is ahead holds nothing up', async () => {
  const { room, incidents, clock } = memoryRoom();
  await tell([occurrenceOf({ id: 'last-month', definition: 'a:1', at: start - 30 * 24 * 60 * MINUTE })], room);
  expect(await incidents()).toEqual([]);
  await tell([occurrenceOf({ id: 'ahead', definition: 'a:1', at: start + 10 * 60 * MINUTE })], room);
  clock.now += 61 * MINUTE;
  await tell([occurrenceOf({ id: 'later', definition: 'a:1', at: clock.now })], room);
  expect((await incidents()).map(({ members }) => members.length)).toEqual([1, 1]);
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
}, 30_000);

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
