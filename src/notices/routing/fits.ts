/** Whether the conditions of a rule or a mute fit what happened: the plain rule, over one occurrence. */
import type { Conditions } from '../../history/records/routes';
import { globMatcher } from '../../jobs/glob';
import { userOf } from '../../jobs/job';
import { definitionMatcher, fold } from '../../jobs/match';
import type { Occurrence } from '../occasion';

type Fits = (occurrence: Occurrence) => boolean;

/** `ada` is also who signs as ada@example.com. */
const isUser = (owner: string, wanted: string): boolean =>
  fold(owner) === fold(wanted) || fold(owner).split('@')[0] === fold(wanted);

/** The definition that it is about: its job's, with the revision, or the subject itself. */
const definitionOf = ({ job, subject }: Occurrence): string | undefined =>
  job?.definition ?? (subject.kind === 'definition' ? subject.name : undefined);

const queueOf = ({ queue, job, subject }: Occurrence): string | undefined =>
  queue ?? job?.queue ?? (subject.kind === 'queue' ? subject.name : undefined);

function tagsFit(wanted: NonNullable<Conditions['tags']>, { job }: Occurrence): boolean {
  const held = Object.entries(job?.tags?.values ?? {});
  const has = ({ key, value }: (typeof wanted)[number]) =>
    held.some(([name, text]) => fold(name) === fold(key) && (value === undefined || fold(text) === fold(value)));
  // A key that comes twice may have either value.
  return wanted.every(({ key }) => wanted.some((tag) => fold(tag.key) === fold(key) && has(tag)));
}

/** A test of a text that may not be there, and then does not fit. */
const textTest =
  (matches: (text: string) => boolean, of: (occurrence: Occurrence) => string | undefined): Fits =>
  (occurrence) => {
    const text = of(occurrence);
    return text !== undefined && matches(text);
  };

/** One test for each part that is there. */
function testsOf({ subject, causeIdentity, ...when }: Conditions): Fits[] {
  const { occasions, queues, definitions, names, tags, users, causes, severities } = when;
  return [
    occasions && (({ occasion }: Occurrence) => occasions.includes(occasion)),
    severities && (({ severity }: Occurrence) => severities.includes(severity)),
    queues && textTest(globMatcher(queues), queueOf),
    definitions && textTest(definitionMatcher(definitions), definitionOf),
    names && textTest(globMatcher(names), ({ job }) => job?.name),
    tags && ((occurrence: Occurrence) => tagsFit(tags, occurrence)),
    users &&
      textTest(
        (user) => users.some((wanted) => isUser(user, wanted)),
        ({ job }) => job && userOf(job),
      ),
    causes &&
      textTest(
        (key) => causes.includes(key),
        ({ cause }) => cause?.key,
      ),
    subject &&
      ((occurrence: Occurrence) =>
        occurrence.subject.kind === subject.kind && fold(occurrence.subject.name) === fold(subject.name)),
    // The empty one is of what has no known cause.
    causeIdentity !== undefined && (({ cause }: Occurrence) => (cause?.identity ?? '') === causeIdentity),
  ].filter((test) => typeof test === 'function');
}

/** Patterns are read once for as long as a list of rules is kept. */
const prepared = new WeakMap<Conditions, readonly Fits[]>();

/** A condition on what the occurrence does not have, as a queue's trouble has no definition, does not fit. */
export function fits(when: Conditions, occurrence: Occurrence): boolean {
  const tests = prepared.get(when) ?? testsOf(when);
  prepared.set(when, tests);
  return tests.every((test) => test(occurrence));
}
