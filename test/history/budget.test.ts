/** A search that may spend next to nothing still answers: with what it can show, or with how far it looked. */
import { openHistory } from '../../src/history/history';
import { ingest } from '../../src/history/ingest';
import type { Job } from '../../src/jobs/job';
import type { Message } from '../../src/local/slack/server';
import { newId } from '../notices/stateChange';
import { only, type Scene, scene } from '../scene';
import { dynamo, TABLE } from './dynamo';

const SEGMENTS = 8;
const JOBS_EACH = 12;
const DAY = 86_400_000;

let here: Scene;
beforeAll(async () => {
  // Spent from the beginning, whatever is in a worker's memory.
  here = await scene({ searchSeconds: -1, searchReadUnits: 0 });
  const { jobs, pack } = openHistory(dynamo(here), TABLE, Date.now);
  for (let n = 0; n < SEGMENTS; n++) {
    for (let k = 0; k < JOBS_EACH; k++) {
      // Of neighbouring segments the oldest and the newest overlap.
      const at = Date.now() - (SEGMENTS - n) * DAY - k * (DAY / 10);
      const isNeedle = n === 0 && k === 3;
      const job: Job = {
        id: newId(),
        name: `align-${n}-${k}`,
        exitCode: isNeedle ? 3 : 0,
        createdAt: at,
        startedAt: at,
        stoppedAt: at + 1_000 * (k + 1),
        seenAt: at,
        status: 'SUCCEEDED',
        whole: true,
        attempts: [],
        entered: {},
      };
      await ingest(jobs, job, Date.now);
    }
    await pack({ now: Date.now, remainingMs: () => 60_000, leastJobs: 1, mergeAt: 99 });
  }
});
afterAll(() => here.end());

const names = (message: Message): string[] =>
  [...message.plain.matchAll(/^[✖✔▶◌◔◑?] (\S+)/gm)].map((match) => match[1] ?? '');

test('a common word shows the newest jobs, that there are more, and how far it looked', async () => {
  let page = only(await here.vic.says('/batch search align'));
  expect(names(page)[0]).toBe(`align-${SEGMENTS - 1}-0`);
  expect(page.plain).toMatch(/^\d+\+ jobs that match "align"/);
  expect(page.plain).toMatch(/I stopped counting at \d+ to answer in time; since:, queue: or status: narrow it down/);
  const seen = names(page);
  let lookedBack = 0;
  while (/\[(?:Next|Look further back)\]/.test(page.plain)) {
    page = only(await here.vic.presses(page.plain.includes('[Next]') ? 'Next' : 'Look further back', page));
    // How many came before is not known.
    expect(page.plain).not.toMatch(/^1-\d+ of/m);
    if (/I looked through jobs back to .+ to answer in time/.test(page.plain)) lookedBack++;
    seen.push(...names(page));
  }
  expect(seen).toHaveLength(SEGMENTS * JOBS_EACH);
  expect(lookedBack).toBeGreaterThan(0);
  expect(new Set(seen).size).toBe(seen.length);
});

test('a rare word is not found at once, and is by looking further back', async () => {
  let page = only(await here.vic.says('/batch search exit:3'));
  expect(page.plain).toMatch(
    /I looked through jobs back to .+ and found none yet: narrow it down .*look further back\./,
  );
  expect(page.plain).not.toContain('0+');
  for (let turn = 0; turn < SEGMENTS && page.plain.includes('none yet'); turn++)
    page = only(await here.vic.presses('Look further back', page));
  expect(names(page)).toEqual(['align-0-3']);
});

test('sorted by name or duration it shows what it looked at, and says that it is not all', async () => {
  for (const sort of ['name', 'duration']) {
    const page = only(await here.vic.says(`/batch search align sort:${sort}`));
    expect(names(page)).toHaveLength(10);
    expect(page.plain).toMatch(/^\d+\+ jobs/);
    expect(page.plain).toContain(`to answer in time, and sorted these by ${sort}`);
    const none = only(await here.vic.says(`/batch search exit:3 sort:${sort}`));
    expect(none.plain).toContain('I looked through jobs and found none yet');
    expect(none.plain).toContain('[Newest first]');
  }
});
