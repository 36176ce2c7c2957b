/** Lets what many ask for at once be done once for all of them: in a storm each of a thousand failures marks the same card. */
import type { Room } from '../../commands/command';

interface Round {
  running: Promise<void>;
  /** Begins when the one that runs has ended: whoever comes now is seen by it. */
  next: Promise<void> | undefined;
}

const rounds = new WeakMap<Room['history'], Map<string, Round>>();

/**
 * @param work is begun after this call, so that it sees all that was written before
 * @throws what the work throws, to everybody who waits for it
 */
export async function together({ history }: Room, key: string, work: () => Promise<void>): Promise<void> {
  const all = rounds.get(history) ?? new Map<string, Round>();
  rounds.set(history, all);
  const begin = (): Promise<void> => {
    const round: Round = { running: work(), next: undefined };
    all.set(key, round);
    const end = (): void => {
      if (all.get(key) === round && round.next === undefined) all.delete(key);
    };
    round.running.then(end, end);
    return round.running;
  };
  const round = all.get(key);
  if (round === undefined) return await begin();
  round.next ??= round.running.then(begin, begin);
  return await round.next;
}
