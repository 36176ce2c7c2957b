/** What to say when nothing is called so: which range there is, whose the id is, and the nearest that is known. */
import { UserError } from '../errors';
import { arrayParentOf, type Job } from '../jobs/job';
import { nearestId } from '../jobs/nearest';
import { parseQuery } from '../jobs/query';
import { type JobReference, parseReference, repairedReference } from '../jobs/reference';
import { nodeIndexOf } from '../jobs/surroundings';
import { nameOf } from '../views/jobLine';
import { number } from '../views/words';
import type { Room } from './command';

/** Slips are looked for among the jobs whose ids begin alike. */
const MOST_LIKE = 200;
const FIRST_PART = 8;

/** A guess is looked at before it is acted on. */
const harmless = (verb: string, { commands }: Room): string =>
  commands.some(({ name, changes }) => name === verb && changes) ? 'job' : verb;

/**
 * @param parent the array or multi-node job that the id is said to be a part of
 * @throws UserError for a child or a node that it cannot have
 */
export function refuseOutside(id: string, parent: Job): void {
  const name = nameOf(parent);
  const node = nodeIndexOf(id);
  if (node !== undefined) {
    if (parent.nodes === undefined)
      throw new UserError(`${name} is no multi-node job: it has no node ${node}.`, `job ${parent.id}`);
    if (node >= parent.nodes)
      throw new UserError(`Multi-node job ${name} has nodes 0 to ${parent.nodes - 1}.`, `job ${parent.id}`);
    return;
  }
  const index = id.slice(parent.id.length + 1);
  if (parent.arraySize === undefined)
    throw new UserError(`${name} is no array: it has no child ${index}.`, `job ${parent.id}`);
  if (Number(index) >= parent.arraySize)
    throw new UserError(`Array ${name} has children 0 to ${parent.arraySize - 1}.`, `job ${parent.id}`);
}

/** `uuid:12` and `uuid#1` → `uuid` */
export const wholeOf = (id: string): string | undefined =>
  arrayParentOf(id) ?? (id.includes('#') ? id.split('#')[0] : undefined);

type Named = Extract<JobReference, { kind: 'id' }>;

/** `arn:aws:batch:us-east-1:123456789012:job/…` → `123456789012` */
const accountIn = (arn: string | undefined): string | undefined =>
  /^arn:[\w-]+:batch:[^:]*:(\d{12}):/.exec(arn ?? '')?.[1];

/** The account that is looked after, from any job that is known. */
async function ourAccount(room: Room): Promise<string | undefined> {
  const { rows } = await room.history.search.search(parseQuery('', { now: room.now() }), { limit: 1 });
  const [newest] = rows;
  return newest === undefined ? undefined : accountIn((await room.history.jobs.get(newest.id))?.job.arn);
}

/**
 * An ARN or a link of another account or region means none of our jobs, even where one has the same id.
 * @param known the job of that id
 * @throws UserError that says whose it is
 */
export async function refuseForeign({ id, region, account }: Named, known: Job | undefined, room: Room): Promise<void> {
  const isElsewhere = region !== undefined && region !== room.region;
  if (!isElsewhere && account === undefined) return;
  const ours = accountIn(known?.arn) ?? (await ourAccount(room));
  const isOthers = account !== undefined && account !== ours;
  if (!isElsewhere && (!isOthers || ours === undefined)) return;
  const whose = isOthers
    ? `belongs to account ${account}${isElsewhere ? ` in region ${region}` : ''}`
    : `is in region ${region}`;
  throw new UserError(
    `Job ${id} ${whose}; I look after ${ours === undefined ? '' : `account ${ours} in `}${room.region} only.`,
  );
}

/** For an id that neither the history nor Batch knows. */
export async function unknownJob({ id, account }: Named, verb: string, room: Room): Promise<UserError> {
  const like = (await room.history.jobs.findByPrefix(id.slice(0, FIRST_PART), MOST_LIKE)).map(({ job }) => job);
  const near = nearestId(
    id,
    like.map((job) => job.id),
  );
  const meant = like.find((job) => job.id === near);
  if (meant !== undefined)
    return new UserError(
      `I know no job ${id}. Did you mean ${nameOf(meant)}, ${meant.id}?`,
      `${harmless(verb, room)} ${meant.id}`,
    );
  return new UserError(
    `I know no job ${id}. It may belong to ${account === undefined ? 'another account' : `account ${account}, if that is not the one I look after,`} or region, or have ended before batchbot ran here.`,
  );
}

/** For a text that no job can be called: an id with a slip in it, or a job's name. */
export async function malformed(text: string, verb: string, room: Room): Promise<UserError> {
  const forms = 'I take an id, its first 8 characters or more, an ARN, a console link, or parent:index';
  const repaired = repairedReference(text);
  if (repaired !== undefined && parseReference(repaired) !== undefined)
    return new UserError(
      `"${text}" is not a job's id. ${forms}. Did you mean ${repaired}?`,
      `${harmless(verb, room)} ${repaired}`,
    );
  const { rows, total, isAtLeast } = await room.history.search.search(
    parseQuery([{ kind: 'word', value: text, quoted: true }], { now: room.now() }),
    { limit: 1 },
  );
  const [newest] = rows;
  if (newest === undefined)
    return new UserError(
      `"${text}" is not a job's id. ${forms}; or search for the name.`,
      `search ${JSON.stringify(text)}`,
    );
  if (total === 1)
    return new UserError(
      `"${text}" is not a job's id. ${forms}. One job matches it: ${nameOf(newest)}.`,
      `${harmless(verb, room)} ${newest.id}`,
    );
  return new UserError(
    `"${text}" is not a job's id. ${forms}. ${number(total)}${isAtLeast ? '+' : ''} jobs match it; the newest is ${nameOf(newest)}, ${newest.id}.`,
    `search ${JSON.stringify(text)}`,
  );
}
