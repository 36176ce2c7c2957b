/**
 * The occasion: the variable that should hold a job's timeout holds something else; told once a definition, until its jobs
 * have a timeout, and of those that have one only now and then once a day.
 */
import type { Room } from '../commands/command';
import type { ToldGarbage } from '../history/records/timeoutStops';
import type { Job } from '../jobs/job';
import { settle } from './incidents/settle';
import { MOST_AGE_MS, tell } from './incidents/tell';
import { type Occurrence, occasion } from './occasion';
import { destinations } from './routing/destinations';
import { mutedBy } from './routing/muted';

/** Whether somebody wants to hear of a definition's slip is asked so often, however many jobs come with it. */
const ASKED_AGAIN_MS = 60_000;
/** Definitions that one process remembers. */
const MOST_REMEMBERED = 5_000;

export const timeoutGarbage = occasion({
  name: 'timeout-garbage',
  summary: 'a definition’s jobs have a timeout that is no number of seconds, and is ignored',
  isOn: true,
});

/** Where some of a definition's jobs have a timeout and others garbage, it is told so often at most. */
const TOLD_AGAIN_MS = 24 * 3_600_000;

/** Without its revision: a new revision with the same slip is the same slip. */
export const definitionOf = ({ definition, name, id }: Pick<Job, 'definition' | 'name' | 'id'>): string =>
  (definition ?? name ?? id).replace(/:\d+$/, '');

function garbageOf(job: Job, definition: string, variable: string, at: number): Occurrence {
  return {
    occasion: timeoutGarbage.name,
    severity: 'normal',
    at,
    subject: { kind: 'definition', name: definition },
    queue: job.queue,
    cause: { key: 'garbage', identity: 'timeout garbage', headline: `${variable} is no number of seconds` },
    member: definition,
    job,
    told: `${variable} is “${job.environmentTimeoutGarbage}” in ${job.name ?? job.id}: no whole number of seconds above 0, so it is ignored, and none of these jobs is stopped for it. Set it to seconds (\`7200\` for 2 h), or take it away.`,
  };
}

/** Tells of the garbage that jobs come with, once a definition; remembers in this process which were told. */
export function garbageTeller(room: Room) {
  const { timeoutStops: stops } = room.history;
  /** What was told of definitions, and when (ms) that was read. */
  const known = new Map<string, { readAt: number; told: ToldGarbage | undefined }>();
  /** When (ms) nobody wanted to hear of it. */
  const unwanted = new Map<string, number>();

  async function toldOf(definition: string): Promise<ToldGarbage | undefined> {
    const now = room.now();
    const before = known.get(definition);
    if (before !== undefined && now - before.readAt < ASKED_AGAIN_MS) return before.told;
    const told = await stops.garbageOf(definition);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(definition, { readAt: now, told });
    return told;
  }

  /** Somebody is told of it who has not muted it. */
  async function isWanted(news: Occurrence): Promise<boolean> {
    const mutes = (await destinations(news, room)).map(({ to }) => mutedBy(news, to, room));
    return (await Promise.all(mutes)).some((mute) => mute === undefined);
  }

  async function tellOf(job: Job, definition: string): Promise<void> {
    const now = room.now();
    const told = await toldOf(definition);
    if (told !== undefined && (told.mendedAt === undefined || now - told.at < TOLD_AGAIN_MS)) return;
    if (now - (unwanted.get(definition) ?? 0) < ASKED_AGAIN_MS) return;
    const news = garbageOf(job, definition, room.timeouts.variable, now);
    const isHeard = await isWanted(news);
    const waiting = await tell([news], room);
    // It stays to be told when it is switched on, or the mute ends.
    if (!isHeard) return void unwanted.set(definition, now);
    // The next news of one of its jobs tells it.
    if (waiting.size > 0) return;
    await stops.garbageTold(definition, { at: now, submittedAt: job.createdAt ?? now });
    known.delete(definition);
  }

  /** Closes what was told, by a job that was submitted later. */
  async function mend(job: Job, definition: string): Promise<void> {
    const told = await toldOf(definition);
    if (told === undefined || told.mendedAt !== undefined) return;
    if ((job.createdAt ?? 0) <= (told.submittedAt ?? told.at)) return;
    await settle(
      timeoutGarbage.name,
      ({ subject }) => subject.name !== definition,
      () => `a later job has a readable ${room.timeouts.variable}, since`,
      room,
    );
    await stops.garbageMended(definition, room.now());
    known.delete(definition);
  }

  /**
   * @param at when the news came about, by AWS's clock (ms)
   * @throws when AWS refuses: the news is then given again
   */
  return async (job: Job, at: number): Promise<void> => {
    if (room.now() - at > MOST_AGE_MS) return;
    if (job.environmentTimeoutGarbage !== undefined) await tellOf(job, definitionOf(job));
    else if (job.environmentTimeoutSeconds !== undefined) await mend(job, definitionOf(job));
  };
}
