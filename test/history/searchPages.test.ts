/** Paging through a history that goes on: jobs arrive, and are packed, merged and rebuilt between two pages. */
import * as fc from 'fast-check';
import type { Job } from '../../src/jobs/job';
import type { Cursor } from '../../src/jobs/match';
import type { Query } from '../../src/jobs/query';
import { MemoryClient, MemoryTable } from './memoryTable';
import { History } from './model';

function aHistory(): History {
  const table = new MemoryTable();
  return new History({ table: 'memory', client: (before) => new MemoryClient(table, before) });
}

const jobOf = (n: number, createdAt: number): Job => ({
  id: `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`,
  name: `align-${n % 4}`,
  queue: 'prod',
  createdAt,
  startedAt: createdAt + 1,
  stoppedAt: createdAt + 1 + (n % 5),
  status: n % 3 === 0 ? 'FAILED' : 'SUCCEEDED',
  seenAt: createdAt + 10,
  whole: true,
  attempts: [],
  entered: {},
});

const events = fc.array(fc.constantFrom('arrive', 'pack', 'rebuild', 'late', 'nothing'), {
  minLength: 1,
  maxLength: 12,
});
const sorts = fc.constantFrom<Query['sort']>(undefined, 'oldest', 'duration', 'name');

test('whatever happens between two pages, no job comes twice or is left out, forwards and back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(8), { minLength: 3, maxLength: 24 }),
      events,
      fc.integer({ min: 1, max: 4 }),
      sorts,
      async (times, between, limit, sort) => {
        const history = aHistory();
        const jobs = times.map((at, n) => jobOf(n, 100 + at));
        let turn = 0;
        let arrived = 0;
        const happen = async (): Promise<void> => {
          const event = between[turn++ % between.length];
          // What arrives is of another queue: it is not asked for, but packed with the rest.
          if (event === 'arrive')
            await history.tell({ ...jobOf(50 + arrived++, 100 + (arrived % 12)), queue: 'other' });
          const late = jobs[turn % jobs.length];
          if (event === 'late' && late !== undefined)
            await history.tell({ ...late, statusReason: `told ${turn}`, seenAt: late.seenAt + turn });
          history.wait();
          if (event === 'pack') await history.worker().pack(1, 2);
          if (event === 'rebuild') await history.worker().rebuild();
        };
        for (const job of jobs) {
          await history.tell(job);
          await happen();
        }
        const searcher = history.worker();
        const query: Query = { words: ['align'], queues: ['prod'], ...(sort === undefined ? {} : { sort }) };
        const expected = jobs.map(({ id }) => id).sort();
        const ahead: string[] = [];
        let last: Cursor | undefined;
        let after: Cursor | undefined;
        do {
          const page = await searcher.search.search(query, { limit, ...(after === undefined ? {} : { after }) });
          expect(page.from).toBe(ahead.length + 1);
          expect(page.total).toBe(jobs.length);
          ahead.push(...page.rows.map(({ id }) => id));
          last = page.previous;
          after = page.next;
          await happen();
        } while (after !== undefined);
        expect([...ahead].sort()).toEqual(expected);
        const back: string[] = [];
        while (last !== undefined) {
          const page = await searcher.search.search(query, { limit, before: last });
          back.unshift(...page.rows.map(({ id }) => id));
          last = page.previous;
          await happen();
        }
        // The first page is filled up from behind.
        expect([...new Set(back)]).toEqual(ahead.slice(0, new Set(back).size));
      },
    ),
    { numRuns: 60 },
  );
});

test('a search whose budget ends before its page is full goes on where it ended', async () => {
  const history = aHistory();
  const rare = 7;
  for (let n = 0; n < 64; n++) {
    await history.tell({ ...jobOf(n, n), name: n === rare ? 'needle' : 'hay' });
    if (n % 4 !== 3) continue;
    history.wait();
    await history.worker().pack(1, 99);
  }
  const query: Query = { words: ['needle'] };
  const poor = history.worker({ budget: { ms: 60_000, readUnits: 0 } });
  const found: string[] = [];
  let after: Cursor | undefined;
  let pages = 0;
  do {
    const page = await poor.search.search(query, { limit: 2, ...(after === undefined ? {} : { after }) });
    found.push(...page.rows.map(({ id }) => id));
    if (page.next !== undefined) expect(page.isAtLeast).toBe(true);
    after = page.next;
  } while (after !== undefined && ++pages < 20);
  expect(found).toEqual([jobOf(rare, rare).id]);
  expect(pages).toBeGreaterThan(1);
  expect((await history.worker().search.search(query, { limit: 2 })).total).toBe(1);
});

test('all of a result is as much as its reads may cost, and says so', async () => {
  const history = aHistory();
  for (let n = 0; n < 12; n++) await history.tell(jobOf(n, n));
  history.wait();
  await history.worker().pack();
  const poor = history.worker({ budget: { ms: 60_000, readUnits: 2.5 } });
  const cut = await poor.search.matches({ words: ['align'] });
  expect(cut.rows.map(({ createdAt }) => createdAt)).toEqual([11, 10, 9, 8, 7]);
  expect(cut.isAtLeast).toBe(true);
  const whole = await history.worker().search.matches({ words: ['align'] });
  expect(whole.rows).toHaveLength(12);
  expect(whole.isAtLeast).toBeUndefined();
});

test('unfinished jobs, and an array that is wholly live, are found without reading any segment', async () => {
  const history = aHistory();
  for (let n = 0; n < 12; n++) await history.tell(jobOf(n, n));
  history.wait();
  await history.worker().pack();
  const parent = jobOf(90, 50);
  const { stoppedAt: _, ...begun } = parent;
  await history.tell({ ...begun, status: 'PENDING', arraySize: 2 });
  for (const arrayIndex of [0, 1])
    await history.tell({ ...parent, id: `${parent.id}:${arrayIndex}`, arrayIndex, status: 'FAILED' });
  const reader = history.worker();
  const read: string[] = [];
  reader.items.part = async (id, part) => {
    read.push(`${id} ${part}`);
    throw new Error('no segment is to be read');
  };
  expect(await reader.search.all({ words: [], statuses: ['active'] })).toHaveLength(1);
  expect(await reader.search.all({ words: [], array: parent.id, statuses: ['failed'] })).toHaveLength(2);
  expect(read).toEqual([]);
});
