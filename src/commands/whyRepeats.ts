/** How often a job's cause struck the jobs of its definition, from the history. */
import { type Cause, causeOf } from '../jobs/causes';
import { arrayParentOf, type Job, type JobRow } from '../jobs/job';
import { type Cursor, placeOf } from '../jobs/match';
import type { Query } from '../jobs/query';
import { formatQuery } from '../jobs/queryText';
import type { Repeats } from '../views/whyFailed';
import type { Room } from './command';

const DAY_MS = 86_400_000;
const DAYS = 7;
const PAGE = 200;
/** An array's children cost a page, however many they are. */
const MOST_PAGES = 10;

/** An array is one, with all of its children. */
const strikeOf = ({ id }: Pick<JobRow, 'id'>): string => arrayParentOf(id) ?? id;

/** What narrows a search to the jobs that may have the cause. */
const byMarks = ({ marks }: Cause): Pick<Query, 'reasons' | 'exits'> => ({
  ...(marks.reasons === undefined ? {} : { reasons: [...marks.reasons] }),
  ...(marks.exit === undefined ? {} : { exits: [{ from: marks.exit, to: marks.exit }] }),
});

/** Where a walk through the newest jobs goes on: behind the rest of an array that is counted already. */
function behind(last: JobRow, counted: ReadonlyMap<string, boolean>): Cursor {
  const place = placeOf(last, 'newest');
  const parent = arrayParentOf(last.id);
  return parent === undefined || !counted.has(parent) ? place : { ...place, id: `${parent}:` };
}

/** The job itself always counts, also one that the history does not hold yet. */
export async function repeatsOf(job: Job, cause: Cause, room: Room): Promise<Repeats | undefined> {
  if (job.definition === undefined) return undefined;
  const since = { at: room.now() - DAYS * DAY_MS, typed: `${DAYS}d` };
  const query: Query = {
    words: [],
    definitions: [job.definition.replace(/:\d+$/, '')],
    statuses: ['failed'],
    since,
    ...byMarks(cause),
  };
  // Whether each was of this very revision.
  const struck = new Map([[strikeOf(job), true]]);
  let after: Cursor | undefined;
  let pages = 0;
  do {
    const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    const { rows, next } = await room.history.search.search(query, page, { pageOnly: true });
    for (const row of rows)
      if (causeOf(row)?.identity === cause.identity) struck.set(strikeOf(row), row.definition === job.definition);
    const last = rows.at(-1);
    after = next === undefined || last === undefined ? undefined : behind(last, struck);
    pages++;
  } while (after !== undefined && pages < MOST_PAGES);
  const ofRevision = [...struck.values()].filter(Boolean).length;
  return {
    ofRevision,
    ofAll: struck.size,
    ...(after === undefined ? {} : { isAtLeast: true as const }),
    days: DAYS,
    search: `search ${formatQuery(query)}`,
  };
}
