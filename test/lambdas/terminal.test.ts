/** The commands of a person's terminal as processes of their own: what they print, where to, and how they end. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { build } from 'esbuild';
import { type LocalTables, localTables } from '../history/transfer/localTable';

const DOORS = ['import', 'export', 'reindex'] as const;
type Door = (typeof DOORS)[number];

let tables: LocalTables;
let folder: string;
beforeAll(async () => {
  tables = await localTables();
  folder = await mkdtemp(join(tmpdir(), 'batchbot-transfer-'));
  // As one file each they start three times as fast as through the compiler that `npm run` puts before them.
  await build({
    entryPoints: DOORS.map((door) => join(__dirname, '../../src/lambdas', `${door}.ts`)),
    outdir: folder,
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
});
afterAll(async () => {
  await tables.close();
  await rm(folder, { recursive: true });
});

interface Ended {
  code: number | null;
  out: string;
  told: string;
}

interface Running {
  input?: string;
  env?: Record<string, string>;
  /** Called with what was told so far. */
  onTold?: (told: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** Reads the first piece of the output, and closes the pipe. */
  readsOnce?: boolean;
}

function run(
  door: Door,
  args: readonly string[],
  { input, env = {}, onTold, readsOnce }: Running = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, `${door}.js`), ...args], {
      cwd: join(__dirname, '../..'),
      env: { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', NODE_NO_WARNINGS: '1', ...env },
    });
    const ended: Ended = { code: null, out: '', told: '' };
    child.stdout.on('data', (data) => {
      ended.out += data;
      if (readsOnce === true) child.stdout.destroy();
    });
    child.stderr.on('data', (data) => {
      ended.told += data;
      onTold?.(ended.told, (signal) => child.kill(signal));
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
    child.stdin.end(input ?? '');
  });
}

const here = (table: string): string[] => ['--local', '--aws-port', String(tables.port), '--table', table];
const line = (n: number, rest: object = {}): string =>
  JSON.stringify({
    id: `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`,
    status: 'FAILED',
    createdAt: 1_700_000_000_000 + n,
    name: `align-${n}`,
    ...rest,
  });

test('a file goes in, again changes nothing, is packed anew, and comes out whole or as a search', async () => {
  const { table } = await tables.open();
  const file = join(folder, 'jobs.jsonl');
  await writeFile(file, Array.from({ length: 30 }, (_, n) => `${line(n)}\n`).join(''));

  const dry = await run('import', [file, '--dry-run', ...here(table)]);
  expect(dry).toMatchObject({ code: 0, out: expect.stringMatching(/^30 jobs would be added, 0 would be changed/) });
  const first = await run('import', [file, ...here(table)]);
  expect(first.code).toBe(0);
  expect(first.out).toContain(`30 jobs added, 0 changed, 0 known already. table ${table} at http://127.0.0.1:`);
  expect((await run('import', ['-', ...here(table)], { input: `${line(3)}\n` })).out).toMatch(
    /^0 jobs added, 0 changed, 1 known/,
  );
  expect(await run('reindex', here(table))).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^30 jobs are packed anew/),
  });

  const all = await run('export', here(table));
  expect(all.code).toBe(0);
  const lines = all.out.trimEnd().split('\n');
  expect(lines).toHaveLength(30);
  for (const each of lines) expect(JSON.parse(each)).toMatchObject({ v: 1, status: 'FAILED' });
  expect(all.told).toMatch(/^30 jobs from table /m);
  const found = await run('export', ['align-2', 'status:failed', ...here(table)]);
  expect(found.out.split('\n').flatMap((each) => (each === '' ? [] : [JSON.parse(each).name]))).toEqual(
    [29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 2].map((n) => `align-${n}`),
  );

  const { table: other } = await tables.open();
  await run('import', ['-', ...here(other)], { input: all.out });
  expect((await run('export', here(other))).out.split('\n').sort()).toEqual(all.out.split('\n').sort());
});

test('each command asks for no more than the permissions that the README lists', async () => {
  const { table } = await tables.open();
  const readme = await readFile(join(__dirname, '../../README.md'), 'utf8');
  const listed = (command: string): string[] => {
    const row = readme.split('\n').find((each) => each.startsWith(`| \`${command}\` | \``));
    return [...(row ?? '').matchAll(/`([A-Z]\w+)`/g)].map(([, action]) => action ?? '');
  };
  // Enough to be packed.
  const input = Array.from({ length: 1_100 }, (_, n) => line(n)).join('\n');
  const commands: [command: string, door: Door, args: string[]][] = [
    ['import --dry-run', 'import', ['-', '--dry-run']],
    ['import', 'import', ['-']],
    ['export', 'export', []],
    ['export', 'export', ['align-7 status:failed']],
    ['reindex', 'reindex', []],
  ];
  for (const [command, door, args] of commands) {
    tables.asked.clear();
    expect((await run(door, [...args, ...here(table)], { input })).code).toBe(0);
    expect(tables.asked.size).toBeGreaterThan(0);
    expect([...tables.asked].filter((operation) => !listed(command).includes(operation))).toEqual([]);
  }
}, 120_000);

test('one is one, and RETENTION_DAYS counts for the local table too', async () => {
  const { table } = await tables.open();
  const input = line(1, { stoppedAt: 1_700_000_000_005 });
  const old = await run('import', ['-', ...here(table)], {
    input,
    env: { RETENTION_DAYS: '30', DYNAMODB_TABLE: 'other' },
  });
  expect(old.out).toMatch(/^0 jobs added, 0 changed, 0 known already; 1 ended longer ago than the history is kept\. /);
  const kept = await run('import', ['-', ...here(table)], { input: `${input}\n{}` });
  expect(kept.out).toMatch(/^1 job added, 0 changed, 0 known already; 1 bad line was left out\. /);
  expect((await run('export', here(table))).told).toMatch(/^1 job from table /m);
});

test('bad lines are told with their numbers, the others are taken in, and the end is not a success', async () => {
  const { table } = await tables.open();
  const input = [line(1), '{"id":1}', line(2, { parameters: {} }), line(3, { parameters: {} })].join('\n');
  const { code, out, told } = await run('import', ['-', ...here(table)], { input });
  expect(code).toBe(1);
  expect(out).toContain('3 jobs added, 0 changed, 0 known already; 1 bad line was left out.');
  expect(told).toContain('line 2: id: expected string');
  expect(told.match(/parameters means nothing here/g)).toHaveLength(1);
});

test('Ctrl-C ends an import cleanly, says how to go on, and the same command goes on', async () => {
  const { table } = await tables.open();
  const file = join(folder, 'long.jsonl');
  // The complaint of the second line tells that the work is under way.
  await writeFile(
    file,
    `${line(0)}\nnonsense\n${Array.from({ length: 5_000 }, (_, n) => `${line(n + 1)}\n`).join('')}`,
  );
  const stopped = await run('import', [file, ...here(table)], {
    onTold: (told, kill) => {
      if (told.includes('line 2: this is not JSON')) kill('SIGINT');
    },
  });
  expect(stopped.code).toBe(130);
  expect(stopped.out).toMatch(/Stopped before the end of the file\. Run the same command again/);
  const added = Number(/^([\d,]+) jobs added/.exec(stopped.out)?.[1]?.replace(',', ''));
  expect(added).toBeLessThan(5_000);
  const again = await run('import', [file, '--dry-run', ...here(table)]);
  expect(again.out).toContain(`${added.toLocaleString('en-US')} known already`);
});

test('a reader that has enough ends an export quietly', async () => {
  const { table } = await tables.open();
  const input = Array.from({ length: 700 }, (_, n) => line(n, { command: ['x'.repeat(500)] })).join('\n');
  await run('import', ['-', ...here(table)], { input });
  const { code, out, told } = await run('export', here(table), { readsOnce: true });
  expect({ code, told }).toEqual({ code: 0, told: '' });
  expect(out).toMatch(/^\{"v":1,/);
});

describe('a sentence with the next step, and no stack, for', () => {
  const refused = async (door: Door, args: string[], env: Record<string, string> = {}) => {
    const { code, out, told } = await run(door, args, { env });
    expect(told).not.toMatch(/^\s+at /m);
    expect(out).toBe('');
    return { code, told };
  };

  test.each<[string, Door, string[], number, string]>([
    ['no file', 'import', [], 2, 'Name one file to import.'],
    ['an unknown flag', 'export', ['--tabel', 'x'], 2, 'There is no option --tabel. Did you mean --table?'],
    ['a flag with a slip', 'import', ['--dryrun', 'x'], 2, 'There is no option --dryrun. Did you mean --dry-run?'],
    ['a flag without its value', 'export', ['--table'], 2, "Option '--table <value>' argument missing."],
    ['two files', 'import', ['a', 'b'], 2, 'Name one file to import.'],
    ['a port without --local', 'reindex', ['--aws-port', '1'], 2, '--aws-port goes with --local.'],
  ])('%s: its usage', async (_, door, args, code, sentence) => {
    const ended = await refused(door, args);
    expect(ended.code).toBe(code);
    expect(ended.told).toContain(sentence);
    expect(ended.told).toContain(`npm run${door === 'export' ? ' -s' : ''} ${door} --`);
  });

  test('a file that is not there', async () => {
    expect(await refused('import', ['nowhere.jsonl', '--local'])).toEqual({
      code: 1,
      told: 'There is no file nowhere.jsonl.\n',
    });
    expect((await refused('import', [folder, '--local'])).told).toMatch(/is a folder: name a file\.\n$/);
  });

  test('a table that is not there', async () => {
    const { code, told } = await refused('export', here('no-such-table'));
    expect(code).toBe(1);
    expect(told).toMatch(/^There is no table no-such-table at http:\S+ name it with --table/);
  });

  test('a local world that does not run', async () => {
    // Nothing listens on the port of tcpmux.
    expect((await refused('export', ['--local', '--aws-port', '1'])).told).toMatch(
      /^Nothing answers for table batchbot at http:\/\/127\.0\.0\.1:1: .* npm start running/,
    );
  });

  test('no credentials, and no region', async () => {
    const file = join(folder, 'one.jsonl');
    await writeFile(file, line(1));
    expect((await refused('import', [file, '--region', 'eu-west-1'])).told).toMatch(/No AWS credentials were found: /);
    expect((await refused('export', [])).told).toMatch(/^No AWS region is set: /);
  });

  test('a damaged index, which reindex mends', async () => {
    const { table, history } = await tables.open();
    const jobs = Array.from({ length: 20 }, (_, n) => line(n)).join('\n');
    await run('import', ['-', ...here(table)], { input: jobs });
    await history.pack({ now: Date.now, remainingMs: () => 60_000, leastJobs: 1 });
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${tables.port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const doc = DynamoDBDocumentClient.from(client);
    const { Items = [] } = await doc.send(new ScanCommand({ TableName: table }));
    const texts = Items.filter(({ pk, sk }) => String(pk).startsWith('SEGMENT#') && sk === 'text');
    expect(texts.length).toBeGreaterThan(0);
    for (const item of texts) {
      const bytes = Uint8Array.from(item.bytes as Uint8Array);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      await doc.send(new PutCommand({ TableName: table, Item: { ...item, bytes } }));
    }
    client.destroy();
    const { code, told } = await refused('export', ['align', ...here(table)]);
    expect(code).toBe(1);
    expect(told).toMatch(
      /^Item SEGMENT#\S+ \/ text of the search index can't be read: its checksum is wrong\. `npm run reindex` rebuilds the index from the jobs\.\n$/,
    );
    expect((await run('reindex', here(table))).code).toBe(0);
    expect((await run('export', ['align', ...here(table)])).out.trimEnd().split('\n')).toHaveLength(20);
  });

  test('a search that makes no sense', async () => {
    expect((await refused('export', ['sort:size', '--local'])).told).toMatch(/^I can't sort by "size"/);
  });
});

test('--help of each tells its usage', async () => {
  const usages = await Promise.all(DOORS.map((door) => run(door, ['--help'])));
  for (const { code, out } of usages) {
    expect(code).toBe(0);
    expect(out).toMatch(/--table NAME/);
  }
});
