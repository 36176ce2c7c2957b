/** How long jobs may take: rules set by words, enforced by the clock, warned of before and told in the channel. */
import { DescribeJobsCommand } from '@aws-sdk/client-batch';
import type { Message } from '../../src/local/slack/server';
import { only, type Scene, scene } from '../scene';

const QUEUE = 'genomics-prod-spot';
const HOUR = 3_600_000;
const MINUTE = 60_000;

let here: Scene;
let skewMs = 0;
beforeAll(async () => {
  here = await scene({ now: () => Date.now() + skewMs });
});
afterAll(() => here.end());

const tick = () => here.world.app.tick(() => 120_000, false);
const detailOf = async (id: string) =>
  (await here.batch.send(new DescribeJobsCommand({ jobs: [id] }))).jobs?.[0] ?? {};
const terminations = () =>
  Object.entries(here.world.aws.counts())
    .filter(([name]) => /^batch\.Terminate/.test(name))
    .reduce((sum, [, { calls }]) => sum + calls, 0);
const isIn = (status: string, id: string) =>
  here.until(`${id} is ${status}`, async () => {
    const found = (await here.ada.says(`/batch search ${id} status:${status}`))[0];
    return found?.plain.includes('of 1') ? true : undefined;
  });
/** The card in the alerts' channel that tells so; fails with all that stand there. */
async function card(...words: string[]): Promise<Message> {
  const find = () => here.alerts().find(({ plain }) => words.every((some) => plain.includes(some)));
  return await here.until(`a card that tells ${words.join(', ')}`, find).catch((error: unknown) => {
    throw new Error(`${(error as Error).message}; there are:\n${here.alerts().map(({ plain }) => plain).join('\n\n')}`);
  });
}

test('a rule is set at once where it hurts nobody, stops a job when its time is over, and tells so', async () => {
  const id = await here.submit('slow-align', { LOCAL_OUTCOME: 'hang' });
  await isIn('running', id);
  const set = only(await here.ada.says('/batch timeout set name:slow-* total:6h'));
  expect(set.plain).toContain('@ada set rule 1: name:slow-* total:6h');
  expect(set.plain).toContain('It fits 1 job that lives now.');
  await tick();
  expect((await detailOf(id)).status).toBe('RUNNING');

  skewMs += 6 * HOUR + MINUTE;
  await tick();
  expect((await detailOf(id)).isTerminated).toBe(true);
  const told = await card('slow-align failed: timed out (rule 1)');
  expect(told.plain).toContain('Timed out: it may take 6 h from its submission (rule 1), so batchbot stopped it.');
  expect(told.plain).toContain('Find out why it took so long');
  const calls = terminations();
  await tick();
  expect(terminations()).toBe(calls);
  const log = only(await here.root.says(`/batch audit job:${id}`));
  expect(log.plain).toMatch(/batchbot stopped slow-align: timed out by batchbot: it may take 6 h from submission/);
});
