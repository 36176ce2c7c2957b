/** Tells each digest whose time has come: once, however many ticks come at once or were missed. */
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import { type DigestPlan, isEmptyDigest } from '../../history/records/digest';
import { digestId } from '../../history/records/digests';
import { lastTime, timeBefore } from '../../jobs/schedule';
import { digest } from '../digest';
import { alertSettings } from '../routing/settings';
import { queueToSend } from '../sending/queueToSend';
import type { JobFigures } from './figures';
import { workOut } from './workOut';

/** What is later than this is no news any more; the next one says that it is missing. */
const MOST_LATE_MS = 6 * 3_600_000;
/** Events of jobs that ended just before are given so long to come. */
const SETTLE_MS = 30_000;
const MOST_MISSED = 60;
/** What one may take: statistics over two weeks of a large history. */
const RESERVE_MS = 30_000;

/** When it was to come since the last one, the newest last. */
function missedBefore({ schedule, toldAt }: DigestPlan, time: number): number[] {
  const missed: number[] = [];
  for (let at = timeBefore(schedule, time); at > toldAt && missed.length < MOST_MISSED; at = timeBefore(schedule, at))
    missed.unshift(at);
  return missed;
}

async function tellDigest(plan: DigestPlan, room: Room, known: Map<string, JobFigures>): Promise<void> {
  const { digests } = room.history;
  const now = room.now();
  const time = lastTime(plan.schedule, now);
  if (time <= plan.toldAt || now < time + SETTLE_MS || now > time + MOST_LATE_MS) return;
  if (!(await alertSettings(room)).isOn(digest.name, plan.to)) return;
  const id = digestId(plan.to, plan.period, time);
  const span = { from: timeBefore(plan.schedule, time), until: time };
  const told =
    (await digests.get(id)) ??
    (await digests.keep(id, await workOut(plan, span, missedBefore(plan, time), room, known)));
  const isNothing = plan.skipsEmpty && isEmptyDigest(told) && told.missed.length === 0;
  // The message's key stands for this time: whoever comes again, or at once, finds it sent.
  if (!isNothing) await queueToSend(room, plan.to, `${digest.name}#${id}`, { urgency: 'new' });
  await digests.told(plan, time);
}

export async function tellDigests(room: Room, remainingMs: () => number): Promise<void> {
  // Many channels have theirs at the same time, of the same jobs.
  const known = new Map<string, JobFigures>();
  try {
    for (const plan of await room.history.digests.list()) {
      if (remainingMs() < RESERVE_MS) return;
      try {
        await tellDigest(plan, room, known);
      } catch (error) {
        room.log.error('a digest could not be told', { to: plan.to, period: plan.period, ...errorFields(error) });
        room.log.metric('FailedDigests', 1);
      }
    }
  } catch (error) {
    // The next minute brings another try, and the rest of this one has more to do.
    room.log.error('digests could not be listed', errorFields(error));
  }
}
