/**
 * A file on disk for what is to be uploaded: Slack wants to know a file's length before its first byte
 * (https://docs.slack.dev/reference/methods/files.getUploadURLExternal), and to read a log twice, once only to count, would
 * double the calls to CloudWatch.
 */
import { type FileHandle, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A Lambda has 512 MB in /tmp unless it is given more (https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html);
 * one worker takes one request at a time.
 */
export const MOST_SPOOL_BYTES = 400 * 1024 * 1024;
const PREFIX = 'batchbot-spool-';
/** What a worker that died left behind is older than any worker lives. */
const ABANDONED_MS = 15 * 60_000;

export interface Spool {
  path: string;
  bytes(): number;
  write(chunk: string | Uint8Array): Promise<void>;
  /** No more will be written. */
  close(): Promise<void>;
  /** Closes it, and takes it from the disk. */
  remove(): Promise<void>;
}

async function sweep(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(folder, name);
    const known = await stat(path).catch(() => undefined);
    if (known !== undefined && now - known.mtimeMs > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
}

export async function openSpool(now: number): Promise<Spool> {
  await sweep(tmpdir(), now);
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  const path = join(folder, 'file');
  let handle: FileHandle | undefined = await open(path, 'w');
  let bytes = 0;
  const close = async (): Promise<void> => {
    const closing = handle;
    handle = undefined;
    await closing?.close();
  };
  return {
    path,
    bytes: () => bytes,
    async write(chunk) {
      const buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      bytes += buffer.byteLength;
      await handle?.writeFile(buffer);
    },
    close,
    async remove() {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
