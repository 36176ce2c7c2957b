/** Something that happened, as its incident keeps it. */
import type { Member } from '../../history/records/incident';
import { jobIdOf } from '../../history/records/incidents';
import type { Occurrence } from '../occasion';

/** Batch's reasons have 1,024 characters at most; what others tell of a trouble needs no more than a sentence. */
const MOST_WORDS = 500;

const brief = (text: string): string => (text.length <= MOST_WORDS ? text : `${text.slice(0, MOST_WORDS - 1)}…`);

/** A definition whatever its revision is: `align:7` → `align`. */
export const withoutRevision = (definition: string): string => definition.replace(/:\d+$/, '');

/** @param isDependent it fell with a job of the same incident */
export function memberOf(occurrence: Occurrence, joinedAt: number, isDependent: boolean): Member {
  const { occasion, severity, at, subject, queue, cause, job, member, told, meantFor } = occurrence;
  const definition =
    job?.definition === undefined
      ? subject.kind === 'definition'
        ? subject.name
        : undefined
      : withoutRevision(job.definition);
  return {
    member,
    occasion,
    severity,
    at,
    joinedAt,
    isJob: job !== undefined && jobIdOf(member) === job.id,
    ...(job === undefined || jobIdOf(member) === job.id ? {} : { toldBy: job.id }),
    ...(isDependent ? { isDependent } : {}),
    subject: { kind: subject.kind, name: brief(subject.name) },
    ...(job?.name === undefined ? {} : { name: brief(job.name) }),
    ...(queue === undefined ? {} : { queue }),
    ...(definition === undefined ? {} : { definition }),
    ...(cause === undefined
      ? {}
      : { cause: { key: cause.key, identity: brief(cause.identity), headline: brief(cause.headline) } }),
    ...(job?.exitCode === undefined ? {} : { exitCode: job.exitCode }),
    ...(job?.memoryMiB === undefined ? {} : { memoryMiB: job.memoryMiB }),
    ...(told === undefined ? {} : { told: brief(told) }),
    ...(meantFor === undefined ? {} : { meantFor }),
  };
}
