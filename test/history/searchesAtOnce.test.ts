/** Searches of one process that overlap: each is right, though the other finds what a packer, or news, changed meanwhile. */
import * as fc from 'fast-check';
import { MemoryClient, MemoryTable } from './memoryTable';
import { History, interleave } from './model';
import { numberedJob } from './numberedJob';

test.each([
  ['a pack', 'pack'],
  ['several packs', 'packs'],
  ['late news', 'news'],
])(
  'two searches at once, and %s in between',
  async (_, what) => {
    const anyChoices = fc.array(fc.nat(5), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(anyChoices, fc.nat(20), async (choices, pause) => {
        const table = new MemoryTable();
        table.pageSize = 2;
        const history = new History({ table: 'memory', client: (before) => new MemoryClient(table, before) });
        for (let n = 1; n <= 4; n++) await history.tell(numberedJob(n));
        await history.packWholly();
        for (let n = 5; n <= 9; n++) await history.tell(numberedJob(n));
        let turn: (() => Promise<void>) | undefined;
        const warm = history.worker({ turn: async () => await turn?.() });
        await history.agree(warm, { words: [] }, 20);
        history.wait();
        await interleave(choices, [
          async (next) => {
            turn = next;
            await warm.search.search({ words: ['align'] }, { limit: 2 });
            await history.agree(warm, { words: [] }, 20);
          },
          async (next) => {
            for (let n = 0; n < pause; n++) await next();
            // News of a job change no answer but its reason.
            const found = await warm.search.search({ words: [] }, { limit: 20 });
            expect(found.rows.map(({ id }) => id).sort()).toEqual([...history.known.keys()].sort());
            expect(found.total).toBe(9);
          },
          async (next) => {
            if (what === 'news') return void (await news(history, next));
            await history.worker({ turn: next }).pack();
            if (what === 'packs') for (let n = 0; n < 2; n++) await history.worker().rebuild();
          },
        ]);
        turn = undefined;
        await history.agree(warm, { words: [] }, 20);
      }),
      { numRuns: 40 },
    );
  },
  60_000,
);

/** The same again, of jobs that are packed and of some that are not. */
async function news(history: History, next: () => Promise<void>): Promise<void> {
  const writer = history.worker({ turn: next });
  for (const n of [2, 7, 3]) await history.tell(numberedJob(n, { seenAt: n + 1_000 }), writer);
}
