/** What this process told a moment ago: what is so for hours is looked at each minute, and need not be written each minute. */
import type { Room } from '../../commands/command';
import type { Occurrence } from '../occasion';

/** So long it is not told again; a worker that did not live to tell it is made up for by then. */
const LATELY_MS = 5 * 60_000;
const MOST_REMEMBERED = 20_000;

const remembered = new WeakMap<Room['history'], Map<string, number>>();

const keyOf = (to: string, { occasion, member, told = '' }: Occurrence): string =>
  JSON.stringify([occasion, to, member, told]);

export function toldLately({ history }: Room) {
  const told = remembered.get(history) ?? new Map<string, number>();
  remembered.set(history, told);
  return {
    has: (to: string, occurrence: Occurrence, now: number): boolean =>
      now - (told.get(keyOf(to, occurrence)) ?? Number.NEGATIVE_INFINITY) < LATELY_MS,
    add(to: string, occurrence: Occurrence, now: number): void {
      if (told.size >= MOST_REMEMBERED) told.clear();
      told.set(keyOf(to, occurrence), now);
    },
    /** What was settled may be so again at once. */
    forget: (): void => told.clear(),
  };
}
