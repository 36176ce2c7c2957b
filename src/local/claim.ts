/** Whether a world may start here: its ports must be free, and no other process may keep its world in the same folder. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** A start that cannot be; the message says what to do instead. */
export class ClaimError extends Error {}

const claimFile = (folder: string): string => join(folder, 'running.pid');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Signal 0 only asks: EPERM is the answer for somebody else's process, ESRCH for none.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The process that keeps its world in the folder, if one does; what a killed process left behind does not count. */
function holderOf(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(claimFile(folder), 'utf8'));
    return Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** @throws ClaimError while another process keeps its world there: LevelDB takes one at a time */
export function checkFolder(folder: string): void {
  const pid = holderOf(folder);
  if (pid === undefined) return;
  throw new ClaimError(
    `The world in ${folder} is already running, as process ${pid}. End that one first, or start this one in another folder.`,
  );
}

/** Marks the folder as this process's; the function that comes back gives it up. */
export function claimFolder(folder: string): () => void {
  writeFileSync(claimFile(folder), String(process.pid));
  return () => rmSync(claimFile(folder), { force: true });
}

/** @throws ClaimError naming the flag that chooses another port */
export async function checkPort(port: number, flag: string): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is taken' : `can't be used (${error.code ?? error.message})`;
      reject(new ClaimError(`Port ${port} ${why}. Choose another one: npm start -- ${flag} <n>`));
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}
