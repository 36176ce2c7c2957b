import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../src/commands/run';
import { ingest } from '../../src/history/ingest';
import type { Job } from '../../src/jobs/job';
import type { Message } from '../../src/local/slack/server';
import { type Scene, scene } from '../scene';
import { lines, only, writtenLog } from './writtenLog';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const withFile = (messages: readonly Message[], name: RegExp) =>
  messages
    .flatMap((message) => (message.files ?? []).map((file) => ({ file, message })))
    .findLast(({ file }) => name.test(file.name));

const bytesOf = async (url: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(`${here.world.slack.url}${url}`)).arrayBuffer());

test('the whole log comes as a file in a direct message, with full times, colours gone and no line cut', async () => {
  const long = 'z'.repeat(200_000);
  const { id } = await writtenLog(
    here,
    [...lines(2_000), { at: Date.now() - 1_000, text: `\u001b[32m${long}\u001b[0m` }],
    {
      jobName: 'whole <log>',
    },
  );
  const page = only(await here.ada.says(`/batch logs ${id}`));
  const answer = (await here.ada.presses('Whole log', page)).at(-1);
  expect(answer?.plain).toContain('The log of whole <log>: 2,001 lines');
  expect(answer?.plain).toContain('The file is in our direct messages.');
  expect(answer?.ephemeral_to).toBe('U0ADA00001');
  const sent = withFile(here.world.slack.dm('ada'), /^whole_log_/);
  expect(sent?.file.name).toBe(`whole_log_.${id.slice(0, 8)}.log`);
  expect(sent?.message.plain).toContain('The log of whole <log>: 2,001 lines');
  expect(here.world.slack.channel('general').filter(({ files }) => files?.length)).toEqual([]);
  const text = (await bytesOf(sent?.file.url ?? '')).toString();
  const read = text.trimEnd().split('\n');
  expect(read).toHaveLength(2_001);
  expect(read[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z line 1$/);
  expect(read.at(-1)?.slice(25)).toBe(long);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('batchbot-spool-'))).toEqual([]);
});

test('a part, or the lines that match, come as a file, too; share puts it into the channel', async () => {
  const { id } = await writtenLog(here, lines(50), { jobName: 'partly' });
  const answer = (await here.ada.says(`/batch logs ${id} file grep:"LINE 4" share`)).at(-1);
  expect(answer?.plain).toContain('Lines with "LINE 4" in the log of partly: 11 lines');
  const sent = withFile(here.world.slack.channel('general'), /^partly/);
  expect((await bytesOf(sent?.file.url ?? '')).toString()).toMatch(/^\S+ line 4\n\S+ line 40\n[\s\S]*line 49\n$/);
  expect(only(await here.ada.says(`/batch logs ${id} grep:nowhere file`)).plain).toContain('There are no such lines.');
});

test('an empty log, and one that is gone, are told in place of a file', async () => {
  const empty = await writtenLog(here, []);
  expect(only(await here.ada.says(`/batch logs ${empty.id} file`)).plain).toContain('Its log is empty');
  await empty.drop();
  expect(only(await here.ada.says(`/batch logs ${empty.id} file`)).plain).toContain(
    'it was deleted, or the container could not write to it',
  );
});

test('logs of several jobs come as one zip that other programs read, with a list of those that have none', async () => {
  const logs = [
    await writtenLog(
      here,
      lines(3, (n) => `first ${n}`),
      { jobName: 'zipped' },
    ),
    await writtenLog(
      here,
      lines(1_500, (n) => `second ${n} äöü`),
      { jobName: 'zipped' },
    ),
    await writtenLog(here, [], { jobName: 'zipped-empty' }),
  ];
  const answer = (await here.ada.says('/batch logs zipped file')).at(-1);
  expect(answer?.plain).toContain('The logs of 2 jobs: 1,503 lines');
  expect(answer?.plain).toContain('1 job has none; contents.txt in it says why.');
  const sent = withFile(here.world.slack.dm('ada'), /\.zip$/);
  expect(sent?.file.mimetype).toBe('application/zip');
  const folder = mkdtempSync(join(tmpdir(), 'zipped-'));
  try {
    const path = join(folder, 'logs.zip');
    writeFileSync(path, await bytesOf(sent?.file.url ?? ''));
    const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps({i.filename: z.read(i).decode() for i in z.infolist()}))`;
    const files: Record<string, string> = JSON.parse(
      execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }),
    );
    const names = logs.slice(0, 2).map(({ id }) => `succeeded.zipped.${id.slice(0, 8)}.log`);
    expect(Object.keys(files).sort()).toEqual([...names, 'contents.txt'].sort());
    expect(files[names[0] ?? '']).toMatch(/^\S+ first 0\n\S+ first 1\n\S+ first 2\n$/);
    expect(files[names[1] ?? '']?.trimEnd().split('\n').at(-1)).toMatch(/ second 1499 äöü$/);
    expect(files['contents.txt']).toContain('zipped-empty');
    expect(files['contents.txt']).toContain('the log is empty');
  } finally {
    rmSync(folder, { recursive: true });
  }
  const [one, two] = logs.map(({ id }) => id);
  expect((await here.ada.says(`/batch logs ${one} ${two} file`)).at(-1)?.plain).toContain('The logs of 2 jobs');
});

test('more jobs than a zip takes come in parts', async () => {
  const now = Date.now();
  const { room } = here.world.app;
  const { id } = await writtenLog(here, lines(3), { jobName: 'plenty', createdAt: now - 1_000 });
  const jobs = Array.from(
    { length: 501 },
    (_, n): Job => ({
      id: `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
      name: 'plenty',
      queue: 'q',
      status: 'FAILED',
      statusReason: 'Task failed to start',
      createdAt: now - 60_000 - n,
      stoppedAt: now,
      attempts: [],
      entered: {},
      seenAt: now,
      whole: true,
    }),
  );
  for (let at = 0; at < jobs.length; at += 25)
    await Promise.all(jobs.slice(at, at + 25).map((job) => ingest(room.history.jobs, job, room.now)));
  await here.until('all', async () =>
    only(await here.ada.says('/batch search plenty')).plain.includes('502 jobs') ? true : undefined,
  );
  const first = (await here.ada.says('/batch logs plenty file')).at(-1);
  expect(first?.plain).toContain('The logs of 1 job: 3 lines');
  expect(first?.plain).toContain('That is up to job 500 of 502 that match.');
  expect(first?.plain).toMatch(/^plenty$/m);
  const second = first && (await here.ada.presses('Next part', first)).at(-1);
  expect(second?.plain).toContain('None of 2 logs can be had.');
  expect((await here.ada.says(`/batch logs ${id} plenty file`)).at(-1)?.plain).not.toContain('Next part');
});

test('a search without jobs, and one without words, are refused', async () => {
  const none = only(await here.ada.says('/batch logs nothing-is-called-so file')).plain;
  expect(none).toContain('No job matches nothing-is-called-so.');
  expect(none).toContain('[/batch search nothing-is-called-so]');
  expect(only(await here.ada.says('/batch logs --file')).plain).toContain('Which logs?');
});

test('a channel that the bot can not see is told with what helps, and nothing is left on the disk', async () => {
  const { id } = await writtenLog(here, lines(3));
  const { room } = here.world.app;
  const request = { kind: 'command', id: `share-${id}`, typed: true, replace: false, inputs: {} } as const;
  const asked = { ...request, text: `logs ${id} file share`, user: { id: 'U0ADA00001', name: 'ada' } };
  const shared = runCommand({ ...asked, channel: { id: 'C0NOWHERE1', name: 'nowhere' } }, room, () => 60_000);
  await expect(shared).rejects.toThrow('invite me, or leave out share, and the file comes in a direct message');
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('batchbot-spool-'))).toEqual([]);
});

test('a log deleted while it is read is cut there, and said to be; what was read is sent', async () => {
  const text = 'w'.repeat(900);
  const log = await writtenLog(
    here,
    lines(900, (n) => `${n} ${text}`),
    { jobName: 'vanishing' },
  );
  await log.write(lines(900, (n) => `${n + 900} ${text}`));
  const { logs } = here.world.app.room;
  const { pages } = logs;
  logs.pages = async function* (...asked) {
    for await (const page of pages(...asked)) {
      yield page;
      await log.drop();
    }
  };
  try {
    const answer = (await here.ada.says(`/batch logs ${log.id} file`)).at(-1);
    expect(answer?.plain).toContain('A part of the log of vanishing');
    expect(answer?.plain).toContain('The log was deleted while I read it: the rest is gone.');
  } finally {
    logs.pages = pages;
  }
});
