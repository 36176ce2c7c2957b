/** Any conditions, rules and occurrences, from few letters, so that they often meet. */
import fc from 'fast-check';
import type { Conditions, Route, Target } from '../../../src/history/records/routes';
import { occasions } from '../../../src/notices';
import type { Occurrence } from '../../../src/notices/occasion';

const name = fc.stringMatching(/^[ab-]{1,4}$/);
const pattern = fc.stringMatching(/^[ab*-]{1,5}$/).map((text) => text.replace(/\*+/g, '*'));
const some = <T>(one: fc.Arbitrary<T>) => fc.option(fc.array(one, { minLength: 1, maxLength: 3 }), { nil: undefined });
const KEYS = ['outOfMemory', 'timeout', 'unknown'] as const;
const NAMES = ['failed', 'timed-out', 'stuck-runnable'] as const;
const SEVERITIES = ['quiet', 'normal', 'urgent'] as const;

const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;

export const anyConditions: fc.Arbitrary<Conditions> = fc
  .record({
    occasions: some(fc.constantFrom(...NAMES)),
    queues: some(pattern.filter((text) => text !== '*')),
    definitions: some(
      fc
        .tuple(pattern, fc.option(fc.nat(2), { nil: undefined }))
        .map(([text, revision]) => (revision === undefined ? text : `${text}:${revision}`))
        .filter((text) => text !== '*'),
    ),
    names: some(pattern.filter((text) => text !== '*')),
    tags: some(
      fc
        .record({ key: fc.constantFrom('k', 'l'), value: fc.option(name, { nil: undefined }) })
        .map((tag) => withoutUndefined(tag) as { key: string; value?: string }),
    ),
    users: some(fc.constantFrom('ada', 'vic', 'ada@example.com')),
    causes: some(fc.constantFrom(...KEYS)),
    severities: some(fc.constantFrom(...SEVERITIES)),
  })
  .map((conditions) => withoutUndefined(conditions) as Conditions);

const target: fc.Arbitrary<Target> = fc.oneof(
  fc.constantFrom('C1', 'C2', 'C3').map((id) => ({ kind: 'channel' as const, id })),
  fc.constantFrom('U1', 'U2').map((id) => ({ kind: 'user' as const, id })),
  fc.constant({ kind: 'submitter' as const }),
);

export const anyRoute: fc.Arbitrary<Route> = fc
  .record({
    id: fc.stringMatching(/^[A-Z]{5}$/),
    when: anyConditions,
    to: fc.array(target, { maxLength: 2 }),
    also: fc.boolean(),
    at: fc.nat(5),
  })
  .map((rule) => ({ ...rule, by: { id: 'U1', name: 'ada' } }));

export const anyOccurrence: fc.Arbitrary<Occurrence> = fc
  .record({
    occasion: fc.constantFrom(...NAMES),
    severity: fc.constantFrom(...SEVERITIES),
    at: fc.nat(3_600_000),
    queue: name,
    definition: name,
    revision: fc.nat(2),
    cause: fc.option(fc.constantFrom(...KEYS), { nil: undefined }),
    id: fc.uuid(),
    name,
    user: fc.option(fc.constantFrom('ada', 'vic', 'ada@example.com'), { nil: undefined }),
    tag: fc.option(name, { nil: undefined }),
  })
  .map(({ cause, definition, revision, id, name: jobName, user, tag, queue, ...rest }) => ({
    ...rest,
    subject: { kind: 'definition' as const, name: definition },
    queue,
    member: id,
    cause: cause === undefined ? undefined : { key: cause, identity: cause, headline: cause },
    job: {
      id,
      name: jobName,
      queue,
      definition: `${definition}:${revision}`,
      status: 'FAILED' as const,
      seenAt: rest.at,
      whole: true,
      attempts: [],
      entered: {},
      tags: {
        seenAt: 0,
        values: { ...(user === undefined ? {} : { submitter: user }), ...(tag === undefined ? {} : { k: tag }) },
      },
    },
  }));

export const OCCASIONS = occasions();
