/** The pages of a search: each job once, in order, from either end, also while new jobs arrive. */
import fc from 'fast-check';
import type { JobRow } from '../../src/jobs/job';
import { type Cursor, compareNewest, decodeCursor, encodeCursor, matches, searchRows } from '../../src/jobs/match';
import { type Query, SORTS } from '../../src/jobs/query';
import { anyQuery, anyRows, wideQuery } from './anyRows';

const limits = fc.integer({ min: 1, max: 7 });
const searches = fc.oneof({ weight: 3, arbitrary: wideQuery }, { weight: 1, arbitrary: anyQuery });

/** As a button carries it. */
const pressed = (cursor: Cursor): Cursor => decodeCursor(encodeCursor(cursor)) ?? { key: 'no cursor', id: '' };

/** What the order means, told by each sort on its own. */
function inOrder(rows: JobRow[], { sort = 'newest' }: Query): JobRow[] {
  const ran = (row: JobRow) => (row.startedAt === undefined ? -1 : (row.stoppedAt ?? row.seenAt) - row.startedAt);
  const byText = (a: string, b: string) => Number(a > b) - Number(a < b);
  const compare = {
    newest: (a: JobRow, b: JobRow) => (b.createdAt ?? 0) - (a.createdAt ?? 0) || byText(b.id, a.id),
    oldest: (a: JobRow, b: JobRow) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || byText(a.id, b.id),
    duration: (a: JobRow, b: JobRow) => ran(b) - ran(a) || byText(b.id, a.id),
    name: (a: JobRow, b: JobRow) =>
      byText((a.name ?? '').toLowerCase(), (b.name ?? '').toLowerCase()) || byText(a.id, b.id),
  };
  return [...rows].sort(compare[sort]);
}

test('Next visits each match once, in order, with its place and the exact total', () => {
  fc.assert(
    fc.property(anyRows, searches, limits, (rows, query, limit) => {
      const expected = inOrder(
        rows.filter((row) => matches(query, row)),
        query,
      );
      const visited: JobRow[] = [];
      let after: Cursor | undefined;
      do {
        const page = searchRows(rows, query, { limit, ...(after && { after }) });
        expect(page.total).toBe(expected.length);
        expect(page.from).toBe(visited.length + 1);
        expect(page.previous === undefined).toBe(visited.length === 0);
        visited.push(...page.rows);
        after = page.next && pressed(page.next);
      } while (after !== undefined && visited.length <= rows.length);
      expect(visited).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('Previous goes back over the same jobs', () => {
  fc.assert(
    fc.property(anyRows, searches, limits, (rows, query, limit) => {
      const pages = [searchRows(rows, query, { limit })];
      for (let next = pages[0]?.next; next; next = pages.at(-1)?.next)
        pages.push(searchRows(rows, query, { limit, after: pressed(next) }));
      for (let n = pages.length - 1; n > 0; n--) {
        const previous = pages[n]?.previous;
        expect(previous).toBeDefined();
        if (previous) expect(searchRows(rows, query, { limit, before: pressed(previous) })).toEqual(pages[n - 1]);
      }
    }),
    { numRuns: 300 },
  );
});

test('jobs that arrive between two pages make no other come twice or go missing', () => {
  fc.assert(
    fc.property(anyRows, fc.nat(), searches, limits, (rows, n, query, limit) => {
      const arrived = rows.slice(rows.length - (n % (rows.length + 1)));
      const known = rows.slice(0, rows.length - arrived.length);
      const first = searchRows(known, query, { limit });
      const expected = inOrder(
        known.filter((row) => matches(query, row)),
        query,
      );
      const seen = [...first.rows];
      for (let next = first.next; next; ) {
        const page = searchRows(rows, query, { limit, after: pressed(next) });
        seen.push(...page.rows);
        next = page.next;
      }
      expect(seen.filter((row) => known.includes(row))).toEqual(expected);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    }),
    { numRuns: 300 },
  );
});

test('the order of the rows that come in makes no difference', () => {
  fc.assert(
    fc.property(anyRows, searches, limits, (rows, query, limit) => {
      expect(searchRows([...rows].reverse(), query, { limit })).toEqual(searchRows(rows, query, { limit }));
    }),
  );
});

const row = (id: string, fields: Partial<JobRow> = {}): JobRow => ({
  ...{ id, status: 'RUNNING', seenAt: 9_000, attemptCount: 1 },
  ...fields,
});

test.each(SORTS)('sort:%s', (sort) => {
  const rows = [
    row('a', { createdAt: 2_000, name: 'b', startedAt: 3_000, stoppedAt: 4_000 }),
    row('b', { createdAt: 1_000, name: 'C', startedAt: 1_000 }),
    row('c', { createdAt: 3_000, name: 'a' }),
    row('d', { createdAt: 3_000, name: 'B', startedAt: 3_000, stoppedAt: 5_000 }),
  ];
  const ids = searchRows(rows, { words: [], sort }, { limit: 9 }).rows.map(({ id }) => id);
  const expected = { newest: 'dcab', oldest: 'bacd', duration: 'bdac', name: 'cadb' };
  expect(ids.join('')).toBe(expected[sort]);
});

test('no match is an empty page', () => {
  expect(searchRows([row('a')], { words: ['zzz'] }, { limit: 5 })).toEqual({ rows: [], total: 0, from: 1 });
});

test('the newest first, then the greater id', () => {
  expect(compareNewest(row('a', { createdAt: 2 }), row('b', { createdAt: 1 }))).toBeLessThan(0);
  expect(compareNewest(row('a', { createdAt: 1 }), row('b', { createdAt: 1 }))).toBeGreaterThan(0);
});

describe('a place in the order', () => {
  const anyId = fc.tuple(fc.uuid(), fc.constantFrom('', ':12', '#3')).map((parts) => parts.join(''));
  const anyKey = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-1, 0), fc.string({ unit: 'grapheme' }));

  test('is kept by a button as it is', () => {
    fc.assert(
      fc.property(anyKey, anyId, (key, id) => {
        expect(decodeCursor(encodeCursor({ key, id }))).toEqual({ key, id });
        expect(encodeCursor({ key, id })).not.toMatch(/\s/);
      }),
    );
  });

  test.each(['', 'n~', 'n', 'x1~a', 'n1~', `n1~${'a'.repeat(65)}`, 'n~a', 'n1~a b', `n${'z'.repeat(40)}~a`])(
    '%j is none',
    (text) => {
      expect(decodeCursor(text)).toBeUndefined();
    },
  );
});
