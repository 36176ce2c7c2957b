/** Routing, switches and mutes of alerts, as people set them and see what came of it. */
import type { Message } from '../../src/local/slack/server';
import { only, type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const asks = async (text: string, who = here.ada, channel = 'general'): Promise<Message> =>
  only((await who.says(`/batch ${text}`, channel)).filter(({ ephemeral_to: to }) => to !== undefined));

test('alerts tells what arrives in a channel, and that nothing does', async () => {
  expect((await asks('alerts')).plain).toContain('Nothing is told in #general.');
  expect((await asks('alerts', here.ada, 'batch-alerts')).plain).toContain('Everything is told in #batch-alerts');
});
