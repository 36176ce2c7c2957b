/** What a container's exit code means, by the shell's and Docker's conventions. */

const MEANINGS: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'the command itself reported an error',
  2: 'the command was called wrongly, or reported an error',
  125: 'Docker itself failed',
  126: 'the command was found but can’t be executed',
  127: 'the command was not found',
  128: 'the command ended with an exit code that is none',
};

/** Codes above 128 are 128 + the signal (POSIX shells; Docker does the same). */
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP: its terminal went away',
  2: 'SIGINT: interrupted',
  3: 'SIGQUIT: asked to quit',
  4: 'SIGILL: a CPU instruction that this machine does not have',
  6: 'SIGABRT: it gave up, often on a failed assertion',
  7: 'SIGBUS: broken memory access',
  8: 'SIGFPE: arithmetic error',
  9: 'SIGKILL: killed, most often for memory',
  11: 'SIGSEGV: crashed on a bad memory access',
  13: 'SIGPIPE: wrote to something that was closed',
  14: 'SIGALRM: its own alarm went off',
  15: 'SIGTERM: asked to end',
  24: 'SIGXCPU: used up its CPU time',
  25: 'SIGXFSZ: wrote too large a file',
};

export function exitMeaning(code: number): string {
  const known = MEANINGS[code];
  if (known !== undefined) return known;
  if (code > 128 && code < 193) return SIGNALS[code - 128] ?? `ended by signal ${code - 128}`;
  return 'the command’s own error code';
}
