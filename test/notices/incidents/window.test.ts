/** From when on the next failure is a new card, as it was set: also a time shorter than that in which cards are a crowd. */
import { type AlertScene, alertScene } from '../../commands/alertScene';

const MINUTE_IN_HOURS = 1 / 60;

let here: AlertScene;
beforeAll(async () => {
  here = await alertScene();
});
afterAll(() => here.end());

test('failures of one kind four minutes apart are a card each when the window is a minute, and one when it is ten', async () => {
  const fail = async (name: string, cards: number) => {
    here.ends(name, 'FAILED');
    await here.soon(`${cards} cards of ${name}`, () => (here.cards(name).length === cards ? true : undefined));
    here.pass(4 * MINUTE_IN_HOURS);
  };
  expect(await here.told('set window:1m')).toContain('window is 1 min for all queues');
  for (const cards of [1, 2, 3]) await fail('nightly', cards);
  expect(await here.told('set window:10m')).toContain('window is 10 min for all queues');
  for (let n = 1; n <= 3; n++) await fail('hourly', 1);
  const card = await here.soon('all three', () => here.cards('hourly').find(({ plain }) => plain.includes('3 jobs')));
  expect(card.plain).toContain('hourly keeps failing');
  for (const { plain } of here.cards('nightly')) expect(plain).not.toContain('jobs in');
});
