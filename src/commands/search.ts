/** `/batch search`: any job of any age, by words and filters. */
import * as z from 'zod';
import { UserError } from '../errors';
import { type Cursor, decodeCursor } from '../jobs/match';
import { misspeltValue, misspeltWord } from '../jobs/misspelt';
import { parseQuery, type Query } from '../jobs/query';
import { describeQuery, formatQuery } from '../jobs/queryText';
import { JOBS_PER_PAGE, jobList, noJobs, noneYet } from '../views/jobList';
import { type Asking, command, type Room } from './command';

const cursor = z.string().transform((text, context): Cursor => {
  const decoded = decodeCursor(text);
  if (decoded !== undefined) return decoded;
  context.addIssue({ code: 'custom', message: 'that page is not one of mine; search again' });
  return z.NEVER;
});

/** Whose words and values are offered in place of some that were not found: the newest jobs. */
const WORDS_FROM = 500;

const DROPPABLE = {
  statuses: 'status',
  since: 'since',
  until: 'until',
  queues: 'queue',
  definitions: 'def',
  users: 'user',
  exits: 'exit',
  reasons: 'reason',
  images: 'image',
  array: 'array',
  tags: 'tag',
  names: 'name',
  incident: 'incident',
} as const;

/** Leaving out the one filter that finds the most. */
async function withoutOne(
  query: Query,
  room: Room,
): Promise<{ filter: string; query: Query; total: number } | undefined> {
  let best: { filter: string; query: Query; total: number } | undefined;
  for (const [part, filter] of Object.entries(DROPPABLE)) {
    if (!(part in query)) continue;
    const loosened: Query = { ...query };
    delete loosened[part as keyof typeof DROPPABLE];
    const { total } = await room.history.search.search(loosened, { limit: 1 });
    if (total > (best?.total ?? 0)) best = { filter: `${filter}:`, query: loosened, total };
  }
  return best;
}

export const queryOf = (asking: Pick<Asking<unknown>, 'query' | 'person'>, now: number): Query =>
  parseQuery(asking.query, { now, me: { id: asking.person.id, name: asking.person.name } });

export const search = command({
  name: 'search',
  summary: 'Finds jobs of any age by words and filters, newest first.',
  group: 'asks',
  usage: '[words…] [status:] [queue:] [def:] [user:] [since:]…',
  example: 'align status:failed since:7d',
  searches: true,
  filters: {
    after: { schema: cursor, meaning: 'the page after a job', hidden: true },
    before: { schema: cursor, meaning: 'the page before a job', hidden: true },
  },
  flags: ['share'],
  async run(asking, room) {
    const { history, slash, region } = room;
    const now = room.now();
    const query = queryOf(asking, now);
    const result = await history.search.search(query, {
      limit: JOBS_PER_PAGE,
      ...(asking.filters.after === undefined ? {} : { after: asking.filters.after }),
      ...(asking.filters.before === undefined ? {} : { before: asking.filters.before }),
    });
    if (result.total === 0 && result.isAtLeast !== true) {
      const newest = await history.search.search(parseQuery('', { now }), { limit: WORDS_FROM });
      const word = misspeltWord(query, newest.rows);
      const value = word === undefined ? misspeltValue(query, newest.rows) : undefined;
      if (value !== undefined)
        throw new UserError(
          `No ${describeQuery(query)}. Did you mean ${value.filter}:${value.instead}?`,
          `search ${formatQuery(value.query)}`,
        );
      return {
        message: noJobs({
          query,
          nearest: word,
          without: await withoutOne(query, room),
          known: newest.total,
          keptDays: history.keptDays,
          slash,
        }),
      };
    }
    if (result.rows.length === 0 && result.isAtLeast === true) return { message: noneYet({ query, result }) };
    const share = asking.flags.has('share');
    return {
      message: jobList({
        query,
        result,
        now,
        region,
        slash,
        mayAct: asking.person.role !== 'viewer',
        sharedBy: share ? asking.person.id : undefined,
        keptDays: history.keptDays,
        page: asking.filters,
      }),
      public: share,
    };
  },
});
