/** A benchmark's own process, bundled as the Lambdas are: a compiler in it, or what they leave out, would be counted as the bot's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../infra/bundle';

/**
 * @param source a file's name beside this one, without `.ts`
 * @param work gets the bundle's path; it is removed after
 */
export async function withRunner<T>(source: string, work: (runner: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'batchbot-bench-'));
  try {
    await bundle({ [source]: join(__dirname, `${source}.ts`) }, folder);
    return await work(join(folder, source, 'index.js'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
