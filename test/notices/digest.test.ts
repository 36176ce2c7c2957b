/** Digests by the front door: set in words, told once at their time, late or not at all, and what one says. */
import type { App } from '../../src/app';
import type { Message } from '../../src/local/slack/server';
import { tellDigests } from '../../src/notices/digests/tellDigests';
import type { WorkRequest } from '../../src/slack/request';
import { ALERTS, anotherBot } from '../history/anotherBot';
import { type Scene, scene } from '../scene';
import { newId, stateChange } from './stateChange';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A whole hour from now on: Slack's own clock has to be the present one, for requests are signed with it. */
const FIRST = (Math.floor(Date.now() / HOUR) + 2) * HOUR;
const TIME = new Date(FIRST).toISOString().slice(11, 16);

let here: Scene;
/** The bot a while later. */
let later: App;
let another: App;
let clock = Date.now();
beforeAll(async () => {
  here = await scene();
  const options = { now: () => clock, enqueue: async (request: WorkRequest) => void asked.push(request) };
  [later, another] = [await anotherBot(here, 'batchbot', {}, options), await anotherBot(here, 'batchbot', {}, options)];
});
afterAll(() => here.end());

const only = (messages: Message[]): Message => {
  expect(messages).toHaveLength(1);
  return messages[0] as Message;
};
const digests = (channel: string): Message[] =>
  here.world.slack
    .channel(channel)
    .filter(({ plain, ephemeral_to }) => ephemeral_to === undefined && /^(?:Daily|Weekly) digest/.test(plain));
/** What the bots asked to be done; only what is for #general is. */
const asked: WorkRequest[] = [];
const send = async () => {
  const mine = asked.splice(0).filter((request) => request.kind === 'deliver' && request.to === 'C0GENERAL1');
  await Promise.all(
    mine.map((request, n) => (n % 2 === 0 ? later : another).takeWork(JSON.stringify(request), () => 60_000)),
  );
};
const tickAt = async (at: number) => {
  clock = at;
  await tellDigests(later.room, () => 100_000);
  await send();
};
const nth = (count: number): Message => {
  expect(digests('general')).toHaveLength(count);
  return digests('general')[count - 1] as Message;
};

/** A job that ended then. */
async function ended(name: string, status: 'SUCCEEDED' | 'FAILED', at: number, detail: Record<string, unknown> = {}) {
  await later.takeEvent(JSON.stringify(stateChange({ id: newId(), name, status, at, detail })), () => 60_000);
}

test('is set by operators, in words, with the zone of who sets it, and shown, narrowed and switched off', async () => {
  expect(only(await here.vic.says('/batch alerts digest daily 09:00')).plain).toContain('needs the operator role');
  const set = only(await here.root.says('/batch alerts digest daily 09:00 Europe/Vienna'));
  expect(set.plain).toContain('A daily digest comes every day at 09:00 (Europe/Vienna). It is told in this channel');
  expect(set.plain).not.toContain('your own time zone');
  const own = only(await here.ada.says('/batch alerts digest weekly mon 8am queue:spot-* skip-empty', 'batch-alerts'));
  expect(own.plain).toMatch(/A weekly digest of queue:spot-\* comes every Monday at 08:00 \(Europe\/Berlin\), unless/);
  expect(own.plain).toContain('Europe/Berlin is your own time zone');
  expect(only(await here.vic.says('/batch alerts digest', 'batch-alerts')).plain).toContain('Set by ada.');
  const off = only(await here.ada.says('/batch alerts digest off', 'batch-alerts'));
  expect(off.plain).toContain('No more weekly digest comes in this channel.');
  expect(only(await here.vic.says('/batch alerts digest', 'batch-alerts')).plain).toContain(
    'No digest comes in this channel',
  );
  const again = only(await here.ada.presses('As it was', off));
  expect(again.plain).toContain('every Monday at 08:00 (Europe/Berlin), unless there was nothing');
  const wrong = async (words: string) => only(await here.ada.says(`/batch alerts digest ${words}`)).plain;
  expect(await wrong('hourly')).toContain('A digest is daily or weekly, not "hourly".');
  expect(await wrong('daily 25:00')).toContain('I don\'t understand "25:00"');
  expect(await wrong('daily mon 09:00')).toContain('A daily digest comes every day.');
  expect(await wrong('daily 09:00 Mars/Base')).toContain('"Mars/Base": it is no time, day or time zone');
  expect(await wrong('daily 09:00 cause:timeout')).toContain('not by cause:');
  expect(only(await here.root.says('/batch audit')).plain).toContain('daily digest');
  const utc = only(await here.root.says(`/batch alerts digest daily ${TIME} UTC`));
  expect(utc.plain).toContain(`every day at ${TIME} (UTC)`);
});

test('tells once, however many ticks come at once, what ended since the day before and why', async () => {
  // The week before: one of two failed.
  await ended('last-week-1', 'SUCCEEDED', FIRST - 2 * DAY);
  await ended('last-week-2', 'FAILED', FIRST - 2 * DAY);
  for (let n = 0; n < 6; n++) await ended(`good-${n}`, 'SUCCEEDED', FIRST - 4 * HOUR);
  await ended('bad-1', 'FAILED', FIRST - HOUR, { container: { exitCode: 137, reason: 'OutOfMemoryError: killed' } });
  await ended('bad-2', 'FAILED', FIRST - HOUR);
  await tickAt(FIRST - 60_000);
  expect(digests('general')).toEqual([]);
  clock = FIRST + 40_000;
  await Promise.all([
    later.tick(() => 100_000),
    tellDigests(another.room, () => 100_000),
    tellDigests(later.room, () => 100_000),
  ]);
  await send();
  const told = nth(1);
  expect(told.plain).toContain('8 jobs ended  ·  ✔ 6  ·  ✖ 2');
  expect(told.plain).toContain('75.0 % succeeded, 25.0 points more than in the week before');
  expect(told.plain).toContain('out of memory ×1');
  expect(told.plain).toMatch(/2 of 8 failed/);
  await ended('too-late', 'FAILED', FIRST - HOUR);
  await tickAt(FIRST + 120_000);
  await tickAt(FIRST + 180_000);
  expect(nth(1).plain).toBe(told.plain);
  const failed = await here.ada.presses('Failed jobs', told);
  expect(failed.find(({ ephemeral_to }) => ephemeral_to !== undefined)?.plain).toContain('bad-1');
});

test('tells what is open in its channel, and what mutes held back there', async () => {
  const { mutes } = here.world.app.room.history;
  const [at, by] = [Date.now(), { id: 'U0ADA00001', name: 'ada' }];
  const mute = { id: 'M1', when: { names: ['scene-*'] }, reason: 'a known fault', until: at + HOUR, untilFixed: false };
  const kept = { ...mute, to: ALERTS.id, by, channel: ALERTS.id, at };
  await mutes.start(kept);
  for (const member of ['one', 'two', 'one']) await mutes.hold(kept, member);
  // The alerts of the other bots' failures go to #genomics.
  const there = only(await here.vic.says('/batch alerts digest now', 'genomics')).plain;
  expect(there).toMatch(/Open incidents\n.*: (?:out of memory|exit 7)/);
  expect(there).toMatch(/Held back by mutes\nscene-∗ {2}· {2}held 2 back {2}· {2}“a known fault”/);
  const elsewhere = only(await here.vic.says('/batch alerts digest now', 'general')).plain;
  expect(elsewhere).not.toMatch(/Open incidents|Held back/);
});

test('late is told within six hours, and later left out, which the next one says', async () => {
  await ended('next-day', 'SUCCEEDED', FIRST + 3 * HOUR);
  await tickAt(FIRST + DAY + 5 * HOUR);
  expect(nth(2).plain).toContain('1 job ended');
  expect(nth(2).plain).toContain(`every day at ${TIME} (UTC)`);
  await tickAt(FIRST + 2 * DAY + 7 * HOUR);
  expect(digests('general')).toHaveLength(2);
  await tickAt(FIRST + 3 * DAY + 60_000);
  expect(nth(3).plain).toMatch(/The one of .* was not told: nothing ran for six hours then\./);
});

test('an empty day is one line, or nothing where that was asked for', async () => {
  await tickAt(FIRST + 10 * DAY + 60_000);
  const line = nth(4);
  expect(line.plain).toContain('6 digests since');
  expect(line.plain).toContain('no job ended, nothing is open.');
  expect(line.plain).not.toContain('✔');
  // The weekly one in #batch-alerts was to skip empty weeks; a Monday has come twice.
  expect(digests('batch-alerts')).toEqual([]);
  expect(only(await here.vic.says('/batch alerts digest now weekly', 'batch-alerts')).plain).toMatch(/^Weekly digest/);
});
