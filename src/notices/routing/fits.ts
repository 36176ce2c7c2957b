/** Whether the conditions of a rule or a mute fit what happened: the plain rule, over one occurrence. */
import type { Conditions } from '../../history/records/routes';
import { globMatcher } from '../../jobs/glob';
import { userOf } from '../../jobs/job';
import { definitionMatcher, fold } from '../../jobs/match';
import type { Occurrence } from '../occasion';

/** `ada` is also who signs as ada@example.com. */
const isUser = (owner: string, wanted: string): boolean =>
  fold(owner) === fold(wanted) || fold(owner).split('@')[0] === fold(wanted);

/** The definition that it is about: its job's, with the revision, or the subject itself. */
export const definitionOf = ({ job, subject }: Occurrence): string | undefined =>
  job?.definition ?? (subject.kind === 'definition' ? subject.name : undefined);

const queueOf = ({ queue, job, subject }: Occurrence): string | undefined =>
  queue ?? job?.queue ?? (subject.kind === 'queue' ? subject.name : undefined);

function tagsFit(wanted: NonNullable<Conditions['tags']>, occurrence: Occurrence): boolean {
  const held = Object.entries(occurrence.job?.tags?.values ?? {});
  const has = ({ key, value }: (typeof wanted)[number]) =>
    held.some(([name, text]) => fold(name) === fold(key) && (value === undefined || fold(text) === fold(value)));
  // A key that comes twice may have either value.
  return wanted.every(({ key }) => wanted.some((tag) => fold(tag.key) === fold(key) && has(tag)));
}

/** A condition on what the occurrence does not have, as a queue's trouble has no definition, does not fit. */
export function fits(when: Conditions, occurrence: Occurrence): boolean {
  const { occasion, severity, job, cause, subject } = occurrence;
  const some = (text: string | undefined, patterns: readonly string[] | undefined, matcher = globMatcher) =>
    patterns === undefined || (text !== undefined && matcher(patterns)(text));
  const user = job === undefined ? undefined : userOf(job);
  return (
    some(occasion, when.occasions) &&
    some(queueOf(occurrence), when.queues) &&
    some(definitionOf(occurrence), when.definitions, definitionMatcher) &&
    some(job?.name, when.names) &&
    (when.tags === undefined || tagsFit(when.tags, occurrence)) &&
    (when.users === undefined || (user !== undefined && when.users.some((wanted) => isUser(user, wanted)))) &&
    (when.causes === undefined || (cause !== undefined && when.causes.includes(cause.key))) &&
    (when.severities === undefined || when.severities.includes(severity)) &&
    (when.subject === undefined ||
      (when.subject.kind === subject.kind && fold(when.subject.name) === fold(subject.name))) &&
    (when.causeIdentity === undefined || when.causeIdentity === cause?.identity)
  );
}
