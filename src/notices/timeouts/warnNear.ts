/** Warns of jobs that will soon have taken too long: once of each limit, the soonest first. */
import type { Room } from '../../commands/command';
import type { Timed } from '../../jobs/timeoutCheck';
import { isStoppable, type RunningLimit } from '../../jobs/timeouts';
import { settle } from '../incidents/settle';
import { tell } from '../incidents/tell';
import { subjectOf } from '../jobFailures';
import { causeOfNear, nearOf, timeoutNear } from '../timeoutNear';

const TOLD_AT_ONCE = 50;
const READ_AT_ONCE = 25;

/** Another attempt has another end, as has who is given more time or falls under another rule: they are warned of anew. */
const keyOf = ({ id }: { id: string }, { at }: RunningLimit): string => `${id} ${at}`;

/**
 * @param known what needs no look any more, kept by the caller from one minute to the next
 * @returns how many were warned of now
 */
export async function warnNear(
  near: readonly Timed[],
  known: Set<string>,
  room: Room,
  remainingMs: () => number,
): Promise<number> {
  const { timeoutStops: stops, jobs } = room.history;
  const fresh = near.filter((one) => !known.has(keyOf(one.row, one.limit)));
  let warned = 0;
  for (let at = 0; at < fresh.length && remainingMs() > 0; at += TOLD_AT_ONCE) {
    const some = fresh.slice(at, at + TOLD_AT_ONCE);
    const untold: Timed[] = [];
    for (let n = 0; n < some.length; n += READ_AT_ONCE)
      await Promise.all(
        some.slice(n, n + READ_AT_ONCE).map(async (one) => {
          if ((await stops.marked(one.row.id, `warned ${one.limit.at}`)) === undefined) untold.push(one);
          else known.add(keyOf(one.row, one.limit));
        }),
      );
    const whole = new Map((await jobs.getMany(untold.map(({ row }) => row.id))).map(({ job }) => [job.id, job]));
    const now = room.now();
    const living = untold.flatMap(({ row, limit }) => {
      const job = whole.get(row.id);
      return job === undefined || !isStoppable(job) ? [] : [{ job, limit }];
    });
    const news = living.map(({ job, limit }) => nearOf(job, limit, room.timeouts.variable, now));
    const waiting = new Set([...(await tell(news, room))].map(({ member }) => member));
    const told = living.filter(({ job }) => !waiting.has(job.id));
    // After it was told: whoever dies in between tells it again, and an incident counts it once.
    await Promise.all(
      told.map(async ({ job, limit }) => {
        await stops.mark(job.id, `warned ${limit.at}`, now);
        known.add(keyOf(job, limit));
      }),
    );
    warned += told.length;
  }
  return warned;
}

/** What jobs of one kind near the same limit have in common. */
const nearKey = (subject: string, identity = ''): string => JSON.stringify([subject, identity]);

/** Closes the warnings of which no job is left: each ended, was stopped, was given more time, or has come under another limit. */
export async function settleNear(near: readonly Timed[], room: Room): Promise<void> {
  const { variable } = room.timeouts;
  const still = new Set(
    near.map(({ row, limit }) => nearKey(subjectOf(row).name, causeOfNear(limit, variable).identity)),
  );
  await settle(
    timeoutNear.name,
    ({ subject, cause }) => still.has(nearKey(subject.name, cause?.identity)),
    () => 'none of its jobs is near its limit any more, since',
    room,
  );
}
