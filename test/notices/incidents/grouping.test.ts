/** The rules of grouping: whatever the order, the doubles and the deaths of workers, each failure is counted once. */
import * as fc from 'fast-check';
import type { Room } from '../../../src/commands/command';
import { groupOf, MOST_CARDS, OWN_CARDS } from '../../../src/notices/incidents/join';
import { incidentCard } from '../../../src/notices/incidents/renderIncident';
import { tell } from '../../../src/notices/incidents/tell';
import type { Occurrence } from '../../../src/notices/occasion';
import { hazards, survived } from './hazards';
import { ALERTS, type Failure, failedJob, memoryRoom, occurrenceOf } from './memoryRoom';

const MINUTE = 60_000;
const start = Date.parse('2026-03-01T12:00:00Z');

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
      for (const { incident, members } of seen) {
        expect(keys).toContain(`incident#${incident.id}`);
        // Whoever came beside the first is to stand in its thread, also one that came at the same time.
        if (members.length > 1) expect(keys).toContain(`lines#${incident.id}#${incident.openedAt}`);
      }
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

test('a crowd of 60 groups of 30 causes is 8 cards of their own, 3 by cause and one that takes the rest', async () => {
  const { room, incidents, due } = memoryRoom();
  for (let n = 0; n < 60; n++)
    await tell(
      [occurrenceOf({ id: `job-${n}`, definition: `def-${n}:1`, queue: 'spot', exitCode: 20 + (n % 30), at: start })],
      room,
    );
  const all = await incidents();
  const of = (breadth: string) => all.filter(({ incident }) => incident.breadth === breadth);
  expect([of('group').length, of('cause').length, of('gathering').length]).toEqual([8, 3, 1]);
  // Whose card it is shares it with nobody, though others fail of the same.
  expect(of('group').map(({ members }) => members.length)).toEqual(Array(8).fill(1));
  expect(of('cause').map(({ members }) => members.length)).toEqual([2, 2, 2]);
  // What joined is a line in the thread of its card, and an edit of it.
  const keys = await due();
  for (const { incident } of [...of('cause'), ...of('gathering')])
    expect(keys.some((key) => key.startsWith(`lines#${incident.id}#`))).toBe(true);
  const waiting = await room.history.outbox.due(ALERTS);
  expect(waiting.filter(({ urgency }) => urgency === 'new')).toHaveLength(12);
});

/** A state of a queue that is so now. */
const state = (occasion: string, queue: string, at: number): Occurrence => ({
  occasion,
  severity: 'normal',
  at,
  subject: { kind: 'queue', name: queue },
  queue,
  member: queue,
});

test('states share cards with nothing, and those beyond 12 in 10 minutes wait until there is room', async () => {
  const { room, incidents, clock } = memoryRoom();
  for (let n = 0; n < 30; n++)
    await tell([occurrenceOf({ id: `job-${n}`, definition: `def-${n}:1`, queue: 'spot', at: start })], room);
  const failures = (await incidents()).length;
  const so = Array.from({ length: 20 }, (_, n) =>
    state(n % 2 === 0 ? 'stuck-starting' : 'failure-rate', `q-${n}`, start),
  );
  const states = async () => (await incidents()).filter(({ incident }) => incident.occasion !== 'failed');
  expect((await tell(so, room)).size).toBe(8);
  expect((await tell(so, room)).size).toBe(8);
  expect(await states()).toHaveLength(12);
  clock.now += 11 * MINUTE;
  expect((await tell(so, room)).size).toBe(0);
  const all = await states();
  expect(all.map(({ members }) => members.map(({ member }) => member))).toHaveLength(20);
  for (const { incident, members } of all) {
    expect(incident.breadth).toBe('group');
    expect(members.map(({ member }) => member)).toEqual([incident.subject.name]);
  }
  expect((await incidents()).length).toBe(failures + 20);
});

test('a warning of an array and its failures are two cards', async () => {
  const { room, incidents } = memoryRoom();
  const failure = occurrenceOf({ id: 'vast:1', definition: 'v:1', queue: 'spot', at: start });
  await tell([{ ...failure, occasion: 'timeout-near' }, failure], room);
  expect((await incidents()).map(({ incident, members }) => [incident.occasion, members.length]).sort()).toEqual([
    ['failed', 1],
    ['timeout-near', 1],
  ]);
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
