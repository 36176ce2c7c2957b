/** How long one look for successes that came before their failures may take, and what becomes of what it had no time for. */
import type { Job } from '../../../src/jobs/job';
import { successesBefore } from '../../../src/notices/incidents/lookBack';
import { definitionsOf } from '../../../src/notices/incidents/standing';
import { tell } from '../../../src/notices/incidents/tell';
import { failedJob, memoryRoom, occurrenceOf } from './memoryRoom';

const HOUR = 3_600_000;
const READ_MS = 2_000;

/** Many incidents, each with a success that was heard of before its failure, and with reads that take seconds. */
async function slowRoom(incidents: number) {
  const { room, clock, incidents: all } = memoryRoom();
  const time = { leftMs: 0 };
  const rows: Job[] = [];
  for (let n = 0; n < incidents; n++) {
    const failure = { id: `failed-${n}`, queue: 'spot', definition: `nightly-${n}:1`, exitCode: n, at: clock.now };
    await tell([occurrenceOf(failure)], room);
    const at = clock.now + 60_000;
    rows.push({ ...failedJob({ ...failure, id: `well-${n}`, at }), status: 'SUCCEEDED', startedAt: clock.now + 1_000 });
    // Far from each other, so that they are no crowd.
    clock.now += HOUR;
  }
  const items = room.history.incidents;
  const slow = {
    ...items,
    whole: async (id: string) => {
      time.leftMs -= READ_MS;
      return await items.whole(id);
    },
  };
  const search = { refresh: async () => undefined, knownRows: () => rows, search: async () => ({ rows: [] }) };
  const history = { ...room.history, incidents: slow, search } as unknown as typeof room.history;
  const { look } = successesBefore({ ...room, history });
  return {
    time,
    look: () => look(() => time.leftMs),
    recovered: async () =>
      (await all()).filter((whole) => definitionsOf(whole).every(({ startedAt }) => startedAt !== undefined)).length,
  };
}

test.each([60_000, 40_000, 18_000])('with %s ms left, it leaves time to what comes after it', async (leftMs) => {
  const here = await slowRoom(12);
  here.time.leftMs = leftMs;
  await here.look();
  expect(here.time.leftMs).toBeLessThan(leftMs);
  expect(here.time.leftMs).toBeGreaterThanOrEqual(Math.max(leftMs - 10_000, 10_000) - READ_MS);
  expect(await here.recovered()).toBeGreaterThan(0);
});

test('what one look had no time for is looked at by the next ones', async () => {
  const here = await slowRoom(12);
  const after: number[] = [];
  for (let minute = 0; minute < 6; minute++) {
    here.time.leftMs = 60_000;
    await here.look();
    after.push(await here.recovered());
  }
  expect(after[0]).toBeLessThan(12);
  expect(after.at(-1)).toBe(12);
});

test('a minute without time left reads nothing', async () => {
  const here = await slowRoom(1);
  here.time.leftMs = 9_000;
  await here.look();
  expect(here.time.leftMs).toBe(9_000);
  expect(await here.recovered()).toBe(0);
});
