import { cardsOf, counted, countOn, failure, idOf, order } from '../../bench/stormEvents';
import { ALERTS, leastGap, type OutboxWorld, outboxWorld } from './outboxWorld';

/** One of each queue and cause; `npm run bench -- storm` takes 10,000. */
const JOBS = 60;
const STORM_MS = 60_000;
const MINUTE = 60_000;

let here: OutboxWorld;
beforeEach(async () => {
  here = await outboxWorld();
});
afterEach(() => here.end());

interface Storm {
  /** When it began and ended, ms. */
  began: number;
  ended: number;
  /** When the counters said all; undefined while they don't. */
  exactAt?: number;
}

/** Lets the storm come while the senders wait. */
async function storm(): Promise<Storm> {
  const began = here.now();
  const told: Storm = { began, ended: began + STORM_MS };
  const events = order(JOBS).map((job, index, all) => ({ job, at: began + (index / all.length) * STORM_MS }));
  here.meanwhile(async () => {
    const coming = events.findIndex(({ at }) => at > here.now());
    const due = events.splice(0, coming < 0 ? events.length : coming);
    await Promise.all(due.map(({ job }) => here.takeEvent(failure(job, began + job, false))));
    if (events.length === 0 && told.exactAt === undefined && counted(here.slack) === JOBS) told.exactAt = here.now();
  });
  while (events.length > 0) await here.run(500);
  return told;
}

/** Each card tells of just those jobs that are its own, and each job is on one. */
async function expectTruth(): Promise<void> {
  const { incidents, outbox } = here.room.history;
  const cards = cardsOf(here.slack);
  const jobs: string[] = [];
  for (const { id, to } of await incidents.listOpen()) {
    const members = (await incidents.whole(id))?.members ?? [];
    const ts = (await outbox.sent(to, `incident#${id}`))?.ts;
    expect(countOn(cards.find((card) => card.ts === ts)?.plain ?? 'no card')).toBe(members.length);
    jobs.push(...members.map(({ member }) => member));
  }
  expect(jobs.sort()).toEqual(Array.from({ length: JOBS }, (_, job) => idOf(job)).sort());
  expect(cards.length).toBeLessThanOrEqual(12);
  expect(leastGap(here.calls(ALERTS))).toBeGreaterThanOrEqual(1_000);
}

test('failures of 5 queues and 12 causes, each told twice and shuffled, are 12 cards at most with exact counters in time', async () => {
  const told = await storm();
  await here.run(5 * MINUTE);
  expect((here.calls(ALERTS)[0]?.at ?? Number.NaN) - told.began).toBeLessThanOrEqual(5_000);
  expect((told.exactAt ?? Number.NaN) - told.ended).toBeLessThanOrEqual(15_000);
  await expectTruth();
});

test('with every second call refused and then an outage of ten minutes: no card lost, none twice', async () => {
  here.slack.setFaults({ slack: { rate_limited_every: 2 } });
  const told = await storm();
  here.slack.setFaults({ slack: { down: true } });
  await here.run(10 * MINUTE);
  here.slack.setFaults({ slack: { rate_limited_every: 2 } });
  await here.run(10 * MINUTE);
  expect(told.exactAt).toBeDefined();
  await expectTruth();
  expect(await here.room.history.outbox.due(ALERTS)).toEqual([]);
});
