/** A timeout variable that holds no number of seconds: ignored, told once to whom it concerns, and closed when that is over. */
import { DescribeJobsCommand } from '@aws-sdk/client-batch';
import type { Message } from '../../../src/local/slack/server';
import { timeoutKeeper } from '../../../src/notices/timeouts/timeoutKeeper';
import { type AlertScene, alertScene, answer } from '../../commands/alertScene';
import { only } from '../../scene';
import { newId, stateChange } from '../stateChange';

const DEFINITION = 'arn:aws:batch:us-east-1:123456789012:job-definition/';
const MINUTE = 60_000;

let here: AlertScene;
let keep: () => Promise<void>;
beforeAll(async () => {
  here = await alertScene();
  const keeper = timeoutKeeper(here.world.app.room);
  keep = () => keeper(() => 60_000);
});
afterAll(() => here.end());
// More states at once would wait.
beforeEach(() => here.pass(1));

interface News {
  id?: string;
  value?: string;
  status?: string;
  at?: number;
  createdAt?: number;
  tags?: Record<string, string>;
}

/** News of a job of that definition, whose variable holds this. */
async function hear(name: string, { id = newId(), value, status = 'RUNNING', at = here.now(), ...more }: News) {
  const environment = value === undefined ? [] : [{ name: 'PYBATCH_TIMEOUT', value }];
  const detail = {
    container: { environment },
    jobDefinition: `${DEFINITION}${name}:1`,
    createdAt: at - 1_000,
    ...more,
  };
  await here.world.app.takeEvent(JSON.stringify(stateChange({ id, name, status, at, detail })), () => 60_000);
  return id;
}
const said = (name: string, words: string): Promise<Message> =>
  here.soon(`"${words}" on the card of ${name}`, () =>
    here
      .alerts()
      .find((message) => message.plain.includes(`${name}: PYBATCH_TIMEOUT`) && message.plain.includes(words)),
  );

test('it stops nothing, and is told once a definition', async () => {
  const hangs = (value: string) => here.submit('garbage', { LOCAL_OUTCOME: 'hang', PYBATCH_TIMEOUT: value });
  const ids = await Promise.all(['6h', '0', '-60'].map(hangs));
  const told = await here.soon('the card', () =>
    here.alerts().find(({ plain }) => plain.includes('PYBATCH_TIMEOUT is no number of seconds')),
  );
  expect(told.plain).toMatch(
    /PYBATCH_TIMEOUT is “(?:6h|0|-60)” in garbage: no whole number of seconds above 0, so it is ignored/,
  );
  here.pass(30);
  await keep();
  const { jobs = [] } = await here.batch.send(new DescribeJobsCommand({ jobs: ids }));
  expect(jobs.map(({ isTerminated, isCancelled }) => isTerminated === true || isCancelled === true)).toEqual(
    ids.map(() => false),
  );
  expect(here.alerts().filter(({ plain }) => plain.includes('no number of seconds'))).toHaveLength(1);
  expect(only(await here.vic.says(`/batch job ${ids[0]}`)).plain).toContain(
    'PYBATCH_TIMEOUT is 6h, no number of seconds: ignored',
  );
});

test('an event from last month tells nothing of it, and what was off is told later', async () => {
  const garbage = (value: string) => here.alerts().filter(({ plain }) => plain.includes(`is “${value}”`));
  await hear('late-slip', { value: 'last-month', at: here.now() - 30 * 24 * 60 * MINUTE });
  await here.root.says('/batch alerts off timeout-garbage');
  here.pass(1 / 60);
  await hear('late-slip', { value: 'unwanted' });
  await here.root.says('/batch alerts on timeout-garbage');
  here.pass(1 / 30);
  await hear('late-slip', { value: 'wanted' });
  await here.soon('the card', () => (garbage('wanted').length === 1 ? true : undefined));
  expect([...garbage('last-month'), ...garbage('unwanted')]).toEqual([]);
});

test('rules and mutes by name, tag and submitter are of the job that it is told by', async () => {
  await here.ada.presses('Save the rule', await here.asks('route name:routed-* tag:team=atlas to submitter'));
  await hear('routed-slip', { value: '2h', tags: { team: 'atlas', submitter: 'vic' } });
  await here.soon('a direct message', () =>
    here.world.slack.dm('vic').find(({ plain }) => plain.includes('routed-slip')),
  );
  expect(here.alerts().filter(({ plain }) => plain.includes('routed-slip'))).toEqual([]);

  await hear('shown-slip', { value: '2h', tags: { submitter: 'vic' } });
  await said('shown-slip', 'is “2h”');
  await here.told('mute user:vic 1h on leave');
  expect((await said('shown-slip', 'Muted by @ada')).plain).toContain('on leave');
  await hear('muted-slip', { value: '2h', tags: { submitter: 'vic' } });
  expect(here.alerts().filter(({ plain }) => plain.includes('muted-slip'))).toEqual([]);
  expect(answer(await here.ada.says('/batch alerts unmute user:vic')).plain).toContain('is told again');
});

test('it is closed when no job with such a value lives, and comes no more for the next one', async () => {
  const [first, second] = [await hear('over-slip', { value: '2h' }), await hear('over-slip', { value: '3h' })];
  const card = await said('over-slip', '⚠');
  here.pass(1 / 30);
  await hear('over-slip', { id: first, value: '2h', status: 'SUCCEEDED' });
  await keep();
  await hear('bystander', { value: '2h' });
  await said('bystander', '⚠');
  expect((await said('over-slip', '⚠')).ts).toBe(card.ts);
  await hear('over-slip', { id: second, value: '3h', status: 'SUCCEEDED' });
  await keep();
  expect((await said('over-slip', '✔ no job with such a value lives any more, since')).ts).toBe(card.ts);
  here.pass(3);
  await hear('over-slip', { value: '2h' });
  await hear('later-bystander', { value: '2h' });
  await said('later-bystander', '⚠');
  expect(here.alerts().filter(({ plain }) => plain.includes('over-slip: PYBATCH_TIMEOUT'))).toHaveLength(1);
});

test('of a definition with more jobs than one look reads, the next looks read the others', async () => {
  const { jobs } = here.world.app.room.history;
  const slip = await hear('vast-slip', { value: '2h' });
  await said('vast-slip', '⚠');
  const whole = (await jobs.get(slip))?.job;
  if (whole === undefined) throw new Error('the job is not known');
  here.pass(1 / 30);
  const others = Array.from({ length: 1_050 }, () => ({ ...whole, id: newId(), environmentTimeoutGarbage: undefined }));
  await Promise.all(others.map((job) => jobs.put(job, 0, here.now())));
  await hear('vast-slip', { id: slip, value: '2h', status: 'SUCCEEDED' });
  here.pass(2);
  await keep();
  await hear('vast-bystander', { value: '2h' });
  await said('vast-bystander', '⚠');
  expect((await said('vast-slip', 'PYBATCH_TIMEOUT')).plain).not.toContain('✔');
  await keep();
  await said('vast-slip', '✔ no job with such a value lives any more, since');
});

test('it is closed by a job that was submitted later and has a timeout, and another slip is told a day later', async () => {
  const cards = () => here.alerts().filter(({ plain }) => plain.includes('mended-slip: PYBATCH_TIMEOUT'));
  await hear('mended-slip', { value: '2h' });
  await said('mended-slip', '⚠');
  here.pass(1 / 30);
  // It was submitted before: whoever submitted it did not know.
  await hear('mended-slip', { value: '7200', createdAt: here.now() - 60 * MINUTE });
  await hear('mended-bystander', { value: '2h' });
  await said('mended-bystander', '⚠');
  expect(cards()[0]?.plain).not.toContain('✔');
  await hear('mended-slip', { value: '7200' });
  await said('mended-slip', '✔ a later job has a readable PYBATCH_TIMEOUT, since');
  here.pass(2);
  await hear('mended-slip', { value: '2h' });
  here.pass(30);
  expect(cards()).toHaveLength(1);
  await hear('mended-slip', { value: '3h' });
  await here.soon('another card', () => (cards().length === 2 ? true : undefined));
});
