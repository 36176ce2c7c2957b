/** The ends of mutes: when their time is over, when what they are about succeeds, or when somebody ends them; each is told once. */
import type { Room } from '../../commands/command';
import { MOST_COUNTED, type Mute } from '../../history/records/mutes';
import type { Job } from '../../jobs/job';
import { muteEnded } from '../../views/alertMute';
import { isSuccess } from '../incidents/recover';
import { isOver } from '../incidents/standing';
import type { Occurrence } from '../occasion';
import { queueToSend } from '../sending/queueToSend';
import { fits } from './fits';
import { sparedPlace } from './muted';
import { refreshCards } from './refreshCards';

/** Where it was asked for, if that is a channel that one can write to, else whoever asked. */
const placeOf = ({ channel, by }: Mute): string => (/^[CG]/.test(channel) ? channel : by.id);

/**
 * Tells of the end of a mute that has ended, where it was asked for and where its beginning was told; whoever dies over it
 * leaves it to the next tick.
 */
export async function tellEnd(mute: Mute, room: Room): Promise<void> {
  const held = await room.history.mutes.held(mute.id);
  const message = muteEnded(mute, held, held >= MOST_COUNTED);
  for (const to of new Set([placeOf(mute), await sparedPlace(mute, room)]))
    if (to !== undefined) await queueToSend(room, to, `mute-end#${mute.id}`, { urgency: 'word', message });
  await refreshCards(mute, room);
  await room.history.mutes.tell(mute.id);
}

async function end(mute: Mute, how: NonNullable<Mute['ended']>['how'], room: Room): Promise<void> {
  const at = how === 'over' ? mute.until : room.now();
  const ended = await room.history.mutes.end(mute.id, { at, how });
  if (ended !== undefined) await tellEnd(ended, room);
}

/** Whether all that failed in its incident has succeeded since, or somebody closed it and nothing joined it since. */
async function isFixed(incident: string, room: Room): Promise<boolean> {
  const whole = await room.history.incidents.whole(incident);
  return whole !== undefined && isOver(whole);
}

/** At each tick: ends what is over, and tells of what somebody who died ended. */
export async function endMutes(room: Room): Promise<void> {
  const now = room.now();
  for (const mute of await room.history.mutes.list('now')) {
    if (mute.ended !== undefined) {
      if (mute.told !== true) await tellEnd(mute, room);
    } else if (mute.until <= now) await end(mute, 'over', room);
    else if (mute.untilFixed && mute.incident !== undefined && (await isFixed(mute.incident, room)))
      await end(mute, 'fixed', room);
  }
}

/** A job that succeeds, as if it were told: with it a mute of its definition, queue or name is fixed. */
const successOf = (job: Job): Occurrence => ({
  occasion: 'succeeded',
  severity: 'normal',
  at: job.stoppedAt ?? job.seenAt,
  subject: { kind: 'job', name: job.id },
  queue: job.queue,
  member: job.id,
  job,
});

/** A success that started after the mute was set ends it, where it was to last until then. */
export async function endFixedMutes(job: Job, room: Room): Promise<void> {
  if (job.status !== 'SUCCEEDED' || job.startedAt === undefined) return;
  for (const mute of await room.history.mutes.list()) {
    if (mute.ended !== undefined || !mute.untilFixed || mute.incident !== undefined || job.startedAt <= mute.at)
      continue;
    const { occasions: _, causes: __, causeIdentity: ___, severities: ____, ...what } = mute.when;
    if (fits(what, successOf(job)) && (await isSuccess(job, room))) await end(mute, 'fixed', room);
  }
}
