/** The occasion: the variable that should hold a job's timeout holds something else; told once a definition. */
import type { Room } from '../commands/command';
import type { Job } from '../jobs/job';
import { tell } from './incidents/tell';
import { type Occurrence, occasion } from './occasion';

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
  /** @throws when AWS refuses: the news is then given again */
  return async (job: Job): Promise<void> => {
    if (job.environmentTimeoutGarbage === undefined) return;
    const definition = (job.definition ?? job.name ?? job.id).replace(/:\d+$/, '');
    if (told.has(definition)) return;
    const { timeoutStops: stops } = room.history;
    if (!(await stops.wasGarbageTold(definition))) {
      const now = room.now();
      const waiting = await tell([garbageOf(job, definition, room.timeouts.variable, now)], room);
      // The next news of one of its jobs tells it.
      if (waiting.size > 0) return;
      await stops.garbageTold(definition, now);
    }
    told.add(definition);
  };
}
