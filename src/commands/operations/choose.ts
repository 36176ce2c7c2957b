/** Which jobs somebody means by ids, or by a search of what is known and of what Batch has taken since. */
import { UserError } from '../../errors';
import { arrayParentOf, isDone, isLost, type JobRow } from '../../jobs/job';
import { matcher } from '../../jobs/match';
import type { Query } from '../../jobs/query';
import { formatQuery } from '../../jobs/queryText';
import { parseReference } from '../../jobs/reference';
import { rowForList } from '../../views/rowForList';
import type { Asking, Room } from '../command';
import { findJobs } from '../find';
import { queryOf } from '../search';
import { newestJobs } from './newestJobs';

export const isActive = (job: JobRow): boolean => !isDone(job) && !isLost(job);

export interface Chosen {
  jobs: JobRow[];
  /** The search that they came from. */
  query?: Query;
  /** Whole sentences to be known. */
  notes: string[];
}

/** The jobs that all words name; undefined when the words are a search. */
export async function namedJobs(
  { query }: Pick<Asking<unknown>, 'query'>,
  verb: string,
  room: Room,
): Promise<JobRow[] | undefined> {
  const words = query.flatMap((token) => (token.kind === 'word' ? [token.value] : []));
  const references = words.map((word) => parseReference(word));
  if (words.length === 0 || words.length < query.length || references.some((reference) => reference === undefined))
    return undefined;
  // A prefix of 8 characters may as well be a date or a hash in names: it is an id when a job has it, else words.
  const prefixes = references.flatMap((reference) => (reference?.kind === 'prefix' ? [reference.prefix] : []));
  const fits = await Promise.all(
    prefixes.map(async (prefix) => (await room.history.jobs.findByPrefix(prefix, 1)).length > 0),
  );
  if (!fits.every(Boolean)) return undefined;
  const jobs = await findJobs(words, verb, room);
  return [...new Map(jobs.map((job) => [job.id, rowForList(job)])).values()];
}

/** The unfinished jobs that a search finds, those among them that were submitted a moment ago. */
export async function activeJobs(query: Query, room: Room, remainingMs: () => number): Promise<Chosen> {
  const { jobs: newest, isWhole } = await newestJobs(query, room, remainingMs);
  const found = new Map((await room.history.search.unfinished(query)).map((row) => [row.id, row]));
  const fits = matcher(query);
  // The live index may be a moment behind what was just taken in.
  for (const job of newest.map(rowForList)) if (!found.has(job.id) && fits(job)) found.set(job.id, job);
  return {
    jobs: [...found.values()].filter(isActive),
    query,
    notes: isWhole
      ? []
      : ['Batch could not be asked for the newest jobs in time: some that were submitted just now may be missing.'],
  };
}

/** @throws UserError when nothing is named */
export async function choose(asking: Asking<unknown>, verb: string, room: Room): Promise<Chosen> {
  const named = await namedJobs(asking, verb, room);
  if (named !== undefined) return { jobs: named, notes: [] };
  if (asking.query.length === 0) {
    throw new UserError(
      `Which jobs? It goes: ${room.slash} ${verb} <id>, or ${room.slash} ${verb} with search words and filters; nothing is done before you confirm.`,
      `help ${verb}`,
    );
  }
  return await activeJobs(queryOf(asking, room.now()), room, asking.remainingMs);
}

/** The search as somebody would type it to see these jobs. */
export const searchFor = (query: Query): string =>
  `search ${formatQuery(query.statuses === undefined ? { ...query, statuses: ['active'] } : query)}`;

/** A parent stands for its children: what is done to it is done to them, once. */
export function withoutCoveredChildren(jobs: readonly JobRow[]): { jobs: JobRow[]; covered: JobRow[] } {
  const parents = new Set(jobs.flatMap(({ id, arraySize }) => (arraySize === undefined ? [] : [id])));
  const isCovered = ({ id }: JobRow) => parents.has(arrayParentOf(id) ?? '');
  return { jobs: jobs.filter((job) => !isCovered(job)), covered: jobs.filter(isCovered) };
}
