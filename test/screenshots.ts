/** `npm run screenshots`: plays the README's scenes in a browser, on a world of its own, and writes .github/images. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeJobsCommand, type SubmitJobCommandInput } from '@aws-sdk/client-batch';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { launchBrowser } from './browser';
import { type Scene, scene } from './scene';
import './setup';

const IMAGES = join(__dirname, '..', '.github', 'images');
/** Readers of a README have slow lines too. */
const LARGEST_BYTES = 400 * 1024;
const DESK = { width: 1120, height: 850 };
const PHONE = { width: 390, height: 844 };
const MINUTE_MS = 60_000;
/** A Thursday morning: the same pictures whenever they are taken. */
const STARTS_AT = Date.parse('2026-03-12T08:15:00Z');

/** The clock of everything here, Slack's signatures too: it ticks, and leaps where a scene would wait for an hour. */
let leapMs = 0;
const openedAt = Date.now();
const realNow = Date.now.bind(Date);
Date.now = () => STARTS_AT + leapMs + realNow() - openedAt;

type Submitted = Partial<SubmitJobCommandInput>;
const work = (step: string, submitter: string, more: Submitted = {}): Submitted => ({
  jobDefinition: `genomics-${step}`,
  tags: { submitter },
  ...more,
});

async function statusOf(here: Scene, id: string): Promise<string | undefined> {
  const { jobs } = await here.batch.send(new DescribeJobsCommand({ jobs: [id] }));
  return jobs?.[0]?.status;
}

const reaches = (here: Scene, id: string, status: string): Promise<true> =>
  here.until(`${id} to be ${status}`, async () => (await statusOf(here, id)) === status || undefined, 30_000);

/** Scenes run fifty times as fast as people live; this is a run time as the world's clock shows it. */
const runs = (minutes: number): { LOCAL_RUN_SECONDS: string } => ({ LOCAL_RUN_SECONDS: String(minutes * 60 * 50) });

/** The nightly run, a job a chromosome; a new job also wakes the timers of those that a leap has made due. */
const chromosomes = (here: Scene, outcome: string, numbers: number[]): Promise<string[]> =>
  Promise.all(
    numbers.map((chromosome) =>
      here.submit(
        `nightly-variants-chr${chromosome}`,
        { LOCAL_OUTCOME: outcome },
        work('call', chromosome > 3 ? 'ada' : 'elena'),
      ),
    ),
  );

/** A morning of a genomics team: one timed out, an array failed in part, one ran out of memory, and the nightly run goes on. */
async function morning(here: Scene): Promise<{ aligned: string }> {
  const late = await here.submit(
    'wgs-PT-1042-markdup',
    { LOCAL_OUTCOME: 'hang' },
    work('markdup', 'elena', { timeout: { attemptDurationSeconds: 2400 }, jobQueue: 'genomics-ondemand' }),
  );
  const array = await here.submit(
    'wgs-PT-1042-haplotypes',
    { LOCAL_OUTCOME: 'exit:1', LOCAL_FAIL_INDEXES: '7,19', ...runs(38.9) },
    work('call', 'elena', { arrayProperties: { size: 24 } }),
  );
  const aligned = await here.submit(
    'rnaseq-NA12878-align-3',
    { LOCAL_OUTCOME: 'oom', ...runs(42) },
    work('align', 'ada'),
  );
  const children = Array.from({ length: 24 }, (_, index) => `${array}:${index}`);
  await Promise.all([late, aligned, ...children].map((id) => reaches(here, id, 'RUNNING')));
  for (const [minutes, numbers, done] of [
    [39, [14, 13], array],
    [2, [12, 11], late],
    [2, [10], aligned],
  ] as const) {
    const before = here.alerts().length;
    leapMs += minutes * MINUTE_MS;
    await chromosomes(here, 'stuck', [...numbers]);
    await reaches(here, done, 'FAILED');
    await here.until('its alert', () => here.alerts().length > before || undefined, 20_000);
  }
  const running = await chromosomes(here, 'hang', [9, 8, 7, 6, 5, 4, 3, 2, 1]);
  await Promise.all(running.map((id) => reaches(here, id, 'RUNNING')));
  leapMs += 25 * MINUTE_MS;
  await here.until('the nightly run in the history', async () => {
    const [answer] = await here.vic.says('/batch search nightly status:active');
    return answer?.plain.includes('of 14') ? true : undefined;
  });
  return { aligned };
}

async function open(browser: BrowserContext, here: Scene, query: string, viewport = DESK): Promise<Page> {
  const page = await browser.newPage();
  await page.setViewportSize(viewport);
  page.setDefaultTimeout(10_000);
  await page.clock.setFixedTime(Date.now());
  await page.goto(`${here.world.slack.url}/?user=ada&${query}`);
  await page.getByRole('main').waitFor();
  return page;
}

const answers = (page: Page): Locator => page.getByRole('log').getByRole('article');

/** Types a command and waits for its whole answer. */
async function say(page: Page, text: string): Promise<Locator> {
  const before = await answers(page).count();
  const box = page.getByRole('main').getByRole('combobox');
  await box.fill(text);
  await box.press('Enter');
  const answer = answers(page).nth(before);
  await answer.waitFor();
  await page.getByText('batchbot is working').waitFor({ state: 'detached' });
  await box.press('ArrowUp');
  return answer;
}

async function shoot(page: Page, name: string): Promise<void> {
  const path = join(IMAGES, `${name}.png`);
  await page.mouse.move(0, 0);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  const { size } = await stat(path);
  if (size > LARGEST_BYTES) throw new Error(`${name}.png has ${size} bytes; ${LARGEST_BYTES} at most`);
  process.stdout.write(`${name}.png  ${Math.round(size / 1024)} KiB\n`);
  await page.close();
}

async function shootAll(browser: BrowserContext, here: Scene): Promise<void> {
  const { aligned } = await morning(here);
  const cancel = await open(browser, here, 'channel=genomics');
  const preview = await say(cancel, '/batch cancel nightly');
  await preview.getByRole('textbox', { name: 'Reason' }).fill('wrong reference genome');
  await preview.getByRole('button', { name: /^Cancel \d+ jobs$/ }).click();
  await cancel.getByRole('dialog').waitFor();
  await shoot(cancel, 'cancel');

  const search = await open(browser, here, 'channel=genomics');
  await say(search, '/batch search status:failed since:24h');
  await shoot(search, 'search');

  const logs = await open(browser, here, 'channel=general');
  await say(logs, `/batch logs ${aligned}`);
  await shoot(logs, 'logs');

  const alerts = await open(browser, here, 'channel=batch-alerts');
  await answers(alerts).nth(2).waitFor();
  await shoot(alerts, 'alert');

  const home = await open(browser, here, 'channel=batchbot&tab=home');
  await home.getByRole('button', { name: 'Search…' }).waitFor();
  await shoot(home, 'home');

  const phone = await open(browser, here, 'channel=batchbot', PHONE);
  await say(phone, '/batch search align status:failed since:2d');
  await shoot(phone, 'phone');
}

async function main(): Promise<void> {
  await mkdir(IMAGES, { recursive: true });
  const here = await scene({ seed: 1, jobs: 5000 });
  const browser = await launchBrowser();
  try {
    const { sweeps } = here.world.app.room.history;
    await here.until('the past week in the history', async () => (await sweeps.get()).fullEndedAt);
    await shootAll(await browser.newContext({ deviceScaleFactor: 1.5, colorScheme: 'light' }), here);
  } finally {
    await browser.close();
    await here.end();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
