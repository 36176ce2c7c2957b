import { WebClient } from '@slack/web-api';
import { type LocalSlack, startLocalSlack } from '../../src/local/slack/server';
import { jsonLog } from '../../src/log';
import { type SlackDelivery, SlackUnavailableError, slackDelivery } from '../../src/slack/deliver';

let slack: LocalSlack;
let delivery: SlackDelivery;
/** A clock that moves by waiting only. */
let clock: number;
let waits: number[];
beforeEach(async () => {
  clock = Date.now();
  waits = [];
  slack = await startLocalSlack({ port: 0, signingSecret: 's', botToken: 'xoxb-local', now: () => clock });
  const client = new WebClient('xoxb-local', {
    slackApiUrl: `${slack.url}/api/`,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms);
    clock += ms;
  };
  delivery = slackDelivery(
    client,
    jsonLog(
      'error',
      () => clock,
      () => undefined,
    ),
    () => clock,
    sleep,
  );
});
afterEach(() => slack.close());

const CHANNEL = 'C0GENERAL1';
const message = (text: string) => ({
  text,
  blocks: [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text } }],
});
const shown = () => slack.channel('general').map(({ plain }) => plain);
const within = (ms: number) => {
  const until = clock + ms;
  return () => until - clock;
};

test('messages to one channel go out a second apart, in order, and none is refused', async () => {
  const texts = Array.from({ length: 15 }, (_, n) => `message ${n}`);
  for (const text of texts) await delivery.post(CHANNEL, message(text), within(60_000));
  expect(shown()).toEqual(texts);
  expect(slack.counts().slack['chat.postMessage']).toMatchObject({ calls: 15, refused: 0 });
  expect(waits.every((ms) => ms <= 1000)).toBe(true);
});

test('who can’t wait is told so at once, and holds up nobody who comes later', async () => {
  await delivery.post(CHANNEL, message('first'), within(60_000));
  for (let n = 0; n < 50; n++) {
    await expect(delivery.post(CHANNEL, message('hasty'), within(100))).rejects.toThrow(SlackUnavailableError);
  }
  const before = clock;
  await delivery.post(CHANNEL, message('patient'), within(60_000));
  expect(clock - before).toBeLessThanOrEqual(1000);
  expect(shown()).toEqual(['first', 'patient']);
});

test('a 429 is waited out as long as Slack says, and given up when there is no time for it', async () => {
  slack.setFaults({ slack: { rate_limited: 1 } });
  await expect(delivery.post(CHANNEL, message('never'), within(3_500))).rejects.toThrow(SlackUnavailableError);
  expect(waits).toEqual([1000, 1000, 1000]);
  slack.setFaults({ slack: {} });
  await delivery.post(CHANNEL, message('at last'), within(60_000));
  expect(shown()).toEqual(['at last']);
});

test('a message over Slack’s limits is told in plain text with a reference, rather than lost', async () => {
  const text = 'x'.repeat(3_500);
  const tooLong = { text: 'A long story.', blocks: message(text).blocks };
  await delivery.post(CHANNEL, tooLong, within(60_000));
  expect(shown()).toHaveLength(1);
  expect(shown()[0]).toMatch(/^A long story\.\s+\(The full message could not be shown; reference \w{6}\.\)$/);
});

test('an edit of a message that somebody deleted says so, and throws nothing', async () => {
  expect(await delivery.update(CHANNEL, '1.000001', message('edited'), within(60_000))).toBe(false);
  const ts = await delivery.post(CHANNEL, message('before'), within(60_000));
  expect(await delivery.update(CHANNEL, ts, message('after'), within(60_000))).toBe(true);
  expect(shown()).toEqual(['after']);
});

test('an answer whose response_url is used up comes by another way', async () => {
  const asker = { user: 'U0ADA00001', channel: CHANNEL, responseUrl: `${slack.url}/hooks/used-up` };
  await delivery.answer(asker, { message: message('for ada') }, within(60_000));
  expect(slack.channel('general', 'ada').map(({ plain }) => plain)).toEqual(['for ada']);
  expect(slack.channel('general', 'vic')).toEqual([]);
});
