/** The mute that is on an incident, as its card shows it. */
import type { Room } from '../../commands/command';
import type { WholeIncident } from '../../history/records/incident';
import { jobIdOf } from '../../history/records/incidents';
import type { Mute } from '../../history/records/mutes';
import type { MutedUntil } from '../../views/incidentParts';
import type { Occurrence } from '../occasion';
import { fits } from '../routing/fits';
import { lasts } from '../routing/muted';
import { withOwner } from '../routing/withOwner';

/** What joined it last, as it was told: by its job it has a name, tags, a user and a revision, of which a mute may be. */
async function latestOf({ members }: WholeIncident, room: Room): Promise<Occurrence | undefined> {
  const latest = members.at(-1);
  if (latest === undefined) return undefined;
  const { occasion, severity, at, subject, queue, cause, member, isJob, toldBy } = latest;
  const jobId = isJob ? jobIdOf(member) : toldBy;
  const job = jobId === undefined ? undefined : (await room.history.jobs.get(jobId))?.job;
  return await withOwner({ occasion, severity, at, subject, queue, cause, member, job }, room);
}

/** Those that are set on it, or on what joined it last; the one that lasts longest first. */
export async function mutesOn(whole: WholeIncident, room: Room): Promise<Mute[]> {
  const { id, to } = whole.incident;
  const lasting = (await room.history.mutes.list()).filter(
    (one) => lasts(one, room.now()) && (one.incident === id || one.to === undefined || one.to === to),
  );
  if (lasting.length === 0) return [];
  const latest = await latestOf(whole, room);
  return lasting
    .filter(({ incident, when }) => incident === id || (latest !== undefined && fits(when, latest)))
    .sort((a, b) => b.until - a.until);
}

export async function muteOf(whole: WholeIncident, room: Room): Promise<MutedUntil | undefined> {
  const [mute] = await mutesOn(whole, room);
  return mute === undefined
    ? undefined
    : { by: mute.by.id, until: mute.until, untilFixed: mute.untilFixed, reason: mute.reason };
}
