/** Jobs that ended too long ago are removed at a tick, whole, and stay away; and people are told how far history goes back. */
import { openHistory } from '../../src/history/history';
import { ingest } from '../../src/history/ingest';
import type { Job } from '../../src/jobs/job';
import { newId } from '../notices/stateChange';
import { type Scene, scene } from '../scene';
import { dynamo, TABLE } from './dynamo';

const DAY_MS = 86_400_000;
let here: Scene;
const lines: string[] = [];
beforeAll(async () => {
  here = await scene({ retentionDays: 30, logLevel: 'info', write: (line) => void lines.push(line) });
});
afterAll(() => here.end());

const jobThatEnded = (daysAgo: number, name: string): Job => {
  const at = Date.now() - daysAgo * DAY_MS;
  const log = { logGroup: '/aws/batch/job', logStream: `${name}/default/1` };
  const times = { createdAt: at - 5_000, startedAt: at - 4_000, stoppedAt: at, seenAt: at };
  return {
    id: newId(),
    name,
    queue: 'prod',
    status: 'SUCCEEDED',
    ...log,
    ...times,
    whole: true,
    attempts: [],
    entered: {},
  };
};
const texts = async (words: string) => (await here.vic.says(words)).map(({ plain }) => plain).join('\n');

test('jobs of before are gone after a tick, packed or not, with their items; later ones stay; and the answers say so', async () => {
  const forever = openHistory(dynamo(here), TABLE, Date.now);
  const [oldPacked, newPacked] = [jobThatEnded(40, 'relic-packed'), jobThatEnded(3, 'fresh-packed')];
  for (const job of [oldPacked, newPacked]) await ingest(forever.jobs, job, Date.now);
  await forever.pack({ now: Date.now, remainingMs: () => 60_000, leastJobs: 1 });
  const [oldLive, newLive] = [jobThatEnded(31, 'relic-live'), jobThatEnded(29, 'fresh-live')];
  for (const job of [oldLive, newLive]) await ingest(forever.jobs, job, Date.now);
  expect(await texts('/batch search relic')).toContain('relic-packed');

  lines.length = 0;
  await here.world.app.tick(() => 60_000);

  const relics = await texts('/batch search relic');
  expect(relics).toMatch(/No jobs that match “?"?relic/);
  expect(relics).toContain('My history goes back 30 days.');
  const fresh = await texts('/batch search fresh');
  expect(fresh).toMatch(/2 jobs/);
  expect(fresh).toContain('fresh-packed');
  expect(fresh).toContain('fresh-live');
  expect(fresh).toContain('history goes back 30 days');
  for (const { id } of [oldPacked, oldLive]) expect(await forever.jobs.get(id)).toBeUndefined();
  for (const { id } of [newPacked, newLive]) expect((await forever.jobs.get(id))?.job.logStream).toBeDefined();
  const [audit] = await here.root.says('/batch audit what:retention');
  expect(audit?.plain).toContain('batchbot removed 2 jobs that ended more than 30 days ago');
  expect(lines.some((line) => line.includes('"message":"audit"') && line.includes('"count":2'))).toBe(true);

  // A late event of a removed job brings nothing back.
  const mine = openHistory(dynamo(here), TABLE, Date.now, 30);
  for (const job of [oldPacked, { ...oldLive, status: 'RUNNING' as const, stoppedAt: undefined }]) {
    const { stoppedAt, ...news } = job;
    await ingest(mine.jobs, stoppedAt === undefined ? news : { ...news, stoppedAt }, Date.now);
    expect(await forever.jobs.get(job.id)).toBeUndefined();
  }
});

test('Home says how far history goes back', async () => {
  await here.world.slack.openHome({ user: 'vic' });
  const home = await here.until('the home', () => here.world.slack.home('vic'));
  expect(home.plain).toContain('history goes back 30 days');
});
