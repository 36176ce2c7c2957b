/** A benchmark's own process, made as the worker's bundle is: a compiler in it would be counted as the bot's memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * @param source a file's name beside this one, without `.ts`
 * @param work gets the bundle's path; it is removed after
 */
export async function withRunner<T>(source: string, work: (runner: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'batchbot-bench-'));
  const runner = join(folder, `${source}.js`);
  try {
    await build({
      entryPoints: [join(__dirname, `${source}.ts`)],
      outfile: runner,
      bundle: true,
      platform: 'node',
      mainFields: ['module', 'main'],
      format: 'cjs',
      logLevel: 'error',
    });
    return await work(runner);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
