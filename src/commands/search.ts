/** `/batch search`: any job of any age, by words and filters. */
import { distance } from 'fastest-levenshtein';
import * as z from 'zod';
import type { JobRow } from '../jobs/job';
import { type Cursor, decodeCursor } from '../jobs/match';
import { parseQuery, type Query } from '../jobs/query';
import { JOBS_PER_PAGE, jobList, noJobs } from '../views/jobList';
import { type Asking, command, type Room } from './command';

const cursor = z.string().transform((text, context): Cursor => {
  const decoded = decodeCursor(text);
  if (decoded !== undefined) return decoded;
  context.addIssue({ code: 'custom', message: 'that page is not one of mine; search again' });
  return z.NEVER;
});

/** Only words this near are offered instead: one slip in four letters, two in more. */
const mayMean = (word: string, instead: string): boolean =>
  instead !== word && distance(word, instead) <= (word.length > 4 ? 2 : 1);

/** The words of names and queues that are spelt most nearly like one that was searched and found nothing. */
function nearestWord(query: Query, rows: readonly JobRow[]): { word: string; instead: string } | undefined {
  const vocabulary = new Map<string, number>();
  for (const row of rows) {
    for (const field of [row.name, row.queue, row.definition]) {
      for (const part of (field ?? '').toLowerCase().split(/[^\p{L}\p{N}]+/u)) {
        if (part.length > 2) vocabulary.set(part, (vocabulary.get(part) ?? 0) + 1);
      }
    }
  }
  for (const word of query.words) {
    const folded = word.toLowerCase();
    if ([...vocabulary.keys()].some((known) => known.includes(folded))) continue;
    const near = [...vocabulary]
      .filter(([known]) => mayMean(folded, known))
      .sort((a, b) => distance(folded, a[0]) - distance(folded, b[0]) || b[1] - a[1]);
    const [best] = near;
    if (best !== undefined) return { word, instead: best[0] };
  }
  return undefined;
}

/** Whose words are offered in place of one that was not found: the newest jobs. */
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
    after: { schema: cursor, meaning: 'the page after a job (its buttons set this)' },
    before: { schema: cursor, meaning: 'the page before a job (its buttons set this)' },
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
    if (result.total === 0) {
      const newest = await history.search.search(parseQuery('', { now }), { limit: WORDS_FROM });
      return {
        message: noJobs({
          query,
          nearest: nearestWord(query, newest.rows),
          without: await withoutOne(query, room),
          known: newest.total,
          slash,
        }),
      };
    }
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
      }),
      public: share,
    };
  },
});
