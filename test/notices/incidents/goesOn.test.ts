/** How long an incident takes in what happens: while its window lasts, until it is closed, and never for ever. */
import { LONGEST_MS } from '../../../src/notices/incidents/join';
import { tell } from '../../../src/notices/incidents/tell';
import { ALERTS, type MemoryRoom, memoryRoom, occurrenceOf } from './memoryRoom';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let jobs = 0;

/** A job of one definition fails, and is told of at once or later. */
async function fail({ room, clock }: MemoryRoom, at = clock.now): Promise<void> {
  await tell(
    [occurrenceOf({ id: `nightly-${jobs++}`, queue: 'spot', definition: 'nightly:1', exitCode: 7, at })],
    room,
  );
}

const setWindow = ({ room }: MemoryRoom, value: number): Promise<void> =>
  room.history.alertSettings.set({
    kind: 'threshold',
    name: 'window',
    queue: '*',
    value,
    by: { id: 'U0ADA00001', name: 'ada' },
    at: 1,
  });

const sizes = async (here: MemoryRoom): Promise<number[]> =>
  (await here.incidents()).map(({ members }) => members.length);

test.each([25, 40, 55])('with a window of a minute, a failure each %s s is one card', async (seconds) => {
  const here = memoryRoom();
  const by = { id: 'U0ADA00001', name: 'ada' };
  await here.room.history.alertSettings.set({
    kind: 'threshold',
    name: 'window',
    queue: '*',
    value: MINUTE,
    by,
    at: 1,
  });
  for (let n = 0; n < 40; n++) {
    await fail(here);
    here.clock.now += seconds * 1_000;
  }
  expect(await sizes(here)).toEqual([40]);
  here.clock.now += 2 * MINUTE;
  await fail(here);
  expect(await sizes(here)).toEqual([40, 1]);
});

test('what fails all the time gets a new card each 30 days, and none of it is told by one that is kept no more', async () => {
  const here = memoryRoom();
  await setWindow(here, 24 * HOUR);
  const beganAt = here.clock.now;
  for (; here.clock.now < beganAt + 100 * 24 * HOUR; here.clock.now += 20 * HOUR) await fail(here);
  const all = await here.incidents();
  expect(all).toHaveLength(4);
  for (const { members, incident } of all)
    expect(Math.max(...members.map(({ joinedAt }) => joinedAt)) - incident.openedAt).toBeLessThanOrEqual(LONGEST_MS);
  expect(all.reduce((sum, { members }) => sum + members.length, 0)).toBe(120);
});

test('a failure that is heard of when its card was closed begins a new one, which is on the list of open ones', async () => {
  const here = memoryRoom();
  const { incidents } = here.room.history;
  await fail(here);
  const [first] = await incidents.listOpen();
  here.clock.now += 75 * MINUTE;
  await incidents.close(first?.id ?? '', here.clock.now);
  here.clock.now += 5 * MINUTE;
  await fail(here, here.clock.now - 30 * MINUTE);
  const [next, ...others] = await incidents.listOpen();
  expect(others).toEqual([]);
  expect(next).toMatchObject({ to: ALERTS });
  expect(next?.id).not.toBe(first?.id);
});

test('a longer window brings no card back that was closed by the shorter one', async () => {
  const here = memoryRoom();
  const { incidents } = here.room.history;
  await fail(here);
  here.clock.now += 75 * MINUTE;
  for (const { id } of await incidents.listOpen()) await incidents.close(id, here.clock.now);
  await setWindow(here, 24 * HOUR);
  here.clock.now += 15 * MINUTE;
  await fail(here);
  expect(await incidents.listOpen()).toHaveLength(1);
});
