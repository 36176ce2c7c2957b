/** How far a long work is: one line that renews itself on a terminal, a line every few seconds where nobody watches. */

export interface ProgressTarget {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /**
   * @param done things done so far
   * @param part of the whole, 0 to 1, where that is known
   * @param doing what is done at present, where there are several steps
   */
  tell(done: number, part?: number, doing?: string): void;
  /** Writes a line of its own above. */
  say(line: string): void;
  /** Takes the line away, or tells the last state where lines stay. */
  end(): void;
}

const TERMINAL_EVERY_MS = 100;
const LINES_EVERY_MS = 5_000;
/** The first moments tell nothing of the speed. */
const SPEED_AFTER_MS = 2_000;
const BAR_WIDTH = 20;
/** ECMA-48: erase to the end of the line. */
const ERASE_REST = '\u001b[K';

const many = (count: number): string => Math.round(count).toLocaleString('en-US');

/** @returns `40 s`, `12 min`, `3 h 5 min` */
export function roughTime(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param what the things that are counted, as a plural: `jobs imported` */
export function progressText(
  what: string,
  { done, part, doing }: { done: number; part?: number | undefined; doing?: string | undefined },
  elapsedMs: number,
): string {
  const known = part === undefined ? undefined : Math.min(1, Math.max(0, part));
  const filled = Math.floor((known ?? 0) * BAR_WIDTH);
  const pieces = [
    ...(known === undefined
      ? []
      : [`${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${Math.floor(known * 100)} %`]),
    `${many(done)} ${what}`,
  ];
  if (elapsedMs >= SPEED_AFTER_MS) {
    pieces.push(`${many(done / (elapsedMs / 1000))} a second`);
    if (known !== undefined && known > 0 && known < 1)
      pieces.push(`${roughTime((elapsedMs * (1 - known)) / known)} left`);
  }
  if (doing !== undefined) pieces.push(doing);
  return pieces.join(' · ');
}

export function progress(what: string, to: ProgressTarget = process.stderr, now: () => number = Date.now): Progress {
  const beganAt = now();
  const isTerminal = to.isTTY === true;
  let toldAt = isTerminal ? 0 : beganAt;
  let isShown = false;
  let last: (() => string) | undefined;

  function show(text: string): void {
    if (!isTerminal) return void to.write(`${text}\n`);
    to.write(`\r${text.slice(0, Math.max(20, (to.columns ?? 80) - 1))}${ERASE_REST}`);
    isShown = true;
  }
  function clear(): void {
    if (isShown) to.write(`\r${ERASE_REST}`);
    isShown = false;
  }
  return {
    tell(done, part, doing) {
      last = () => progressText(what, { done, part, doing }, now() - beganAt);
      if (now() - toldAt < (isTerminal ? TERMINAL_EVERY_MS : LINES_EVERY_MS)) return;
      toldAt = now();
      show(last());
    },
    say(line) {
      const again = isShown ? last : undefined;
      clear();
      to.write(`${line}\n`);
      if (again !== undefined) show(again());
    },
    end: clear,
  };
}
