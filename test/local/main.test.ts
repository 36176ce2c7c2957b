/** Starting and ending the local world as people do: from a shell, with Ctrl-C. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const TSX = join(ROOT, 'node_modules', '.bin', 'tsx');

interface Run {
  process: ChildProcess;
  said(): string;
  /** The exit code. */
  ended: Promise<number | null>;
}

let folder: string;
const runs: Run[] = [];

/** In a process group of its own, as a shell starts what one types. */
function start(...flags: string[]): Run {
  const child = spawn(TSX, [join(ROOT, 'src', 'local', 'main.ts'), '--no-open', ...flags], {
    cwd: folder,
    detached: true,
    env: { ...process.env, CI: 'true' },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const run = { process: child, said: () => text, ended };
  runs.push(run);
  return run;
}

/** The terminal signals every process of the group. */
function press(signal: NodeJS.Signals, run: Run): void {
  const { pid } = run.process;
  if (pid !== undefined && run.process.exitCode === null) process.kill(-pid, signal);
}

async function ready(run: Run): Promise<string> {
  for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 50) {
    const address = /^ready (http:\/\/127\.0\.0\.1:\d+)$/m.exec(run.said())?.[1];
    if (address !== undefined) return address;
    if (run.process.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not ready: ${run.said()}`);
}

async function door(address: string, path: string, body?: object): Promise<{ messages: { plain: string }[] }> {
  const response = await fetch(
    `${address}/local/${path}`,
    body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
  );
  return (await response.json()) as { messages: { plain: string }[] };
}

const freePort = async (): Promise<{ port: number; close(): void }> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as { port: number }).port, close: () => server.close() };
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchbot-main-'));
});
afterEach(async () => {
  for (const run of runs.splice(0)) {
    press('SIGKILL', run);
    await run.ended;
  }
  await rm(folder, { recursive: true, force: true });
});

test('Ctrl-C ends it well; the next start goes on from there; --fresh forgets', async () => {
  const flags = ['--port', '0', '--aws-port', '0', '--jobs', '30', '--seed', '2', '--speed', '20'];
  const first = start(...flags);
  const address = await ready(first);
  await door(address, 'pause', {});
  await door(address, 'say', { user: 'ada', channel: 'general', text: 'remember me' });
  const search = { user: 'ada', channel: 'general', text: '/batch search since:60d until:1h' };
  const found = (await door(address, 'say', search)).messages[0]?.plain.split('\n').at(-2);
  expect(found).toMatch(/of \d+$/);

  const second = start('--port', '0', '--aws-port', '0', '--fresh');
  expect(await second.ended).toBe(1);
  expect(second.said()).toMatch(/already running, as process \d+/);

  press('SIGINT', first);
  expect(await first.ended).toBe(0);

  const again = start(...flags);
  const restarted = await ready(again);
  const { messages } = await door(restarted, 'channels/general');
  expect(messages.map(({ plain }) => plain)).toContain('remember me');
  expect((await door(restarted, 'say', search)).messages[0]?.plain.split('\n').at(-2)).toBe(found);
  press('SIGTERM', again);
  expect(await again.ended).toBe(0);

  const fresh = start(...flags, '--fresh', '--jobs', '0');
  const { messages: none } = await door(await ready(fresh), 'channels/general');
  expect(none).toEqual([]);
});

test('a taken port is said with the flag that chooses another; a wrong flag with what flags there are', async () => {
  const taken = await freePort();
  const starts = [
    { flags: ['--port', String(taken.port), '--aws-port', '0'], says: `Port ${taken.port} is taken.* --port <n>` },
    { flags: ['--port', '0', '--aws-port', String(taken.port)], says: `Port ${taken.port} is taken.* --aws-port <n>` },
    { flags: ['--speed', 'fast'], says: '--speed: ' },
    { flags: ['--sped', '2'], says: "'--sped'[\\s\\S]*--speed 1 " },
  ];
  const ended = starts.map(({ flags, says }) => ({ run: start(...flags), says }));
  for (const { run, says } of ended) {
    expect(await run.ended).toBe(1);
    expect(run.said()).toMatch(new RegExp(says));
    expect(run.said()).not.toMatch(/^\s+at /m);
  }
  taken.close();
});
