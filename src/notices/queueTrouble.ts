/** The occasion: a queue or a compute environment is INVALID, or somebody disabled it elsewhere than here. */
import { environmentHealth, type Health, queueHealth } from '../jobs/capacity';
import type { Environment, Queue } from '../jobs/waiting';
import { duration } from '../views/time';
import { sentence, some } from '../views/words';
import { condition, notOld, type Seen } from './conditions/condition';
import type { Occurrence, Subject } from './occasion';

const NAME = 'queue-trouble';

/** Under which its state is kept from look to look. */
export const stateKey = ({ kind, name }: Pick<Subject, 'kind' | 'name'>): string => `${kind} ${name}`;

/** That it is off is news only if it was on when it was last looked at; by nature it may be off for years. */
const isNews = (health: Health, subject: Subject, { states }: Seen): boolean =>
  health.kind === 'ill' || (health.kind === 'off' && states?.get(stateKey(subject))?.isNews === true);

function trouble(
  subject: Subject,
  health: Health,
  tells: string,
  queue: string | undefined,
  { now, states }: Seen,
): Occurrence {
  const what = subject.kind === 'queue' ? 'queue' : 'compute environment';
  const reason = health.reason === undefined ? '' : ` Batch says: ${sentence(health.reason)}`;
  const key = `${subject.kind === 'queue' ? 'queue' : 'environment'} ${health.word}`;
  return {
    occasion: NAME,
    severity: health.kind === 'ill' ? 'urgent' : 'normal',
    // Batch does not tell since when; that it is off was seen from one look to the next.
    at: health.kind === 'off' ? notOld(states?.get(stateKey(subject))?.since ?? now, now) : now,
    subject,
    queue,
    cause: { key, identity: key, headline: `${what} is ${health.word}` },
    member: subject.name,
    told: `${tells}${reason} ${health.nextStep ?? ''}`.trim(),
  };
}

function ofEnvironment(environment: Environment, users: readonly string[], seen: Seen): Occurrence[] {
  const subject: Subject = { kind: 'environment', name: environment.name };
  const health = environmentHealth(environment);
  // One that no queue uses and that is off is about to be deleted.
  if (!isNews(health, subject, seen) || (users.length === 0 && health.kind !== 'ill')) return [];
  const used = users.length === 0 ? 'No queue uses it.' : `It starts no jobs for ${some(users, 5)}.`;
  return [trouble(subject, health, used, users.length === 1 ? users[0] : undefined, seen)];
}

function ofQueue(queue: Queue, seen: Seen): Occurrence[] {
  const subject: Subject = { kind: 'queue', name: queue.name };
  // Whether its environments are well is told of them.
  const health = queueHealth({ ...queue, environments: [] });
  if (!isNews(health, subject, seen)) return [];
  return [trouble(subject, health, health.kind === 'off' ? 'Somebody disabled it.' : '', queue.name, seen)];
}

export const queueTrouble = condition({
  name: NAME,
  summary: 'a queue or compute environment became invalid or was disabled',
  isOn: true,
  look(seen) {
    const { queues, spare, states } = seen;
    if (queues === undefined || states === undefined) return undefined;
    const users = new Map<string, string[]>();
    const environments = new Map<string, Environment>(spare.map((one) => [one.name, one]));
    for (const { name, environments: own } of queues)
      for (const environment of own) {
        environments.set(environment.name, environment);
        users.set(environment.name, [...(users.get(environment.name) ?? []), name]);
      }
    return {
      so: [
        ...queues.flatMap((queue) => ofQueue(queue, seen)),
        ...[...environments.values()].flatMap((one) => ofEnvironment(one, users.get(one.name) ?? [], seen)),
      ],
    };
  },
  word({ openedAt, subject }, { now, queues = [], spare }) {
    const environments = [...spare, ...queues.flatMap((queue) => queue.environments)];
    const health =
      subject.kind === 'queue'
        ? queues.filter(({ name }) => name === subject.name).map((queue) => queueHealth({ ...queue, environments: [] }))
        : environments.filter(({ name }) => name === subject.name).map(environmentHealth);
    const after = duration(now - openedAt);
    if (health[0] === undefined) return `is gone after ${after}`;
    return health[0].kind === 'well' ? `is well again after ${after}` : `is ${health[0].word} now, after ${after}`;
  },
});
