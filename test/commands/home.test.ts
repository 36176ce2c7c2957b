import { type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene({ jobs: 200 });
});
afterAll(() => here.end());

test('the App Home tells what runs, what failed and what I may do, and its buttons answer in the direct message', async () => {
  await here.submit('runs-now', { LOCAL_OUTCOME: 'hang' });
  await here.until('it runs', async () =>
    (await here.ada.says('/batch search runs-now status:running'))[0]?.plain.includes('of 1') ? true : undefined,
  );
  await here.world.slack.openHome({ user: 'ada' });
  const home = await here.until('the home', () => here.world.slack.home('ada'));
  expect(home.plain).toContain('runs-now');
  expect(home.plain).toContain('Your role here: operator');
  expect(home.plain).toMatch(/\d+ jobs known/);
  await here.world.slack.press({ user: 'ada', view_id: home.id, label: 'Queues' });
  const answer = await here.until('the answer', () => here.world.slack.dm('ada').at(-1));
  expect(answer.plain).toContain('busiest first');
});

test('a viewer’s Home says so', async () => {
  await here.world.slack.openHome({ user: 'vic' });
  const home = await here.until('the home', () => here.world.slack.home('vic'));
  expect(home.plain).toContain('Your role here: viewer');
});
