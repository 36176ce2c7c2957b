/** What `/batch timeout` says of the jobs that live: whose time is counted, and whose once they run. */
import { only, type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const list = async () => only(await here.vic.says('/batch timeout')).plain;
const submit = async (name: string, more = {}) => {
  const id = await here.submit(name, { LOCAL_OUTCOME: 'hang' }, more);
  await here.until(`the history to know ${name}`, () => here.world.app.room.history.jobs.get(id));
  return id;
};

test('a rule on running that fits only what waits is said to count once these run', async () => {
  expect(await list()).toContain('No live job has a limit that batchbot sees to.');
  const first = await submit('first');
  for (const name of ['waits-1', 'waits-2']) await submit(name, { dependsOn: [{ jobId: first }] });
  await here.ada.says('/batch timeout set name:waits-* running:2h');
  const waiting = await list();
  expect(waiting).toContain('fits 2 live jobs');
  expect(waiting).toContain('No limit counts yet: 2 live jobs will have one once they run.');
  expect(waiting).not.toContain('No live job has a limit');

  await here.ada.says('/batch timeout set name:first total:9h');
  const both = await list();
  expect(both).toContain('1 live job has a limit that batchbot sees to, 2 more once they run.');
  expect(both).toMatch(/Next: first/);
});
