/** People and a Bolt app talk through the local Slack: commands, presses, confirms, modals, Homes. */
import type { KnownBlock } from '@slack/types';
import { knock, openWorkspace, type TestWorkspace } from './workspace';

let here: TestWorkspace;
beforeEach(async () => {
  here = await openWorkspace();
});
afterEach(() => here.slack.close());

const jobs: KnownBlock[] = [
  {
    type: 'section',
    text: { type: 'mrkdwn', text: '*nightly* failed &lt;!channel&gt;' },
    accessory: {
      type: 'overflow',
      action_id: 'more',
      options: [
        { text: { type: 'plain_text', text: 'Logs' }, value: 'logs' },
        { text: { type: 'plain_text', text: 'Why' }, value: 'why' },
      ],
    },
  },
  {
    type: 'actions',
    block_id: 'acts',
    elements: [
      { type: 'button', action_id: 'next', text: { type: 'plain_text', text: 'Next' }, value: '2' },
      {
        type: 'button',
        action_id: 'cancel',
        text: { type: 'plain_text', text: 'Cancel job' },
        style: 'danger',
        confirm: { title: { type: 'plain_text', text: 'Cancel?' }, text: { type: 'plain_text', text: 'It runs.' } },
      },
    ],
  },
];

test('a slash command reaches the bot whole, and its answer is what only the asker reads', async () => {
  let body: Record<string, unknown> = {};
  here.app.command('/batch', async ({ ack, command, respond }) => {
    body = { ...command };
    await ack();
    await respond({ text: 'One job', blocks: jobs });
  });
  const answer = await here.slack.say({ user: 'ada', channel: 'general', text: '/batch search  nightly' });
  expect(body).toMatchObject({
    command: '/batch',
    text: 'search  nightly',
    user_id: 'U0ADA00001',
    user_name: 'ada',
    channel_id: 'C0GENERAL1',
    channel_name: 'general',
    team_id: 'T0LOCAL01',
    api_app_id: 'A0LOCAL01',
    is_enterprise_install: 'false',
    response_url: expect.stringMatching(/\/hooks\/commands\//),
    trigger_id: expect.any(String),
  });
  expect(answer.messages).toHaveLength(1);
  expect(answer.messages[0]).toMatchObject({ ephemeral_to: 'U0ADA00001', user: 'U0BATCHBOT', notified: [] });
  expect(answer.messages[0]?.plain).toBe('nightly failed <!channel>   (⋯ Logs · Why)\n[Next]  [Cancel job]');
  expect(here.slack.channel('general', 'vic')).toEqual([]);
});

test('what is said elsewhere while an answer is awaited comes after the answer', async () => {
  here.app.command('/batch', async ({ ack, respond }) => {
    await ack();
    await here.web.chat.postMessage({ channel: 'C0ALERTS01', text: 'align failed' });
    await respond('One job');
  });
  const { messages } = await here.slack.say({ user: 'ada', channel: 'general', text: '/batch search' });
  expect(messages.map(({ plain }) => plain)).toEqual(['One job', 'align failed']);
});

test('an acknowledgement with words in it is shown, one that never comes is a timeout', async () => {
  here.app.command('/batch', async ({ ack, command }) => {
    if (command.text === 'now') await ack('At once');
  });
  const [now, never] = await Promise.all([
    here.slack.say({ user: 'ada', channel: 'general', text: '/batch now' }),
    here.slack.say({ user: 'vic', channel: 'general', text: '/batch never' }),
  ]);
  expect(now.messages.map(({ plain }) => plain)).toEqual(['At once']);
  expect(now.ack).toMatchObject({ status: 200, body: 'At once' });
  expect(never.messages.map(({ plain }) => plain)).toEqual(['/batch failed with the error "operation_timeout"']);
});

test('buttons and menu options are found by their words, and dialogs are gone through', async () => {
  const seen: unknown[] = [];
  here.app.action(/.*/, async ({ ack, body, action, respond }) => {
    await ack();
    seen.push({ body, action });
    await respond({ replace_original: true, text: `did ${(action as { action_id: string }).action_id}` });
  });
  const counted: KnownBlock = { type: 'context', elements: [{ type: 'mrkdwn', text: '1-1 of 1' }] };
  const blocks = [...jobs, counted];
  const { ts = '' } = await here.web.chat.postMessage({ channel: 'C0GENERAL1', text: 'One job', blocks });
  const where = { user: 'ada', channel: 'general', ts };

  const nothing = await knock(here.slack, 'press', where);
  expect(nothing).toMatchObject({ ok: false, error: expect.stringMatching(/^say what to press, by `label`/) });
  const wrong = await knock(here.slack, 'press', { ...where, label: 'Rerun' });
  expect(wrong).toEqual({
    ok: false,
    error: 'there is no "Rerun" to press; there are: "Logs", "Why", "Next", "Cancel job"',
  });
  const kept = await here.slack.press({ ...where, label: 'Cancel job', confirm: false });
  expect(kept).toMatchObject({ dismissed: true, messages: [], dialog: { title: 'Cancel?', text: 'It runs.' } });
  expect(seen).toEqual([]);

  const logs = await here.slack.press({ ...where, label: 'Logs' });
  expect(logs.messages[0]).toMatchObject({ ts, plain: 'did more', edited_ts: expect.any(String) });
  expect(seen[0]).toMatchObject({
    action: { type: 'overflow', selected_option: { value: 'logs' }, action_id: 'more' },
    body: {
      type: 'block_actions',
      user: { id: 'U0ADA00001', username: 'ada' },
      container: { type: 'message', message_ts: ts, channel_id: 'C0GENERAL1', is_ephemeral: false },
      channel: { id: 'C0GENERAL1', name: 'general' },
      message: { ts, text: 'One job', bot_id: 'B0BATCHBOT' },
      response_url: expect.stringMatching(/\/hooks\/actions\//),
    },
  });
});

test('an ephemeral message has no message in its payload, and carries the state of its inputs', async () => {
  const blocks: KnownBlock[] = [
    {
      type: 'input',
      block_id: 'why',
      label: { type: 'plain_text', text: 'Reason' },
      element: { type: 'plain_text_input', action_id: 'words' },
    },
    { type: 'actions', elements: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } }] },
  ];
  let payload: Record<string, unknown> = {};
  here.app.action('go', async ({ ack, body, respond }) => {
    payload = { ...body };
    await ack();
    await respond({ delete_original: true });
  });
  await here.web.chat.postEphemeral({ channel: 'C0GENERAL1', user: 'U0ADA00001', text: 'Sure?', blocks });
  const [message] = here.slack.channel('general', 'ada');
  const ts = message?.ts ?? '';
  await here.slack.press({ user: 'ada', channel: 'general', ts, label: 'Go', values: { Reason: 'too slow' } });
  expect(payload).not.toHaveProperty('message');
  expect(payload).toMatchObject({
    container: { is_ephemeral: true },
    state: { values: { why: { words: { type: 'plain_text_input', value: 'too slow' } } } },
    actions: [{ type: 'button', action_id: 'go' }],
  });
  expect(payload.actions).not.toMatchObject([{ value: expect.anything() }]);
  expect(here.slack.channel('general')).toEqual([]);
});

const modal = {
  type: 'modal' as const,
  callback_id: 'cancel',
  notify_on_close: true,
  title: { type: 'plain_text' as const, text: 'Cancel jobs' },
  submit: { type: 'plain_text' as const, text: 'Cancel them' },
  close: { type: 'plain_text' as const, text: 'Keep' },
  blocks: [
    {
      type: 'input' as const,
      block_id: 'why',
      label: { type: 'plain_text' as const, text: 'Reason' },
      element: { type: 'plain_text_input' as const, action_id: 'words' },
    },
  ],
};

test('a modal opens, refuses what is missing or what the bot finds wrong, and closes when it is taken', async () => {
  let closed = 0;
  here.app.command('/batch', async ({ ack, command, client }) => {
    await client.views.open({ trigger_id: command.trigger_id, view: modal });
    await ack();
  });
  here.app.view('cancel', async ({ ack, view, client, body }) => {
    const reason = view.state.values.why?.words?.value;
    if (reason === 'because') return ack({ response_action: 'errors', errors: { why: 'Say more' } });
    await ack();
    await client.chat.postMessage({ channel: 'C0GENERAL1', text: `<@${body.user.id}> cancelled: ${reason}` });
  });
  here.app.view({ callback_id: 'cancel', type: 'view_closed' }, async ({ ack }) => {
    closed += 1;
    await ack();
  });

  const opened = await here.slack.say({ user: 'ada', channel: 'general', text: '/batch cancel' });
  const view_id = opened.views[0]?.id ?? '';
  expect(opened.views[0]?.plain).toBe('Cancel jobs\nReason [____]\n[Keep]  [Cancel them]');

  expect(await knock(here.slack, 'submit', { user: 'ada', view_id, values: {} })).toEqual({
    ok: false,
    error: 'Reason: Please complete this required field.',
    errors: { why: 'Please complete this required field.' },
  });
  expect(await knock(here.slack, 'submit', { user: 'ada', view_id, values: { Reason: 'because' } })).toMatchObject({
    ok: false,
    errors: { why: 'Say more' },
  });
  expect(await knock(here.slack, 'submit', { user: 'ada', view_id, values: { Raison: 'x' } })).toMatchObject({
    ok: false,
    error: 'there is no input "Raison"; there are: "Reason"',
  });
  const done = await here.slack.submit({ user: 'ada', view_id, values: { Reason: 'too slow' } });
  expect(done.messages).toMatchObject([{ plain: '@ada cancelled: too slow', notified: ['U0ADA00001'] }]);
  expect(await knock(here.slack, 'views/ada')).toEqual({ ok: true, views: [] });

  const again = await here.slack.say({ user: 'ada', channel: 'general', text: '/batch cancel' });
  await here.slack.closeView({ user: 'ada', view_id: again.views[0]?.id ?? '' });
  expect(closed).toBe(1);
});

test('the Home is published when it is opened, and its buttons work', async () => {
  here.app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: {
        type: 'home',
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: 'Your jobs' } },
          {
            type: 'actions',
            elements: [{ type: 'button', action_id: 'r', text: { type: 'plain_text', text: 'Refresh' } }],
          },
        ],
      },
    });
  });
  let pressedIn = '';
  here.app.action('r', async ({ ack, body }) => {
    await ack();
    if (body.type === 'block_actions') pressedIn = body.view?.type ?? '';
  });
  const opened = await here.slack.openHome({ user: 'vic' });
  expect(opened.views[0]?.plain).toBe('Your jobs\n[Refresh]');
  const home = here.slack.home('vic');
  expect(home?.plain).toBe('Your jobs\n[Refresh]');
  await fetch(`${here.slack.url}/local/press`, {
    method: 'POST',
    body: JSON.stringify({ user: 'vic', view_id: home?.id, label: 'refresh' }),
    signal: AbortSignal.timeout(500),
  }).catch(() => undefined);
  expect(pressedIn).toBe('home');
});

test('a mention is heard as app_mention, in a channel that the bot is in', async () => {
  const heard: string[] = [];
  here.app.event('app_mention', async ({ event, say }) => {
    heard.push(event.text);
    await say({ text: 'Yes?', thread_ts: event.ts });
  });
  const plainly = await here.slack.say({ user: 'ada', channel: 'general', text: 'a <b> & c' });
  expect(plainly.messages.map(({ text, plain }) => [text, plain])).toEqual([['a &lt;b&gt; &amp; c', 'a <b> & c']]);
  const asked = await here.slack.say({ user: 'ada', channel: 'general', text: '@batchbot help' });
  expect(heard).toEqual(['<@U0BATCHBOT> help']);
  const ts = asked.messages[0]?.ts ?? '';
  expect(await knock(here.slack, `channels/general/${ts}`)).toMatchObject({
    messages: [{ plain: '@batchbot help' }, { plain: 'Yes?', thread_ts: ts }],
  });
  await knock(here.slack, 'say', { user: 'ada', channel: 'private-ops', text: '@batchbot help' });
  expect(heard).toHaveLength(1);
});

test('what a submission’s acknowledgement asks for is done: another view on top, a new content, all closed', async () => {
  const answers: Record<string, unknown>[] = [
    { response_action: 'push', view: { ...modal, callback_id: 'sure', title: { type: 'plain_text', text: 'Sure?' } } },
    {
      response_action: 'update',
      view: { ...modal, callback_id: 'sure', title: { type: 'plain_text', text: 'Again' } },
    },
    { response_action: 'clear' },
  ];
  here.app.command('/batch', async ({ ack, command, client }) => {
    await client.views.open({ trigger_id: command.trigger_id, view: modal });
    await ack();
  });
  here.app.view(/cancel|sure/, async ({ ack }) => ack(answers.shift() as never));
  const opened = await here.slack.say({ user: 'ada', channel: 'general', text: '/batch cancel' });
  const first = opened.views[0]?.id ?? '';
  const values = { Reason: 'slow' };
  const pushed = await here.slack.submit({ user: 'ada', view_id: first, values });
  const second = pushed.views.find(({ id }) => id !== first)?.id ?? '';
  expect(pushed.views.at(-1)?.plain).toMatch(/^Sure\?\n/);
  const updated = await here.slack.submit({ user: 'ada', view_id: second, values });
  expect(updated.views).toMatchObject([{ id: second, plain: expect.stringMatching(/^Again\n/) }]);
  expect(updated.views[0]?.state.values).toMatchObject({ why: { words: { value: 'slow' } } });
  expect((await knock(here.slack, 'views/ada')).views).toMatchObject([{ id: first }, { id: second }]);
  await here.slack.submit({ user: 'ada', view_id: second, values });
  expect((await knock(here.slack, 'views/ada')).views).toEqual([]);
});

test('shortcuts and the check of the request URL reach the bot', async () => {
  const seen: unknown[] = [];
  here.app.shortcut('find', async ({ ack, shortcut, client }) => {
    await ack();
    seen.push(shortcut);
    await client.chat.postEphemeral({ channel: 'C0GENERAL1', user: shortcut.user.id, text: 'Found' });
  });
  const { ts = '' } = await here.web.chat.postMessage({ channel: 'C0GENERAL1', text: 'a job' });
  await knock(here.slack, 'shortcut', { user: 'ada', callback_id: 'find', channel: 'general', ts });
  expect(seen).toMatchObject([{ type: 'message_action', message_ts: ts, message: { text: 'a job' } }]);
  expect(await knock(here.slack, 'verify_url', {})).toEqual({ ok: true, verified: true });
});

test('a wrong name is answered with the right ones', async () => {
  expect(await knock(here.slack, 'say', { user: 'eve', channel: 'general', text: '/batch' })).toEqual({
    ok: false,
    error: 'there is no user "eve"; there are: ada, vic, root',
  });
  expect(await knock(here.slack, 'say', { user: 'ada', channel: 'nowhere', text: 'hi' })).toEqual({
    ok: false,
    error: 'there is no channel "nowhere"; there are: batch-alerts, general, genomics, private-ops',
  });
  expect(await knock(here.slack, 'say', { user: 'ada', channel: 'general', text: '/deploy' })).toEqual({
    ok: false,
    error: '/deploy is not a command here; there is /batch',
  });
});
