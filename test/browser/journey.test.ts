/** The first day with batchbot, in a real browser on the whole world: search, logs, cancel, alerts, by mouse, by keys, on a phone. */
import type { Browser, Locator, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../browser';
import { type Scene, scene } from '../scene';

describeInBrowser('a day with batchbot', () => {
  let browser: Browser;
  let here: Scene;
  let page: Page;

  const open = async (query: string, width = 1280): Promise<void> => {
    page = await browser.newPage({ viewport: { width, height: 800 } });
    page.setDefaultTimeout(10_000);
    await page.goto(`${here.world.slack.url}/?${query}`);
    await page.getByRole('main').waitFor();
  };
  const box = (): Locator => page.getByRole('main').getByRole('combobox', { name: /^Message / });
  const messages = (): Locator => page.getByRole('log').getByRole('article');
  /** Types and sends; gives the message that answers. */
  const say = async (text: string): Promise<Locator> => {
    const before = await messages().count();
    await box().fill(text);
    await box().press('Enter');
    const answer = messages().nth(before);
    await answer.waitFor();
    return answer;
  };
  const hang = (name: string): Promise<string> => here.submit(name, { LOCAL_OUTCOME: 'hang' });
  /** The history follows Batch by events: a moment later. */
  const known = (words: string, count: number): Promise<true> =>
    here.until(`${count} jobs for ${words}`, async () => {
      const [answer] = await here.vic.says(`/batch search ${words}`, 'genomics');
      return answer?.plain.includes(`of ${count}`) ? true : undefined;
    });

  beforeAll(async () => {
    [browser, here] = await Promise.all([launchBrowser(), scene()]);
  });
  afterAll(async () => {
    await browser.close();
    await here.end();
  });
  afterEach(() => page.close());

  test('a slash shows the hint; a search lists with its total, turns its pages, and leads to the log of a row', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, n) => here.submit(`greet-${n}`, { LOCAL_LOG: 'hello there\\nall done' })),
    );
    await known('greet status:succeeded', 12);
    await open('user=ada&channel=general');
    await box().press('/');
    await page.getByRole('option', { name: /^\/batch search \|/ }).waitFor();

    const list = await say('/batch search greet');
    await list.getByText('Only visible to you').waitFor();
    await list.getByText('12 jobs that match "greet"').waitFor();
    const menus = list.getByRole('button', { name: 'More actions' });
    expect(await menus.count()).toBe(10);
    await list.getByRole('button', { name: 'Next' }).click();
    await list.getByText('11-12 of 12').waitFor();
    expect(await menus.count()).toBe(2);

    await menus.first().click();
    await page.getByRole('menuitem', { name: 'Logs' }).click();
    const log = messages().nth(1);
    await log.getByText(/^\d\d:\d\d:\d\d {2}hello there\n\d\d:\d\d:\d\d {2}all done$/).waitFor();
  });

  test('a set is cancelled only behind a dialog that names its size; the channel sees by whom, and how it ended', async () => {
    await Promise.all(Array.from({ length: 3 }, (_, n) => hang(`preregA-${n}`)));
    await known('preregA status:active', 3);
    await open('user=ada&channel=genomics');
    const preview = await say('/batch cancel preregA');
    await preview.getByText('Cancel 3 jobs?').waitFor();
    await preview.getByRole('textbox', { name: 'Reason' }).fill('wrong input');
    await preview.getByRole('button', { name: 'Cancel 3 jobs' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel 3 jobs?' });
    await dialog.getByRole('button', { name: 'Keep them' }).waitFor();
    await known('preregA status:active', 3);
    await dialog.getByRole('button', { name: 'Cancel 3 jobs' }).click();

    const told = messages().filter({ hasText: '3 cancelled' });
    await told.getByText('Reason: wrong input').waitFor();
    expect(await told.locator('.mention').first().textContent()).toBe('@Ada Byron');
    expect(await told.getByText('Only visible to you').count()).toBe(0);
    await known('preregA status:cancelled', 3);
  });

  test('a failure arrives in #batch-alerts by itself, counted until it is read, with its cause and last words', async () => {
    await open('user=ada&channel=general');
    await here.submit('greedy', { LOCAL_OUTCOME: 'oom', LOCAL_RUN_SECONDS: '20' });
    const channel = page.getByRole('navigation', { name: 'Workspace' }).getByRole('button', { name: /batch-alerts/ });
    await channel.getByText('1 unread').waitFor();
    await channel.click();
    const card = messages().filter({ hasText: 'greedy' });
    await card
      .getByText(/out of memory/i)
      .first()
      .waitFor();
    await card.getByText(/ {2}Killed$/).waitFor();
    await channel.getByText('unread').waitFor({ state: 'detached' });
  });

  test('whoever may only look is refused, and the job goes on', async () => {
    await hang('precious');
    await known('precious status:active', 1);
    await open('user=ada&channel=general');
    await page.getByRole('button', { name: /^You are Ada Byron, operator/ }).click();
    await page.getByRole('menuitemradio', { name: /Vic Viewer/ }).click();
    await page.getByRole('button', { name: /^You are Vic Viewer, viewer/ }).waitFor();
    const refusal = await say('/batch cancel precious');
    await refusal.getByText('this needs the operator role').waitFor();
    expect(await refusal.getByRole('button', { name: /^Cancel/ }).count()).toBe(0);
    await known('precious status:active', 1);
  });

  test('the App Home shows what runs and what one may do', async () => {
    await hang('long-haul');
    await known('long-haul status:active', 1);
    await open('user=vic&channel=batchbot');
    await page.getByRole('tab', { name: 'Home' }).click();
    const home = page.getByRole('main');
    await home.getByText('Your role here: viewer').waitFor();
    await home.getByRole('button', { name: 'Search…' }).click();
    await page.getByRole('dialog', { name: /search/i }).waitFor();
  });

  test('the keyboard alone writes, opens a menu and chooses', async () => {
    await here.submit('typed', { LOCAL_LOG: 'no mouse here' });
    await known('typed status:succeeded', 1);
    await open('user=ada&channel=general');
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
    await page.keyboard.type('/batch search typed');
    await page.keyboard.press('Enter');
    const list = messages().filter({ hasText: /1 job that match.*"typed"/ });
    await list.waitFor();
    const onMenu = (): Promise<boolean> =>
      page.evaluate(
        () =>
          document.activeElement?.getAttribute('aria-label') === 'More actions' &&
          document.activeElement.closest('article')?.textContent?.includes('typed') === true,
      );
    for (let tabs = 0; tabs < 12 && !(await onMenu()); tabs += 1) await page.keyboard.press('Shift+Tab');
    expect(await onMenu()).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Job' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await messages().filter({ hasText: 'no mouse here' }).waitFor();
  });

  test('on a phone the channels are in a drawer and a list fits the width', async () => {
    const name = `NFCORE_RNASEQ_FASTQ_FASTQC_UMITOOLS_TRIMGALORE_${'SRR17276229_'.repeat(4)}end`;
    await hang(name);
    await known('TRIMGALORE status:active', 1);
    await open('user=ada&channel=general', 390);
    await page.getByRole('button', { name: 'Open the sidebar' }).click();
    await page.getByRole('button', { name: /genomics/ }).click();
    await page.getByRole('heading', { name: '#genomics' }).first().waitFor();
    const list = await say('/batch search TRIMGALORE');
    await list.getByText('1-1 of 1').waitFor();
    const edges = await page.evaluate(() => ({
      widest: Math.max(...[...document.querySelectorAll('main *')].map((one) => one.getBoundingClientRect().right)),
      scrolls: document.documentElement.scrollWidth,
    }));
    expect(edges.widest).toBeLessThanOrEqual(390);
    expect(edges.scrolls).toBe(390);
    const menu = await list.getByRole('button', { name: 'More actions' }).boundingBox();
    expect(menu?.height).toBeGreaterThanOrEqual(36);
  });
});
