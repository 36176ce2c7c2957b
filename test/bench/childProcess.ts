/** Processes that a benchmark starts: what is measured runs in one of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');

export interface Child {
  /** The first line that it printed. */
  line: string;
  /** From the call that started the process to that line, in ms. */
  firstLineMs: number;
  process: ChildProcess;
}

/**
 * Starts `node <args>` and waits for its first line; whatever it says on standard error is shown if it fails.
 * @throws when it ends without a line
 */
export function firstLine(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Child> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    // NODE_NO_WARNINGS: on Node 20 the AWS SDK asks for Node 22 on every start.
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, NODE_NO_WARNINGS: '1', ...env } });
    let out = '';
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const end = out.indexOf('\n');
      if (end >= 0) resolve({ line: out.slice(0, end), firstLineMs: performance.now() - began, process: child });
    });
    child.on('error', reject);
    child.on('close', (code) =>
      reject(new Error(`node ${args.join(' ')} ended with ${code} and no line\n${complaints}`)),
    );
  });
}

/** Runs TypeScript in a process of its own. */
export const firstLineOfSource = (path: string, env?: Readonly<Record<string, string>>): Promise<Child> =>
  firstLine(['--require', 'tsx/cjs', path], env);
