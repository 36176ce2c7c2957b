/** Dry runs: which cards of the last days a rule would have sent, and which they were without it, as they stand in the channel. */
import { type AlertScene, alertScene, answer } from './alertScene';

let here: AlertScene;
beforeAll(async () => {
  here = await alertScene();
});
afterAll(() => here.end());
// What failed in the test before is over then, and its cards make no crowd.
beforeEach(() => here.pass(2));
afterEach(async () => {
  const { routes } = here.world.app.room.history;
  for (const { id } of await routes.list('now')) await routes.remove(id);
});

const fails = (name: string, detail?: Record<string, unknown>) => here.ends(name, 'FAILED', detail);

test('a dry run shows which cards of the last days a rule would have sent, grouped as they were, and where they went', async () => {
  for (let n = 0; n < 3; n++) fails('tried-a');
  fails('tried-b', { queue: 'search-prod-spot' });
  fails('untried');
  const job = async (name: string) => (await here.world.app.room.history.search.all({ words: [name] })).length;
  await here.soon('all of them in the history', async () =>
    (await job('tried-a')) === 3 && (await job('tried-b')) === 1 && (await job('untried')) === 1 ? true : undefined,
  );
  const preview = await here.asks('route def:tried-* to #genomics');
  const tried = answer(await here.ada.presses('What would have come?', preview));
  expect(tried.plain).toContain('In the last 7 d this rule would have sent 2 cards about 4 failed jobs.');
  expect(tried.plain).toContain('Without the rule they were 2 cards in #batch-alerts.');
  expect(tried.plain).toMatch(/tried-a .*genomics-prod-spot {2}· {2}3 jobs/);
  expect(tried.plain).toMatch(/tried-b .*search-prod-spot {2}· {2}1 job /);
  expect(tried.plain).not.toContain('untried');
  expect(await here.told('dry-run def:tried-* to nowhere')).toContain('would have kept 4 failed jobs from everybody');
  expect(await here.told('dry-run def:never-seen to here')).toContain('this rule would have decided on nothing');
  expect(await here.told('dry-run stuck-runnable to here')).toContain('The history keeps jobs');
  expect(await here.told('dry-run def:tried-a since:1h', here.ada, 'genomics')).toContain(
    'In the last 1 h this rule would have sent 1 card about 3 failed jobs.',
  );
  await here.ada.presses('Save the rule', preview);
  expect(await here.told('dry-run', here.ada, 'genomics')).toContain('came here, by the rules as they are now.');
  expect(await here.told('dry-run def:tried-a to here')).toContain('Without the rule they were 1 card in #genomics.');
});

test('of a crowd it counts the cards that stand there, whatever else is on them', async () => {
  for (let n = 0; n < 8; n++) fails(`early-${n}`);
  await here.soon('8 cards', () => (here.cards('early-').length === 8 ? true : undefined));
  here.pass(1 / 120);
  // These are all on one card, of all that fails of their cause.
  for (const name of ['crowded-a', 'crowded-b', 'crowded-c', 'crowded-d', 'other']) fails(name);
  await here.soon('the card of the crowd', () =>
    here.publicly('batch-alerts').find(({ plain }) => plain.includes('Many at once') && plain.includes('5 jobs')),
  );
  const tried = await here.told('dry-run def:crowded-* to #genomics since:1h');
  expect(tried).toContain('this rule would have sent 4 cards about 4 failed jobs.');
  expect(tried).toContain('Without the rule they were 1 card in #batch-alerts.');
  // In the channel where the crowd is, they would have been part of it again.
  const same = await here.told('dry-run def:crowded-* to #batch-alerts since:1h');
  expect(same).toContain('this rule would have sent 1 card about 4 failed jobs.');
});

test('what fell with a job is on its card, as it was told', async () => {
  const root = fails('fell-root');
  const never = { attempts: [], container: {}, startedAt: undefined, statusReason: 'Dependent Job failed' };
  for (const name of ['fell-a', 'fell-b']) fails(name, { ...never, dependsOn: [{ jobId: root, type: '' }] });
  await here.soon('all on one card', () =>
    here.cards('fell-root').find(({ plain }) => plain.includes('2 more jobs fell with it')),
  );
  const { search } = here.world.app.room.history;
  await here.soon('all of them in the history', async () =>
    (await search.all({ words: ['fell-'] })).length === 3 ? true : undefined,
  );
  expect(await here.told('dry-run def:fell-* to #genomics since:1h')).toContain(
    'this rule would have sent 1 card about 3 failed jobs.',
  );
  expect(await here.told('dry-run since:1h', here.ada, 'batch-alerts')).toContain(
    '1 card about 3 failed jobs came here',
  );
});
