/** What can be provoked by hand comes about: each alert of a state can be seen in the local world, and the local world says when. */
import { type Scene, scene } from '../scene';

const MINUTE = 60_000;

let here: Scene;
let aheadMs = 0;
beforeAll(async () => {
  here = await scene({ now: () => Date.now() + aheadMs, teams: 20 });
  await look(MINUTE);
});
afterAll(() => here.end());

async function look(afterMs: number): Promise<void> {
  aheadMs += afterMs;
  const until = Date.now() + MINUTE;
  await here.world.app.tick(() => until - Date.now());
}

async function provoke(occasion: string): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${here.world.slack.port}/local/provoke`, {
    method: 'POST',
    body: JSON.stringify({ occasion }),
  });
  return await answer.json();
}

const jobsNamed = async (name: string, status: 'failed' | 'running' | 'succeeded' | 'starting' | 'runnable') =>
  (await here.world.app.room.history.search.search({ words: [], names: [name], statuses: [status] }, { limit: 1 }))
    .total;
const until = (what: string, look: () => Promise<boolean>) =>
  here.until(what, async () => ((await look()) ? true : undefined));

const SEEN: Record<string, string> = {
  'queue-blocked': 'blocked-by-capacity: no capacity',
  'stuck-runnable': 'waits-in-line: the first job of a queue waits',
  'stuck-starting': 'starts-for-ever: a job is STARTING',
  'runs-long': 'runs-on-and-on: a job runs much longer',
  'queue-trouble': 'ce-sandbox-fargate: compute environment is invalid',
  'failure-rate': 'sandbox: a definition fails much more often',
  'quiet-queue': 'sandbox-fargate: a queue that gets jobs all the time',
};

test('each is told as it says, by a card of its own', async () => {
  for (const occasion of Object.keys(SEEN))
    expect(await provoke(occasion)).toEqual({ ok: true, told: expect.stringMatching(/^(?:In some seconds|Within)/) });
  await until('all of it to be so', async () => {
    const is = [
      jobsNamed('waits-in-line', 'runnable'),
      jobsNamed('starts-for-ever', 'starting'),
      jobsNamed('runs-on-and-on', 'running'),
      jobsNamed('fails-15', 'failed'),
    ];
    const were = [
      jobsNamed('usual-run', 'succeeded'),
      jobsNamed('went-well', 'succeeded'),
      jobsNamed('every-other-hour', 'succeeded'),
    ];
    return (await Promise.all(is)).every((jobs) => jobs === 1) && (await Promise.all(were)).join() === '40,40,100';
  });
  // Past what the history told when there was nothing to tell.
  await look(11 * MINUTE);
  for (const [occasion, headline] of Object.entries(SEEN))
    await here.until(`a card of ${occasion}`, () => here.alerts().find(({ plain }) => plain.includes(headline)));
});

test('what can’t be provoked is refused with what can', async () => {
  expect(await provoke('a-mess')).toEqual({
    ok: false,
    error: expect.stringMatching(/^"a-mess" can't be provoked, only queue-blocked, .*quiet-queue\.$/),
  });
});
