/** Ends a long-running process cleanly on Ctrl-C or a termination, once. */

/** A second signal within this time is the first one again; a later one is impatience. */
const SAME_SIGNAL_MS = 1_000;

/**
 * @param stop ends what runs; the process then exits with 0, or with 1 and the error on standard error if it throws
 */
export function stopOnSignal(stop: () => Promise<void>): void {
  let since: number | undefined;
  const end = () => {
    if (since !== undefined) {
      // One Ctrl-C comes twice: from the terminal to the whole group, and passed on by the program that runs this one.
      if (Date.now() - since > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    since = Date.now();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}
