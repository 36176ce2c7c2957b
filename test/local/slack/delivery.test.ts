/** What passes between Slack and the bot: signatures, triggers, response URLs, retries, and what outlives a restart. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalSlack } from '../../../src/local/slack/server';
import { knock, openWorkspace, refusalOf, SIGNING_SECRET } from './workspace';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A bot that keeps every request, and answers with these statuses in turn. */
async function recordingBot(statuses: number[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(statuses[received.length - 1] ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/slack/events`, received };
}

const until = async (isSo: () => boolean): Promise<void> => {
  for (let tries = 0; !isSo() && tries < 200; tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
};

const workspace = async (options: Parameters<typeof openWorkspace>[0]) => {
  const here = await openWorkspace(options);
  open.push(() => here.slack.close());
  return here;
};

const hook = (url: string | null, body: unknown) => fetch(url ?? '', { method: 'POST', body: JSON.stringify(body) });

/** A slash command's form, as a bot that answers nothing received it; nobody waits here for its answer. */
async function commandForm(slack: LocalSlack, received: Received[], channel = 'general'): Promise<URLSearchParams> {
  const before = received.length;
  slack.say({ user: 'ada', channel, text: '/batch' }).catch(() => undefined);
  await until(() => received.length > before);
  return new URLSearchParams(received.at(-1)?.body);
}

test('a request is signed over its raw body, as Slack signs', async () => {
  const bot = await recordingBot([]);
  const now = Date.UTC(2026, 1, 3);
  const { slack } = await workspace({ requestUrl: bot.url, now: () => now });
  await slack.say({ user: 'ada', channel: 'general', text: '/batch search "a b" & ü' });
  const [request] = bot.received;
  expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(request?.headers['x-slack-request-timestamp']).toBe(String(now / 1000));
  const hmac = createHmac('sha256', SIGNING_SECRET)
    .update(`v0:${now / 1000}:${request?.body}`)
    .digest('hex');
  expect(request?.headers['x-slack-signature']).toBe(`v0=${hmac}`);
  expect(new URLSearchParams(request?.body).get('text')).toBe('search "a b" & ü');
});

test('an event without a 2xx is sent again three times with its number and reason, then no more', async () => {
  const bot = await recordingBot([500, 404, 503, 500, 500]);
  const { slack } = await workspace({ requestUrl: bot.url, eventRetryMs: [0, 5, 5] });
  await slack.openHome({ user: 'ada' });
  await until(() => bot.received.length >= 4);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(bot.received.map(({ headers }) => headers['x-slack-retry-num'])).toEqual([undefined, '1', '2', '3']);
  expect(bot.received[1]?.headers['x-slack-retry-reason']).toBe('http_error');
  const events = bot.received.map(({ body }) => JSON.parse(body));
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(1);
  expect(events[0]).toMatchObject({
    type: 'event_callback',
    team_id: 'T0LOCAL01',
    event: { type: 'app_home_opened', user: 'U0ADA00001', tab: 'home', channel: 'D0ADA00001' },
    authorizations: [{ user_id: 'U0BATCHBOT', is_bot: true }],
  });
});

test('a command that is answered with an error, or by nobody, says so to the asker', async () => {
  const bot = await recordingBot([401]);
  const { slack } = await workspace({ requestUrl: bot.url });
  const refused = await slack.say({ user: 'ada', channel: 'general', text: '/batch' });
  expect(refused.messages.map(({ plain }) => plain)).toEqual(['/batch failed with the error "dispatch_failed"']);
  expect(refused.ack).toMatchObject({ status: 401 });
});

test('a trigger opens one view, within three seconds', async () => {
  const bot = await recordingBot([]);
  let now = Date.now();
  const { slack, web } = await workspace({ requestUrl: bot.url, now: () => now });
  const trigger = async () => (await commandForm(slack, bot.received)).get('trigger_id') ?? '';
  const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'One' }, blocks: [] };

  const first = await trigger();
  const { view: opened } = await web.views.open({ trigger_id: first, view });
  expect(opened).toMatchObject({
    type: 'modal',
    root_view_id: opened?.id,
    previous_view_id: null,
    state: { values: {} },
  });
  expect((await refusalOf(web.views.open({ trigger_id: first, view }))).error).toBe('exchanged_trigger_id');
  expect((await refusalOf(web.views.open({ trigger_id: '1.2.x', view }))).error).toBe('invalid_trigger_id');

  const late = await trigger();
  now += 3001;
  expect((await refusalOf(web.views.open({ trigger_id: late, view }))).error).toBe('expired_trigger_id');

  const update = { view_id: opened?.id ?? '', view, hash: 'old' };
  expect((await refusalOf(web.views.update(update))).error).toBe('hash_conflict');
  await web.views.update({ ...update, hash: opened?.hash ?? '' });
  await web.views.push({ trigger_id: await trigger(), view });
  await web.views.push({ trigger_id: await trigger(), view });
  expect((await refusalOf(web.views.push({ trigger_id: await trigger(), view }))).error).toBe('push_limit_reached');
  expect((await knock(slack, 'views/ada')).views).toHaveLength(3);
});

test('a response_url is good for five messages in thirty minutes, even where the bot is no member', async () => {
  const bot = await recordingBot([]);
  let now = Date.now();
  const { slack } = await workspace({ requestUrl: bot.url, now: () => now });
  const url = (await commandForm(slack, bot.received, 'private-ops')).get('response_url');

  const bad = await hook(url, { blocks: [{ type: 'sectoin' }] });
  expect([bad.status, await bad.json()]).toMatchObject([400, { error: 'invalid_blocks' }]);
  for (let use = 1; use <= 5; use += 1) {
    const answer = await hook(url, { text: `answer ${use}`, response_type: use === 5 ? 'in_channel' : 'ephemeral' });
    expect([answer.status, await answer.text()]).toEqual([200, 'ok']);
  }
  const sixth = await hook(url, { text: 'one more' });
  expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: 'used_url' }]);
  expect(slack.channel('private-ops', 'root').map(({ plain }) => plain)).toEqual(['answer 5']);
  expect(slack.channel('private-ops', 'ada')).toHaveLength(5);

  const other = (await commandForm(slack, bot.received)).get('response_url');
  now += 30 * 60_000 + 1;
  expect(await (await hook(other, { text: 'late' })).json()).toEqual({ ok: false, error: 'expired_url' });
});

test('a command’s response_url has no original to replace: the message is a new one', async () => {
  const bot = await recordingBot([]);
  const { slack } = await workspace({ requestUrl: bot.url });
  const url = (await commandForm(slack, bot.received)).get('response_url');
  await hook(url, { text: 'Thinking' });
  await hook(url, { text: 'Done', replace_original: true });
  expect(slack.channel('general', 'ada').map(({ plain }) => plain)).toEqual(['Thinking', 'Done']);
});

test('messages, Homes and files are there after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'local-slack-'));
  open.push(() => rmSync(folder, { recursive: true }));
  const stateFile = join(folder, 'slack.json');
  const before = await openWorkspace({ stateFile });
  await before.web.chat.postMessage({ channel: 'C0GENERAL1', text: 'kept' });
  await before.web.filesUploadV2({ channel_id: 'C0GENERAL1', filename: 'a.log', content: 'words' });
  await before.web.views.publish({
    user_id: 'U0ADA00001',
    view: { type: 'home', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'Home kept' } }] },
  });
  await before.slack.close();

  const { slack, web } = await workspace({ stateFile });
  const [kept, withFile] = slack.channel('general');
  expect(kept?.plain).toBe('kept');
  expect(await knock(slack, `files/${withFile?.files?.[0]?.id}`)).toMatchObject({ content: 'words' });
  expect(slack.home('ada')?.plain).toBe('Home kept');
  const next = await web.chat.postMessage({ channel: 'C0GENERAL1', text: 'new' });
  expect(Number(next.ts)).toBeGreaterThan(Number(withFile?.ts));
});

test('the page’s stream gives one person all they see, then each change', async () => {
  const { slack, web } = await workspace({});
  await web.chat.postEphemeral({ channel: 'C0GENERAL1', user: 'U0VIC00001', text: 'for vic' });
  await web.chat.postMessage({ channel: 'C0GENERAL1', text: 'for all' });
  const stopped = new AbortController();
  open.unshift(() => stopped.abort());
  const stream = await fetch(`${slack.url}/local/stream?user=ada`, { signal: stopped.signal });
  const events: Record<string, unknown>[] = [];
  const decoder = new TextDecoder();
  let text = '';
  const reading = (async () => {
    for await (const chunk of stream.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const whole = text.split('\n\n');
      text = whole.pop() ?? '';
      for (const line of whole) if (line.startsWith('data: ')) events.push(JSON.parse(line.slice(6)));
    }
  })().catch(() => undefined);

  await until(() => events.length > 0);
  expect(events[0]).toMatchObject({
    type: 'snapshot',
    team: { id: 'T0LOCAL01' },
    messages: [{ plain: 'for all' }],
    views: [],
    home: null,
    commands: [{ command: '/batch' }],
  });
  const { ts = '' } = await web.chat.postMessage({ channel: 'C0GENERAL1', text: 'news' });
  await web.chat.postEphemeral({ channel: 'C0GENERAL1', user: 'U0VIC00001', text: 'for vic again' });
  await web.chat.delete({ channel: 'C0GENERAL1', ts });
  await until(() => events.length >= 3);
  expect(events.slice(1)).toMatchObject([
    { type: 'message', message: { plain: 'news', ts } },
    { type: 'message_deleted', channel: 'C0GENERAL1', ts },
  ]);
  stopped.abort();
  await reading;
});

test('the doors are closed to web pages elsewhere', async () => {
  const { slack } = await workspace({});
  const from = (headers: Record<string, string>) => fetch(`${slack.url}/local/users`, { headers });
  expect((await from({ origin: 'https://evil.example' })).status).toBe(403);
  expect((await from({ origin: slack.url })).status).toBe(200);
});

test('the page and its assets are served beside the doors', async () => {
  const page = async () => [{ path: '/', contentType: 'text/html', body: '<h1>Slack</h1>' }];
  const { slack } = await workspace({ page });
  expect(await (await fetch(slack.url)).text()).toBe('<h1>Slack</h1>');
  expect((await fetch(`${slack.url}/nothing.js`)).status).toBe(404);
});
