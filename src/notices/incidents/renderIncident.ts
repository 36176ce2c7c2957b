/** The card of an incident, worked out afresh from all that happened in it. */
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import type { Member, WholeIncident } from '../../history/records/incident';
import { PACKED_FROM } from '../../history/records/incidentMembers';
import { jobIdOf } from '../../history/records/incidents';
import { arrayParentOf, type Job } from '../../jobs/job';
import { causeWords, failedByWords } from '../../views/failedChildren';
import { incidentArray } from '../../views/incidentArray';
import { incidentCondition } from '../../views/incidentCondition';
import { type Counted, incidentMany } from '../../views/incidentMany';
import { incidentOne } from '../../views/incidentOne';
import type { IncidentProps } from '../../views/incidentParts';
import type { Message } from '../../views/kit';
import { occasions } from '../index';
import { retried } from '../retried';
import { queueToSend } from '../sending/queueToSend';
import { tellGrowth } from './growth';
import { cardKey } from './keys';
import { logEnd } from './logEnd';
import { muteOf } from './muteOf';
import { definitionsOf, isOfFailures, rootsOf, settledOf, shownOf, tellingOf } from './standing';

/** The commonest first, and those as common by name. */
export function counted(names: readonly (string | undefined)[]): Counted[] {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Array.from(counts, ([name, count]) => ({ name, count })).sort(
    (a, b) => b.count - a.count || (a.name < b.name ? -1 : 1),
  );
}

/** The last that happened; of several at once always the same. */
const newestFirst = (members: readonly Member[]): Member[] =>
  members.toSorted((a, b) => b.at - a.at || (a.member < b.member ? 1 : -1));

const nameOf = (member: Member): string => member.name || jobIdOf(member.member);

/** Each place once. */
const meantForOf = (members: readonly Member[]): IncidentProps['meantFor'] => [
  ...new Map(members.flatMap(({ meantFor }) => (meantFor === undefined ? [] : [[meantFor.to, meantFor]]))).values(),
];

async function propsOf(whole: WholeIncident, telling: readonly Member[], room: Room): Promise<IncidentProps> {
  const { incident, members } = whole;
  const times = telling.map(({ at }) => at);
  return {
    incident,
    firstAt: Math.min(...times),
    lastAt: Math.max(...times),
    definitions: definitionsOf(whole),
    settled: settledOf(whole),
    mute: await muteOf(whole, room),
    dependents:
      telling[0]?.isDependent === true ? [] : members.filter(({ isDependent }) => isDependent === true).map(nameOf),
    retried: members.filter(({ occasion }) => occasion === retried.name).length,
    meantFor: meantForOf(members),
    region: room.region,
  };
}

const jobOf = async (id: string | undefined, room: Room): Promise<Job | undefined> =>
  id === undefined ? undefined : (await room.history.jobs.get(id))?.job;

/** Lines that did not come in time are worth another look, while somebody may be reading the card. */
async function lookAgain(whole: WholeIncident, room: Room): Promise<void> {
  const { id, to, openedAt } = whole.incident;
  if (room.now() - openedAt < 600_000) await queueToSend(room, to, cardKey(id), { urgency: 'edit' });
}

/** The one array that all of them are of, if they are. */
function onlyArray(telling: readonly Member[]): string | undefined {
  const [first, ...others] = telling.map(({ subject }) => subject);
  const isOne = first?.kind === 'array' && others.every(({ name }) => name === first.name);
  return isOne ? first.name : undefined;
}

/** Of each array how many of its children failed, by its name, the most first. */
function arraysOf(telling: readonly Member[]): Counted[] {
  const children = new Map<string, Counted>();
  for (const { member, subject, name } of telling) {
    if (arrayParentOf(jobIdOf(member)) === undefined) continue;
    const known = children.get(subject.name) ?? { name: name ?? subject.name, count: 0 };
    children.set(subject.name, { ...known, count: known.count + 1 });
  }
  return [...children.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

const words = ({ cause, exitCode }: Member): string => causeWords(cause, exitCode);

async function arrayCard(
  parentId: string,
  whole: WholeIncident,
  telling: readonly Member[],
  room: Room,
): Promise<Message> {
  const children = telling.filter(({ member }) => arrayParentOf(member) !== undefined);
  const causes = failedByWords(
    children.map((child) => ({ cause: words(child), index: Number(jobIdOf(child.member).split(':')[1] ?? 0) })),
  );
  const first = Math.min(...(causes[0]?.indexes ?? []));
  const exampleId = children.find((child) => jobIdOf(child.member).endsWith(`:${first}`))?.member;
  const [parent, example] = await Promise.all([jobOf(parentId, room), jobOf(exampleId, room)]);
  const lines = await logEnd(example, room);
  if (lines === undefined) await lookAgain(whole, room);
  const props = await propsOf(whole, telling, room);
  return incidentArray({ ...props, parentId, parent, causes, example, lines: lines ?? [] });
}

async function failuresCard(whole: WholeIncident, telling: readonly Member[], room: Room): Promise<Message> {
  const newest = newestFirst(telling);
  const [latest] = newest;
  const example = await jobOf(latest === undefined ? undefined : jobIdOf(latest.member), room);
  const lines = await logEnd(example, room);
  if (lines === undefined) await lookAgain(whole, room);
  const props = await propsOf(whole, telling, room);
  if (telling.length === 1 && example?.status === 'FAILED')
    return incidentOne({ ...props, job: example, lines: lines ?? [] });
  return incidentMany({
    ...props,
    times: telling.map(({ at }) => at),
    causes: counted(telling.map(({ cause }) => cause?.headline ?? 'failed')),
    definitionNames: counted(telling.map(({ definition, name }) => definition ?? name)),
    queues: counted(telling.map(({ queue }) => queue)),
    names: [...new Set(newest.filter(({ member }) => arrayParentOf(jobIdOf(member)) === undefined).map(nameOf))],
    arrays: arraysOf(telling),
    retriable: new Set(tellingOf(whole.members).map(({ member }) => jobIdOf(member))).size,
    example,
    lines: lines ?? [],
    isRetried: telling.every(({ occasion }) => occasion === retried.name),
  });
}

async function conditionCard(whole: WholeIncident, telling: readonly Member[], room: Room): Promise<Message> {
  const { occasion, cause } = whole.incident;
  const props = await propsOf(whole, telling, room);
  return incidentCondition({
    ...props,
    headline: cause?.headline ?? occasions().find(({ name }) => name === occasion)?.summary ?? occasion,
    struck: newestFirst(telling).map((member) => ({
      name: member.isJob ? (member.name ?? member.member) : member.subject.name,
      told: member.told,
      jobId: member.isJob ? member.member : undefined,
    })),
  });
}

async function cardOf(whole: WholeIncident, all: readonly Member[], room: Room): Promise<Message> {
  const telling = rootsOf(all);
  if (!telling.some(({ occasion }) => isOfFailures(occasion))) return await conditionCard(whole, telling, room);
  const array = onlyArray(telling);
  return array === undefined ? await failuresCard(whole, telling, room) : await arrayCard(array, whole, telling, room);
}

/** The card as it is now, for whoever asks; undefined for an incident that is not known. */
export async function incidentCard(id: string, room: Room): Promise<Message | undefined> {
  const whole = await room.history.incidents.whole(id);
  if (whole === undefined || whole.members.length === 0) return undefined;
  return await cardOf(whole, tellingOf(whole.members), room);
}

/** A card goes out whether or not what it is worked out of could be packed. */
async function pack(id: string, room: Room): Promise<void> {
  try {
    await room.history.incidents.packMembers(id);
  } catch (error) {
    room.log.warn('the members of an incident could not be packed', { incident: id, ...errorFields(error) });
  }
}

/**
 * The card as it goes out; what it tells is noted for lists, and great growth is told aloud.
 * @returns undefined for an incident that nothing joined
 */
export async function renderIncident(id: string, room: Room): Promise<Message | undefined> {
  const { incidents } = room.history;
  const whole = await incidents.whole(id);
  if (whole === undefined || whole.members.length === 0) return undefined;
  const telling = tellingOf(whole.members);
  const message = await cardOf(whole, telling, room);
  const shown = shownOf(whole);
  const { shown: before } = whole.incident;
  const isKnown = before?.isOver === shown.isOver && before.members === shown.members && before.lastAt === shown.lastAt;
  if (!isKnown) await incidents.show(id, shown);
  await tellGrowth(whole, telling, room);
  if (whole.unpacked >= PACKED_FROM) await pack(id, room);
  return message;
}
