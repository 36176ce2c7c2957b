/** Keeps messages and Homes in a file, so that they survive a restart. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoredMessage } from './message';
import type { StoredView } from './view';
import type { World } from './world';

/** How long after a change the file is written, with all changes until then. */
const DELAY_MS = 500;

interface Saved {
  version: 1;
  messages: StoredMessage[];
  homes: StoredView[];
}

function load(file: string): Saved | undefined {
  try {
    const saved = JSON.parse(readFileSync(file, 'utf8')) as Saved;
    return saved.version === 1 ? saved : undefined;
  } catch {
    return undefined;
  }
}

/** Fills the world from the file, and keeps the file as the world changes. Gives what writes the last changes. */
export function keepState(world: World, file: string): () => void {
  const saved = load(file);
  if (saved) world.restore(saved);
  let timer: NodeJS.Timeout | undefined;
  const write = (): void => {
    timer = undefined;
    mkdirSync(dirname(file), { recursive: true });
    const state: Saved = { version: 1, ...world.snapshot() };
    // Written beside and renamed, so that a crash leaves the old file whole.
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  };
  const stop = world.onChange(() => {
    timer ??= setTimeout(write, DELAY_MS).unref();
  });
  return () => {
    stop();
    if (!timer) return;
    clearTimeout(timer);
    write();
  };
}
