import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describeSettings, type SettingName, settings } from '../../src/config';
import { openHistory } from '../../src/history/history';
import { startBot } from '../../src/lambdas/bot';
import { dynamo } from '../history/dynamo';
import { newId, stateChange } from '../notices/stateChange';
import { type Scene, scene } from '../scene';
import { commandForm, send } from '../slack/signedRequest';
import { ALERT_CHANNEL, type LambdaWorld, lambdaWorld, setEnvironment } from './lambdaWorld';

/** `npm run bot`, in a process of its own with no environment but what it needs to start. */
function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; out: string; complaints: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--require', 'tsx/cjs', 'src/lambdas/bot.ts', ...args], {
      cwd: join(__dirname, '../..'),
      env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', ...env },
    });
    let out = '';
    let complaints = '';
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      complaints += data;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, complaints }));
  });
}

test('--help lists every setting with its meaning', async () => {
  const { code, out } = await run(['--help']);
  expect(code).toBe(0);
  for (const { name, meaning } of describeSettings(Object.keys(settings) as SettingName[])) {
    expect(meaning.length).toBeGreaterThan(10);
    expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    expect(out).toContain(meaning);
  }
});

test('a start without its settings lists all that are missing or wrong, in sentences', async () => {
  const { code, out, complaints } = await run([], { PORT: 'eighty', WORK_QUEUE_URL: 'not a url' });
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(complaints).toContain('SLACK_BOT_TOKEN is missing. Bot token of the Slack app');
  expect(complaints).toContain('SLACK_SIGNING_SECRET is missing. ');
  expect(complaints).toMatch(/^ +PORT (?:must be|is not) .*listens on for Slack/m);
  expect(complaints).toMatch(/^ +WORK_QUEUE_URL (?:must be|is not) .*between front and worker/m);
  expect(complaints).not.toMatch(/^\s+at /m);
});

describe('a bot as one process', () => {
  let here: Scene;
  let lambdas: LambdaWorld;
  let restore: () => void;
  let bot: Awaited<ReturnType<typeof startBot>>;
  const url = () => new URL(bot.address).origin;
  const answer = (word: string) =>
    here.until(`an answer with ${word}`, () =>
      here.world.slack.channel('general', 'ada').find(({ plain }) => plain.includes(word)),
    );

  beforeAll(async () => {
    here = await scene({ jobs: 300 });
    lambdas = await lambdaWorld(here, 'unused');
    restore = setEnvironment(lambdas.env);
    const { WORK_QUEUE_URL: events = '', ...env } = lambdas.env;
    bot = await startBot({
      ...env,
      DYNAMODB_TABLE: 'own-bot',
      CREATE_TABLE: 'yes',
      EVENTS_QUEUE_URL: events,
      PORT: '0',
    });
  });
  afterAll(async () => {
    await bot.stop();
    restore();
    lambdas.end();
    await here.end();
  });

  test('answers a signed /batch help, and 401 to a forged one', async () => {
    expect((await send(url(), commandForm('help'))).status).toBe(200);
    await answer('/batch search');
    expect((await send(url(), commandForm('job forged-for-the-bot'), { secret: 'guessed' })).status).toBe(401);
    expect(here.world.slack.channel('general', 'ada').filter(({ plain }) => plain.includes('forged'))).toEqual([]);
  });

  test('knows by its first sweep what ran before it, in a table that it made', async () => {
    const { sweeps } = openHistory(dynamo(here), 'own-bot', Date.now);
    await here.until('the sweep', async () => (await sweeps.get()).endedAt);
    await send(url(), commandForm('search status:done'));
    await here.until('jobs', () =>
      here.world.slack.channel('general', 'ada').find(({ plain }) => /of [1-9]/.test(plain)),
    );
  });

  test('reads the events queue, and tells the channel of a failure', async () => {
    const event = stateChange({ id: newId(), name: 'told-by-own-bot', status: 'FAILED' });
    await lambdas.send(lambdas.env.WORK_QUEUE_URL ?? '', JSON.stringify(event));
    await here.until('the card', () =>
      here.world.slack.channel(ALERT_CHANNEL).find(({ plain }) => plain.includes('told-by-own-bot')),
    );
    expect(await lambdas.receive(lambdas.env.WORK_QUEUE_URL ?? '')).toEqual([]);
  });
});
