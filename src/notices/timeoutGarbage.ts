/** The occasion: the variable that should hold a job's timeout holds something else; told once a definition. */
import type { Room } from '../commands/command';
import type { Job } from '../jobs/job';
import { MOST_AGE_MS, tell } from './incidents/tell';
import { type Occurrence, occasion } from './occasion';
import { destinations } from './routing/destinations';
import { mutedBy } from './routing/muted';

/** Whether somebody wants to hear of a definition's slip is asked so often, however many jobs come with it. */
const ASKED_AGAIN_MS = 60_000;

export const timeoutGarbage = occasion({
  name: 'timeout-garbage',
  summary: 'a definition’s jobs have a timeout that is no number of seconds, and is ignored',
  isOn: true,
});

/** @param definition without its revision: a new revision with the same slip is the same slip */
function garbageOf(job: Job, definition: string, variable: string, at: number): Occurrence {
  return {
    occasion: timeoutGarbage.name,
    severity: 'normal',
    at,
    subject: { kind: 'definition', name: definition },
    queue: job.queue,
    cause: { key: 'garbage', identity: 'timeout garbage', headline: `${variable} is no number of seconds` },
    member: definition,
    told: `${variable} is “${job.environmentTimeoutGarbage}” in ${job.name ?? job.id}: no whole number of seconds above 0, so it is ignored, and none of these jobs is stopped for it. Set it to seconds (\`7200\` for 2 h), or take it away.`,
  };
}

/** Tells of the garbage that jobs come with, once a definition; remembers in this process which were told. */
export function garbageTeller(room: Room) {
  const told = new Set<string>();
  /** When (ms) nobody wanted to hear of it. */
  const unwanted = new Map<string, number>();

  /** Somebody is told of it who has not muted it. */
  async function isWanted(news: Occurrence): Promise<boolean> {
    const mutes = (await destinations(news, room)).map(({ to }) => mutedBy(news, to, room));
    return (await Promise.all(mutes)).some((mute) => mute === undefined);
  }

  /**
   * @param at when the news came about, by AWS's clock (ms)
   * @throws when AWS refuses: the news is then given again
   */
  return async (job: Job, at: number): Promise<void> => {
    if (job.environmentTimeoutGarbage === undefined || room.now() - at > MOST_AGE_MS) return;
    const definition = (job.definition ?? job.name ?? job.id).replace(/:\d+$/, '');
    if (told.has(definition)) return;
    const { timeoutStops: stops } = room.history;
    if (!(await stops.wasGarbageTold(definition))) {
      const now = room.now();
      if (now - (unwanted.get(definition) ?? 0) < ASKED_AGAIN_MS) return;
      const news = garbageOf(job, definition, room.timeouts.variable, now);
      const isHeard = await isWanted(news);
      const waiting = await tell([news], room);
      // It stays to be told when it is switched on, or the mute ends.
      if (!isHeard) return void unwanted.set(definition, now);
      // The next news of one of its jobs tells it.
      if (waiting.size > 0) return;
      await stops.garbageTold(definition, now);
    }
    told.add(definition);
  };
}
