/** The bot's own client against the local Web API: what it takes, what it refuses and in which words. */
import { WebClient } from '@slack/web-api';
import { BOT_TOKEN, knock, openWorkspace, refusalOf, type TestWorkspace } from './workspace';

let here: TestWorkspace;
let now = Date.now();
beforeEach(async () => {
  now = Date.now();
  here = await openWorkspace({ now: () => now });
});
afterEach(() => here.slack.close());

const GENERAL = 'C0GENERAL1';

test('a message is posted, updated, linked to, reacted to and deleted', async () => {
  const posted = await here.web.chat.postMessage({ channel: '#general', text: 'first' });
  const ts = posted.ts ?? '';
  expect(posted).toMatchObject({ ok: true, channel: GENERAL, message: { text: 'first', bot_id: 'B0BATCHBOT' } });
  await here.web.chat.update({ channel: GENERAL, ts, text: 'second' });
  await here.web.reactions.add({ channel: GENERAL, timestamp: ts, name: 'eyes' });
  expect(here.slack.channel('general')).toMatchObject([
    { ts, plain: 'second', edited_ts: expect.any(String), channel_name: 'general' },
  ]);
  const link = await here.web.chat.getPermalink({ channel: GENERAL, message_ts: ts });
  expect(link.permalink).toBe(`${here.slack.url}/archives/${GENERAL}/p${ts.replace('.', '')}`);
  const history = await here.web.conversations.history({ channel: GENERAL });
  expect(history.messages).toMatchObject([{ ts, text: 'second', reactions: [{ name: 'eyes', count: 1 }] }]);
  await here.web.chat.delete({ channel: GENERAL, ts });
  expect(here.slack.channel('general')).toEqual([]);
});

test.each<[string, (web: WebClient) => Promise<unknown>]>([
  ['channel_not_found', (web) => web.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' })],
  ['channel_not_found', (web) => web.chat.postMessage({ channel: 'private-ops', text: 'x' })],
  ['no_text', (web) => web.chat.postMessage({ channel: GENERAL, text: '' })],
  ['msg_too_long', (web) => web.chat.postMessage({ channel: GENERAL, text: 'x'.repeat(40_001) })],
  ['message_not_found', (web) => web.chat.update({ channel: GENERAL, ts: '1.000000', text: 'x' })],
  ['message_not_found', (web) => web.chat.delete({ channel: GENERAL, ts: '1.000000' })],
  ['user_not_in_channel', (web) => web.chat.postEphemeral({ channel: GENERAL, user: 'U0NOBODY', text: 'x' })],
  ['user_not_found', (web) => web.users.info({ user: 'U0NOBODY' })],
  ['channel_not_found', (web) => web.conversations.info({ channel: 'C0PRIVATE1' })],
  ['unknown_method', (web) => web.apiCall('chat.whisper', {})],
  ['file_not_found', (web) => web.files.info({ file: 'F0' })],
  ['invalid_blocks_format', (web) => web.apiCall('chat.postMessage', { channel: GENERAL, blocks: '{' })],
])('%s', async (error, call) => {
  expect((await refusalOf(call(here.web))).error).toBe(error);
});

test('the bot can be outside of a channel, and a channel archived', async () => {
  await here.slack.say({ user: 'ada', channel: 'general', text: '/remove @batchbot' });
  expect((await refusalOf(here.web.chat.postMessage({ channel: GENERAL, text: 'x' }))).error).toBe('not_in_channel');
  await here.web.conversations.join({ channel: GENERAL });
  await here.web.chat.postMessage({ channel: GENERAL, text: 'back' });
  await here.slack.say({ user: 'ada', channel: 'general', text: '/archive' });
  expect((await refusalOf(here.web.chat.postMessage({ channel: GENERAL, text: 'x' }))).error).toBe('is_archived');
});

test('only the bot’s own messages can be updated, and ephemeral ones not at all', async () => {
  const said = await here.slack.say({ user: 'ada', channel: 'general', text: 'mine' });
  const theirs = { channel: GENERAL, ts: said.messages[0]?.ts ?? '', text: 'x' };
  expect((await refusalOf(here.web.chat.update(theirs))).error).toBe('cant_update_message');
  const secret = await here.web.chat.postEphemeral({ channel: GENERAL, user: 'U0ADA00001', text: 'psst' });
  const gone = { channel: GENERAL, ts: secret.message_ts ?? '', text: 'x' };
  expect((await refusalOf(here.web.chat.update(gone))).error).toBe('message_not_found');
});

test('a wrong token and none at all', async () => {
  const wrong = new WebClient('xoxb-other', { slackApiUrl: `${here.slack.url}/api/`, retryConfig: { retries: 0 } });
  expect((await refusalOf(wrong.auth.test())).error).toBe('invalid_auth');
  const none = await fetch(`${here.slack.url}/api/auth.test`, { method: 'POST' });
  expect(await none.json()).toEqual({ ok: false, error: 'not_authed' });
  const json = await fetch(`${here.slack.url}/api/chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${BOT_TOKEN}` },
    body: JSON.stringify({ channel: GENERAL, text: 'as JSON' }),
  });
  expect(await json.json()).toMatchObject({ ok: true, message: { text: 'as JSON' } });
});

test('posts to one channel are paced after a burst, with Retry-After, and go on after that wait', async () => {
  const call = (channel: string) =>
    fetch(`${here.slack.url}/api/chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${BOT_TOKEN}` },
      body: new URLSearchParams({ channel, text: 'x' }),
    });
  let answer = await call(GENERAL);
  for (let sent = 1; sent < 50 && answer.status === 200; sent += 1) answer = await call(GENERAL);
  expect(answer.status).toBe(429);
  expect(await answer.json()).toMatchObject({ ok: false, error: 'ratelimited' });
  const seconds = Number(answer.headers.get('retry-after'));
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect((await call('C0ALERTS01')).status).toBe(200);
  now += seconds * 1000;
  expect((await call(GENERAL)).status).toBe(200);
  expect((await call(GENERAL)).status).toBe(429);
});

test('faults come from the door on, and the counts tell of them', async () => {
  await here.web.auth.test();
  await knock(here.slack, 'faults', { slack: { rate_limited: 1 } });
  await expect(here.web.auth.test()).rejects.toThrow(/rate/i);
  await knock(here.slack, 'faults', { slack: { down: true } });
  await expect(here.web.auth.test()).rejects.toThrow();
  await knock(here.slack, 'faults', { slack: {} });
  await here.web.auth.test();
  expect(await knock(here.slack, 'faults')).toMatchObject({
    ok: true,
    counts: {
      slack: { 'auth.test': { calls: 4, refused: 2, errors: { ratelimited: 1, service_unavailable: 1 } } },
      aws: {},
    },
  });
  expect(await knock(here.slack, 'faults', { slack: { rate_limited: 2 } })).toMatchObject({ ok: false });
  expect(await knock(here.slack, 'faults', { aws: { throttle: 1 } })).toEqual({
    ok: false,
    error: 'there is no local AWS behind this Slack',
  });
});

test('metadata comes back whole to those who ask for it, page by page, from archived channels too', async () => {
  const posted: string[] = [];
  for (const nonce of ['a', 'b', 'c']) {
    const metadata = { event_type: 'marked', event_payload: { nonce } };
    posted.push((await here.web.chat.postMessage({ channel: GENERAL, text: nonce, metadata })).ts ?? '');
  }
  await here.slack.say({ user: 'ada', channel: 'general', text: '/archive' });
  const bare = await here.web.conversations.history({ channel: GENERAL, limit: 1 });
  expect(bare.messages?.[0]?.metadata).toEqual({ event_type: 'marked' });
  const oldest = posted[0] ?? '';
  const page = { channel: GENERAL, oldest, limit: 1, include_all_metadata: true };
  const first = await here.web.conversations.history(page);
  const second = await here.web.conversations.history({ ...page, cursor: first.response_metadata?.next_cursor ?? '' });
  expect([first, second].map(({ messages }) => messages?.[0]?.metadata)).toEqual([
    { event_type: 'marked', event_payload: { nonce: 'c' } },
    { event_type: 'marked', event_payload: { nonce: 'b' } },
  ]);
  expect(second.response_metadata?.next_cursor).toBe('');
  expect((await refusalOf(here.web.conversations.history({ channel: GENERAL, cursor: 'eA==' }))).error).toBe(
    'invalid_cursor',
  );
});

test('a reply may go to the whole channel too', async () => {
  const { ts = '' } = await here.web.chat.postMessage({ channel: GENERAL, text: 'card' });
  await here.web.chat.postMessage({ channel: GENERAL, text: 'quiet', thread_ts: ts });
  await here.web.chat.postMessage({ channel: GENERAL, text: 'loud', thread_ts: ts, reply_broadcast: true });
  const { messages } = await here.web.conversations.history({ channel: GENERAL });
  expect(messages?.map(({ text, subtype }) => [text, subtype])).toEqual([
    ['loud', 'thread_broadcast'],
    ['card', undefined],
  ]);
});

test('an answer may get lost after the message was posted, and every second call be refused', async () => {
  here.slack.setFaults({ slack: { lost_answers: 1 } });
  await expect(here.web.chat.postMessage({ channel: GENERAL, text: 'unheard' })).rejects.toThrow();
  await here.web.chat.postMessage({ channel: GENERAL, text: 'heard' });
  expect(here.slack.channel('general').map(({ plain }) => plain)).toEqual(['unheard', 'heard']);
  here.slack.setFaults({ slack: { rate_limited_every: 2 } });
  const tries = await Promise.allSettled([1, 2, 3, 4].map(() => here.web.auth.test()));
  expect(tries.filter(({ status }) => status === 'rejected')).toHaveLength(2);
});

test('a file goes up in Slack’s three steps and is there to read', async () => {
  const content = 'line one\nline <two>\n';
  await here.web.filesUploadV2({
    channel_id: GENERAL,
    filename: 'whole.log',
    title: 'Whole log',
    content,
    initial_comment: 'Here',
  });
  const [message] = here.slack.channel('general');
  const file = message?.files?.[0];
  expect(message?.plain).toBe(`Here\n(file: whole.log, ${content.length} bytes)`);
  expect(file).toMatchObject({ name: 'whole.log', title: 'Whole log', mimetype: 'text/plain' });
  expect(await knock(here.slack, `files/${file?.id}`)).toMatchObject({ ok: true, content, file: { id: file?.id } });
  const raw = await fetch(file?.url_private ?? '');
  expect(await raw.text()).toBe(content);

  const offer = await here.web.files.getUploadURLExternal({ filename: 'a.txt', length: 5 });
  const short = await fetch(offer.upload_url ?? '', { method: 'POST', body: 'four' });
  expect(short.status).toBe(400);
  const early = here.web.files.completeUploadExternal({ files: [{ id: offer.file_id ?? '' }] });
  expect((await refusalOf(early)).error).toBe('file_not_found');
});

test('people, groups and channels are there with what a bot asks of them', async () => {
  const ada = await here.web.users.info({ user: 'U0ADA00001' });
  expect(ada.user).toMatchObject({ name: 'ada', tz: 'Europe/Berlin', is_bot: false, team_id: 'T0LOCAL01' });
  expect([3600, 7200]).toContain(ada.user?.tz_offset);
  expect((await here.web.users.list({})).members?.map(({ name }) => name)).toEqual(['ada', 'vic', 'root', 'batchbot']);
  expect((await here.web.usergroups.users.list({ usergroup: 'S0BATCHOPS' })).users).toEqual([
    'U0ADA00001',
    'U0ROOT0001',
  ]);
  expect((await here.web.conversations.list({})).channels?.map(({ name }) => name)).toEqual([
    'batch-alerts',
    'general',
    'genomics',
  ]);
  expect((await here.web.conversations.members({ channel: GENERAL })).members).toContain('U0BATCHBOT');
  const dm = await here.web.conversations.open({ users: 'U0VIC00001' });
  await here.web.chat.postMessage({ channel: dm.channel?.id ?? '', text: 'hello <@U0VIC00001>' });
  expect(here.slack.dm('vic')).toMatchObject([{ plain: 'hello @vic', notified: ['U0VIC00001'] }]);
  expect(here.slack.dm('ada')).toEqual([]);
});

test('thread replies are out of the channel’s history and in their own', async () => {
  const { ts = '' } = await here.web.chat.postMessage({ channel: GENERAL, text: 'card' });
  await here.web.chat.postMessage({ channel: GENERAL, text: 'detail', thread_ts: ts });
  const top = await here.web.conversations.history({ channel: GENERAL });
  expect(top.messages?.map(({ text }) => text)).toEqual(['card']);
  const thread = await here.web.conversations.replies({ channel: GENERAL, ts });
  expect(thread.messages?.map(({ text }) => text)).toEqual(['card', 'detail']);
});
