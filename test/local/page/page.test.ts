/** The page in a real browser, before a server that this file scripts: what a person sees, and what their acts send. */
import type { KnownBlock } from '@slack/types';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../../browser';
import { ADA, BO, BOT, ScriptedSlack } from './scriptedSlack';

const plain = (text: string) => ({ type: 'plain_text', text }) as const;
const option = (text: string, value = text) => ({ text: plain(text), value });

const CANCEL: KnownBlock[] = [
  { type: 'section', block_id: 'what', text: { type: 'mrkdwn', text: '*Cancel 12 jobs?* in `spot-p1`' } },
  {
    type: 'input',
    block_id: 'why',
    label: plain('Reason'),
    element: { type: 'plain_text_input', action_id: 'reason' },
  },
  {
    type: 'actions',
    block_id: 'do',
    elements: [
      {
        type: 'button',
        action_id: 'cancel',
        text: plain('Cancel 12 jobs'),
        style: 'danger',
        confirm: {
          title: plain('Cancel 12 jobs?'),
          text: plain('They stop at once.'),
          confirm: plain('Cancel 12 jobs'),
          deny: plain('Keep them'),
        },
      },
      { type: 'overflow', action_id: 'more', options: [option('Logs', 'logs'), option('Why', 'why')] },
    ],
  },
];

describeInBrowser('the page', () => {
  let browser: Browser;
  let slack: ScriptedSlack;
  let page: Page;

  const open = async (query: string, width = 1280): Promise<void> => {
    page = await browser.newPage({ viewport: { width, height: 800 } });
    page.setDefaultTimeout(4000);
    await page.goto(`${slack.address}/${query}`);
    await page.getByRole('main').waitFor();
  };
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });
  beforeEach(async () => {
    slack = await ScriptedSlack.start();
  });
  afterEach(async () => {
    await page.close();
    await slack.stop();
  });

  test('a command is offered with its hint, sent by Enter, answered by the stream, recalled by Up', async () => {
    let answer = (): void => undefined;
    slack.reply = () => new Promise((done) => (answer = () => done({ ok: true })));
    await open('?user=ada&channel=general');
    const box = page.getByRole('combobox', { name: 'Message #general' });
    await box.press('/');
    await page.getByRole('option', { name: /^\/batch search \| job/ }).waitFor();
    await box.press('Enter');
    await box.pressSequentially('queues');
    await page.getByText('/batch search | job').waitFor();
    await box.press('Enter');

    expect(await slack.knocked('say')).toEqual({ user: ADA.id, channel: 'C01', text: '/batch queues' });
    await page.getByText('batchbot is working…').waitFor();
    slack.says('C01', { text: '*3 queues*', ephemeral_to: ADA.id });
    answer();
    await page.getByText('batchbot is working…').waitFor({ state: 'detached' });
    await page.getByRole('log').getByText('Only visible to you').waitFor();
    expect(await page.getByRole('log').locator('strong').textContent()).toBe('3 queues');

    await box.press('ArrowUp');
    expect(await box.inputValue()).toBe('/batch queues');
  });

  test('what the door refuses is said, and the text is still there', async () => {
    slack.reply = () => ({ ok: false, error: 'there is no such command' });
    await open('?user=ada&channel=general');
    await page.getByRole('button', { name: /^\/batch queues/ }).click();
    await page.getByRole('alert').getByText('there is no such command').waitFor();
    const box = page.getByRole('combobox', { name: 'Message #general' });
    await box.fill('hello');
    await box.press('Enter');
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'hello');
  });

  test('a dangerous button asks first; only its confirmation presses, with what was typed', async () => {
    await open('?user=ada&channel=general');
    const { ts } = slack.says('C01', { blocks: CANCEL });
    await page.getByRole('textbox', { name: 'Reason' }).fill('wrong input');
    const button = page.getByRole('button', { name: 'Cancel 12 jobs' });
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Cancel 12 jobs?' });
    await dialog.getByText('They stop at once.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(slack.knocks).toEqual([]);
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);

    await page.keyboard.press('Enter');
    for (let tabs = 0; tabs < 5; tabs += 1) {
      await page.keyboard.press('Tab');
      expect(
        await page.evaluate(
          () => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null,
        ),
      ).toBe(true);
    }
    await dialog.getByRole('button', { name: 'Cancel 12 jobs' }).click();
    expect(await slack.knocked('press')).toEqual({
      user: ADA.id,
      channel: 'C01',
      ts,
      block_id: 'do',
      action_id: 'cancel',
      confirm: true,
      values: { Reason: 'wrong input' },
    });
  });

  test('an overflow menu works by keyboard alone', async () => {
    await open('?user=ada&channel=general');
    slack.says('C01', { blocks: CANCEL });
    await page.getByRole('button', { name: 'More actions' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await slack.knocked('press')).toMatchObject({ block_id: 'do', action_id: 'more', option: 'why' });
  });

  test('a modal keeps what was typed through an update, shows refusals beside their fields, and closes', async () => {
    const words: KnownBlock = {
      type: 'input',
      block_id: 'w',
      label: plain('Words'),
      element: { type: 'plain_text_input', action_id: 'w' },
    };
    const status: KnownBlock = {
      type: 'input',
      block_id: 's',
      label: plain('Status'),
      element: {
        type: 'multi_static_select',
        action_id: 's',
        placeholder: plain('Any'),
        options: [option('FAILED'), option('RUNNING')],
      },
    };
    const view = {
      id: 'V1',
      type: 'modal' as const,
      title: plain('Narrow'),
      submit: plain('Search'),
      blocks: [words, status],
    };
    slack.reply = ({ path }) =>
      path === 'submit' ? { ok: true, errors: { w: 'Three letters at least.' } } : { ok: true };
    await open('?user=ada&channel=general');
    slack.tell({ type: 'view', view });
    const dialog = page.getByRole('dialog', { name: 'Narrow' });
    await dialog.getByRole('textbox', { name: 'Words' }).fill('al');
    await dialog.getByRole('combobox', { name: 'Status' }).click();
    await page.getByRole('option', { name: 'FAILED' }).click();
    await page.keyboard.press('Escape');
    slack.tell({ type: 'view', view: { ...view, title: plain('Narrow the search') } });
    await page.getByRole('dialog', { name: 'Narrow the search' }).getByRole('button', { name: 'Search' }).click();

    expect(await slack.knocked('submit')).toEqual({
      user: ADA.id,
      view_id: 'V1',
      values: { Words: 'al', Status: ['FAILED'] },
    });
    await page.getByText('Three letters at least.').waitFor();
    const field = page.getByRole('textbox', { name: 'Words' });
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await page.keyboard.press('Escape');
    expect(await slack.knocked('close')).toEqual({ user: ADA.id, view_id: 'V1' });
    slack.tell({ type: 'view_closed', view_id: 'V1' });
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('each reader sees the time in their own zone, and a hostile name as mere text', async () => {
    slack.says('C01', {
      text: '&lt;!channel&gt; <img src=x> failed at <!date^1764495667^{date_num} {time}|then>',
      edited_ts: '1764495668.0',
    });
    await open('?user=ada&channel=general');
    const log = page.getByRole('log');
    await log.getByText('<!channel> <img src=x> failed at 2025-11-30 10:41 AM').waitFor();
    await log.getByText('(edited)').waitFor();
    expect(await log.locator('img, .mention').count()).toBe(0);

    await page.getByRole('button', { name: /^You are Ada Park, operator/ }).click();
    await page.getByRole('menuitemradio', { name: /Bo Lind/ }).click();
    await log.getByText('failed at 2025-11-30 4:41 AM').waitFor();
    expect(new URL(page.url()).searchParams.get('user')).toBe('bo');
  });

  test('a thread stands in its pane; what arrives elsewhere is counted until it is read', async () => {
    await open('?user=ada&channel=general');
    const card = slack.says('C02', { text: 'align:7 failed' });
    slack.says('C02', { text: 'and again', thread_ts: card.ts, user: BOT.id });
    const channel = page.getByRole('navigation', { name: 'Workspace' }).getByRole('button', { name: /batch-alerts/ });
    await channel.getByText('1 unread').waitFor();
    await channel.click();
    await channel.getByText('unread').waitFor({ state: 'detached' });
    expect(await page.getByText('and again').count()).toBe(0);
    await page.getByRole('button', { name: /1 reply/ }).click();
    await page.getByRole('complementary', { name: 'Thread' }).getByText('and again').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
  });

  test('the Home tab is opened, searched from, sorted and paged', async () => {
    const rows = [9, 10, 8].map((minutes) => [
      { type: 'raw_text' as const, text: `job-${minutes}` },
      { type: 'raw_number' as const, value: minutes, text: String(minutes) },
    ]);
    const head = ['Job', 'Minutes'].map((text) => ({ type: 'raw_text' as const, text }));
    const blocks = [
      {
        type: 'input',
        block_id: 'find',
        dispatch_action: true,
        label: plain('Search'),
        element: { type: 'plain_text_input', action_id: 'find' },
      },
      { type: 'data_table', caption: 'Running', page_size: 2, rows: [head, ...rows] },
      { type: 'hologram' },
    ] as KnownBlock[];
    slack.reply = ({ path }) => {
      if (path === 'open_home') slack.tell({ type: 'home', view: { id: 'VH', type: 'home', blocks } });
      return { ok: true };
    };
    await open('?user=ada&channel=batchbot');
    await page.getByRole('tab', { name: 'Home' }).click();
    await page.getByText('Unsupported block: hologram').waitFor();
    const firstColumn = () => page.getByRole('rowheader').allTextContents();
    await page.getByRole('button', { name: 'Minutes' }).click();
    expect(await firstColumn()).toEqual(['job-8', 'job-9']);
    await page.getByRole('button', { name: 'Next page' }).click();
    expect(await firstColumn()).toEqual(['job-10']);

    await page.getByRole('textbox', { name: 'Search' }).fill('align');
    await page.keyboard.press('Enter');
    const pressed = { user: ADA.id, view_id: 'VH', block_id: 'find', action_id: 'find', option: 'align' };
    expect(await slack.knocked('press')).toMatchObject(pressed);
  });

  test('at 360 px nothing hangs over the edge, and the sidebar is a drawer', async () => {
    slack.says('C01', { text: `\`${'x'.repeat(200)}\``, user: BO.id });
    slack.says('C01', { blocks: CANCEL });
    await open('?user=ada&channel=general', 360);
    await page.getByText('Cancel 12 jobs?').waitFor();
    const widest = await page.evaluate(() =>
      Math.max(...[...document.querySelectorAll('main *')].map((element) => element.getBoundingClientRect().right)),
    );
    expect(widest).toBeLessThanOrEqual(360);
    const alerts = page.getByRole('button', { name: /batch-alerts/ });
    expect(await alerts.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Open the sidebar' }).click();
    await alerts.click();
    await page.getByRole('heading', { name: '#batch-alerts' }).waitFor();
    await alerts.waitFor({ state: 'hidden' });
  });

  test('a lost stream is said and taken up again', async () => {
    await open('?user=ada&channel=general');
    slack.dropStreams();
    await page.getByText('Reconnecting…').waitFor();
    slack.says('C01', { text: 'back again' });
    await page.getByText('back again').waitFor();
    await page.getByText('Reconnecting…').waitFor({ state: 'detached' });
  });
});
