import { signedHeaders } from '../../src/local/slack/signing';
import { type Scene, scene } from '../scene';
import { commandForm, interactionForm, SIGNING_SECRET, send } from './signedRequest';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const door = () => here.world.slack.url;
const queued = () => here.world.aws.counts()['sqs.SendMessage']?.calls ?? 0;
const answers = () => here.world.slack.channel('general', 'ada');
const toAda = (word: string) => answers().filter(({ plain }) => plain.includes(word));

describe('what is not from Slack, or not from now, gets 401 and does nothing', () => {
  const body = commandForm('job nobody-signed-this');
  const signed = (skewSeconds: number) => signedHeaders(SIGNING_SECRET, body, Date.now() + skewSeconds * 1000);
  const without = (name: string) => Object.fromEntries(Object.entries(signed(0)).filter(([key]) => key !== name));

  test.each<[string, () => Record<string, string>]>([
    ['no signature at all', () => ({})],
    ['no signature beside a timestamp', () => without('x-slack-signature')],
    ['a signature without its timestamp', () => without('x-slack-request-timestamp')],
    ['the signature of another secret', () => signedHeaders('guessed', body, Date.now())],
    ['the signature of other bytes', () => signedHeaders(SIGNING_SECRET, `${body}&more=1`, Date.now())],
    ['a signature of an unknown version', () => ({ ...signed(0), 'x-slack-signature': 'v1=00' })],
    ['a timestamp that is no number', () => ({ ...signed(0), 'x-slack-request-timestamp': 'soon' })],
    [
      'a timestamp changed after signing',
      () => ({ ...signed(-100), 'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)) }),
    ],
    ['a stale signature', () => signed(-310)],
    ['a signature from the future', () => signed(310)],
  ])('%s', async (_what, headers) => {
    const before = queued();
    expect((await send(door(), body, { headers: headers() })).status).toBe(401);
    expect(queued()).toBe(before);
    expect(toAda('nobody-signed-this')).toEqual([]);
  });

  test('and the same bytes, signed well, are taken, up to five minutes either way', async () => {
    for (const skewSeconds of [0, -280, 280]) {
      const text = `job well-signed${skewSeconds}`;
      expect(await send(door(), commandForm(text), { skewSeconds })).toEqual({ status: 200, text: '' });
      await here.until(`the answer to ${text}`, () => toAda(`"well-signed${skewSeconds}"`)[0]);
    }
  });
});

test('a signed request that is replayed within its five minutes is answered once', async () => {
  const body = commandForm('job replayed');
  const headers = signedHeaders(SIGNING_SECRET, body, Date.now());
  const statuses = await Promise.all([1, 2, 3].map(() => send(door(), body, { headers })));
  expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200]);
  await here.until('the answer', () => toAda('"replayed"')[0]);
  await send(door(), body, { headers });
  // What was asked later is answered later.
  await here.ada.says('/batch help queues');
  expect(toAda('"replayed"')).toHaveLength(1);
});

test('Slack’s check of the certificate is answered with 200', async () => {
  expect((await send(door(), 'ssl_check=1&token=verification-token')).status).toBe(200);
});

test('the address is verified by its challenge, and only for Slack', async () => {
  const body = JSON.stringify({ type: 'url_verification', token: 't', challenge: '3eZbrw1aB10FEMAGAZd4FyFQ' });
  const contentType = 'application/json';
  const answer = await send(door(), body, { contentType });
  expect(answer.status).toBe(200);
  expect(answer.text).toContain('3eZbrw1aB10FEMAGAZd4FyFQ');
  const forged = await send(door(), body, { contentType, secret: 'guessed' });
  expect(forged.status).toBe(401);
  expect(forged.text).not.toContain('3eZbrw1aB10FEMAGAZd4FyFQ');
});

const press = (action: Record<string, unknown>) =>
  interactionForm({
    type: 'block_actions',
    trigger_id: `2.${Math.random()}`,
    user: { id: 'U0ADA00001', username: 'ada', name: 'ada', team_id: 'T0LOCAL001' },
    team: { id: 'T0LOCAL001', domain: 'local' },
    api_app_id: 'A0LOCAL001',
    token: 't',
    container: { type: 'message', message_ts: '1.000001', channel_id: 'C0GENERAL1', is_ephemeral: true },
    channel: { id: 'C0GENERAL1', name: 'general' },
    state: { values: {} },
    actions: [{ type: 'button', block_id: 'b', action_ts: '1.1', ...action }],
  });

test.each([
  ['an action that this version does not know', { action_id: 'retry_job_v0', value: '8d3e' }],
  ['a verb that this version does not know', { action_id: 'answer:0', value: 'frobnicate 8d3e' }],
])('the press of a button with %s says that the button is old', async (_what, action) => {
  const before = toAda('another version of batchbot').length;
  expect((await send(door(), press(action))).status).toBe(200);
  await here.until('the answer', () => toAda('another version of batchbot')[before]);
});

test('a signed request that makes no sense is no crash and no work', async () => {
  const before = queued();
  const began = Date.now();
  const answers = await Promise.all(
    [
      interactionForm('{"type":"block_actions",'),
      interactionForm({ type: 'something_new', user: { id: 'U1' } }),
      interactionForm('null'),
      interactionForm({ type: 'block_actions', user: { id: 'U1' }, actions: [] }),
      interactionForm({
        type: 'view_submission',
        user: { id: 'U1' },
        view: { id: 'V1', callback_id: 'form:search', private_metadata: 'not json', state: {} },
      }),
      '',
      '%%%\u0000&&&=payload',
    ].map((body) => send(door(), body)),
  );
  for (const { status } of answers) expect(status).toBeGreaterThanOrEqual(400);
  // Bolt itself would hold each of them for the 3 seconds that an acknowledgement may take.
  expect(Date.now() - began).toBeLessThan(2_500);
  expect(queued()).toBe(before);
  expect(await here.ada.says('/batch help queues')).toHaveLength(1);
});

test('the acknowledgement does not wait for the worker', async () => {
  const refused = () => here.world.slack.counts().slack['chat.postEphemeral']?.refused ?? 0;
  const before = refused();
  here.world.slack.setFaults({ slack: { down: true } });
  try {
    const began = performance.now();
    expect((await send(door(), commandForm('job while-slack-is-down'))).status).toBe(200);
    // Slack waits no longer (docs.slack.dev, "Slash commands").
    expect(performance.now() - began).toBeLessThan(3_000);
    await here.until('the worker has met the outage', () => (refused() > before ? true : undefined));
    expect(toAda('"while-slack-is-down"')).toEqual([]);
  } finally {
    here.world.slack.setFaults({ slack: {} });
  }
  await here.until('the answer, once Slack takes it', () => toAda('"while-slack-is-down"')[0]);
});

test('a press in the App Home is answered in a direct message that stays', async () => {
  await here.world.slack.openHome({ user: 'ada' });
  const home = await here.until('the Home', () => here.world.slack.home('ada'));
  await here.world.slack.press({ user: 'ada', view_id: home.id, label: 'Queues' });
  const told = await here.until('the queues', () =>
    here.world.slack.dm('ada').find(({ plain }) => plain.includes('genomics-prod-spot')),
  );
  expect(told.ephemeral_to).toBeUndefined();
});
