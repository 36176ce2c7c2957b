/** Watches by the front door: asked for, told once, refused where they could never tell anything, stopped by who may. */
import type { Message } from '../../src/local/slack/server';
import { newId, stateChange } from '../notices/stateChange';
import { type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const only = (messages: Message[]): Message => {
  expect(messages).toHaveLength(1);
  return messages[0] as Message;
};
const tick = () => here.world.app.tick(() => 60_000);
const publish = (...events: unknown[]) => here.world.aws.publish(events);
const said = (channel: string, word: string): Message[] =>
  here.world.slack
    .channel(channel)
    .filter(({ plain, ephemeral_to }) => ephemeral_to === undefined && plain.includes(word));
const told = (channel: string, word: string) => here.until(`word of ${word}`, () => said(channel, word)[0]);
const toldAlone = (name: string, word: string) =>
  here.until(`word of ${word} to ${name}`, () => here.world.slack.dm(name).find(({ plain }) => plain.includes(word)));

/** Jobs that only events tell of. */
async function known(status: string, name: string, detail: Record<string, unknown> = {}): Promise<string> {
  const id = newId();
  publish(stateChange({ id, name, status, detail }));
  await here.until(
    `news of ${name}`,
    async () => (await here.world.app.room.history.jobs.get(id)) !== undefined || undefined,
  );
  return id;
}
const ends = (id: string, name: string, status = 'SUCCEEDED', detail: Record<string, unknown> = {}) =>
  publish(stateChange({ id, name, status, detail }));

describe('a job', () => {
  test('is told once when it ends, to who asked, with its times', async () => {
    const id = await known('RUNNING', 'sort-alone', { startedAt: Date.now() - 60_000 });
    const answer = only(await here.vic.says(`/batch watch ${id}`));
    expect(answer.ephemeral_to).toBe('U0VIC00001');
    expect(answer.plain).toContain('I tell it once in #general when sort-alone ends.');
    ends(id, 'sort-alone');
    ends(id, 'sort-alone');
    const end = await told('general', '@vic sort-alone succeeded');
    expect(end.plain).toContain('ran 1 min 30 s');
    await tick();
    expect(said('general', 'sort-alone')).toHaveLength(1);
  });

  test('is told with its cause in direct messages where that is asked for', async () => {
    const id = await known('RUNNING', 'sort-fails');
    expect(only(await here.vic.says(`/batch watch ${id} me`)).plain).toContain('in our direct messages');
    ends(id, 'sort-fails', 'FAILED', { container: { exitCode: 137, reason: 'OutOfMemoryError: Container killed' } });
    const end = await toldAlone('vic', 'sort-fails failed');
    expect(end.plain).toContain('out of memory');
    expect(end.plain).toContain('[Why]');
    expect(said('general', 'sort-fails')).toEqual([]);
  });
});
