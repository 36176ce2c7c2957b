/**
 * Words that look like ids: most are the beginning of one, which the table's own keys know, but any may stand in a text. A
 * filter tells which may; whatever happens to it, a word that stands in a text is found there.
 */
import * as fc from 'fast-check';
import { bucketOfHash, DigitFilter, digitHash, growBuckets } from '../../src/history/segments';
import type { Job } from '../../src/jobs/job';
import { MemoryClient, MemoryTable } from './memoryTable';
import { History, interleave } from './model';
import { numberedId, numberedJob } from './numberedJob';

/** The word stands in the reason of every job of a group, and is the beginning of a job's id. */
const WORD = '00000007';
const holding = (n: number): Job => numberedJob(n, { statusReason: `Host EC2 (instance i-0a${WORD}b) terminated.` });
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

function open(fullRows?: number) {
  const table = new MemoryTable();
  const client: ConstructorParameters<typeof History>[0]['client'] = (before) => new MemoryClient(table, before);
  const history = new History({ table: 'memory', fullRows, client });
  const tell = async (...news: Job[]) => {
    for (const one of news) await history.tell(one);
  };
  const asks = async (...words: string[]) => await history.agree(history.worker(), { words }, 50);
  /** A search that reads neither list nor segment gets by without them. */
  const withoutLists = async (work: () => Promise<void>) => {
    const kept = new Map(table.items);
    for (const [key, { pk }] of kept) {
      if (/^SEGMENTS?#(?!digits)/.test(String(pk))) table.items.delete(key);
    }
    try {
      await work();
    } finally {
      table.items.clear();
      for (const [key, item] of kept) table.items.set(key, item);
    }
  };
  return { table, history, tell, asks, withoutLists };
}
type Here = ReturnType<typeof open>;

const packed = async ({ history }: Here, fullRows: number | undefined) => {
  await history.packWholly();
  const { digits } = await history.worker().items.head();
  // Full segments have their words in buckets, small ones in the head.
  expect((digits?.stamp ?? 0) > 0).toBe(fullRows !== undefined);
};

describe.each([
  ['of small segments', undefined],
  ['of full segments', 2],
])('a filter %s', (_, fullRows) => {
  test('answers for the beginning of an id without a list or a segment, and not for a word of a text', async () => {
    const here = open(fullRows);
    await here.tell(
      ...range(1, 12).map((n) => numberedJob(n)),
      holding(13),
      numberedJob(14, { name: 'reads-0123abcd-4567.bam' }),
    );
    await packed(here, fullRows);
    await here.tell(numberedJob(15), { ...numberedJob(3), statusReason: 'late', seenAt: 99 });
    await here.withoutLists(async () => {
      for (const word of ['00000003', '00000012-0000-4000', numberedId(9), '00000015', 'fedcba98'])
        await here.asks(word, ...(word === numberedId(9) ? ['align'] : []));
      await expect(here.asks(WORD)).rejects.toThrow(/is missing/);
      await expect(here.asks('123abcd-45')).rejects.toThrow(/is missing/);
    });
    for (const word of [WORD, '123abcd-45', '0123abcd', 'a0000000', '00000007b']) await here.asks(word);
  });

  test('is written before the list of segments becomes valid, wherever the packer dies', async () => {
    let isThrough = false;
    for (let writesLeft = 0; !isThrough; writesLeft++) {
      const here = open(fullRows);
      await here.tell(...range(1, 6).map((n) => numberedJob(n)));
      await packed(here, fullRows);
      await here.tell(numberedJob(7), ...range(8, 11).map(holding));
      here.history.wait();
      isThrough = (await here.history.worker({ writesLeft }).pack()) !== undefined;
      await here.asks(WORD);
      await here.history.packWholly();
      await here.asks(WORD);
    }
  });

  test('keeps the words of two packers at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }),
        fc.boolean(),
        async (choices, isRebuilt) => {
          const here = open(fullRows);
          await here.tell(...range(1, 6).map((n) => numberedJob(n)), ...range(8, 10).map(holding));
          await here.history.worker().pack();
          await here.tell(numberedJob(7), numberedJob(11, { name: '0123abcd4567' }), numberedJob(12));
          here.history.wait();
          await interleave(choices, [
            (turn) => here.history.worker({ turn })[isRebuilt ? 'rebuild' : 'pack'](),
            (turn) => here.history.worker({ turn, aheadMs: 400_000 }).pack(),
            async (turn) => here.tell(numberedJob(13, { name: 'abcdef-123456' }), numberedJob(14)).then(turn),
          ]);
          here.history.wait(400_000);
          for (const look of ['before', 'after']) {
            for (const word of [WORD, '0123abcd', 'abcdef-123', '00000011']) await here.asks(word);
            if (look === 'before') await here.history.packWholly();
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test('is made anew by a rebuild, and a rebuild that dies anywhere goes on with it', async () => {
    let isThrough = false;
    for (let writesLeft = 0; !isThrough; writesLeft += 3) {
      const here = open(fullRows);
      await here.tell(...range(1, 6).map((n) => numberedJob(n)), ...range(8, 10).map(holding));
      await packed(here, fullRows);
      for (const [key, { pk }] of here.table.items)
        if (String(pk).startsWith('SEGMENTS#digits')) here.table.items.delete(key);
      // Without the filter nothing is known, and all is looked through.
      await here.asks(WORD);
      await here.asks('00000003');
      here.history.wait();
      isThrough = (await here.history.worker({ writesLeft }).rebuild()) !== undefined;
      await here.asks(WORD);
      here.history.wait();
      await here.history.worker().rebuild();
      await packed(here, fullRows);
      await here.asks(WORD);
      await here.withoutLists(() => here.asks('00000003'));
    }
  });
});

test('a bucket that is read as it was a moment ago is read again', async () => {
  const here = open(2);
  const stale = new Map<string, Record<string, unknown>>();
  await here.tell(...range(1, 4).map((n) => numberedJob(n)));
  await packed(here, 2);
  for (const [key, item] of here.table.items) if (String(item.pk).startsWith('SEGMENTS#digits')) stale.set(key, item);
  expect(stale.size).toBeGreaterThan(0);
  await here.tell(...range(8, 11).map(holding));
  await here.history.packWholly();
  const newest = new Map(here.table.items);
  const before = (command: string, input: unknown) => {
    const isSoon = command === 'GetCommand' && (input as { ConsistentRead?: boolean }).ConsistentRead !== true;
    for (const [key, item] of stale) here.table.items.set(key, isSoon ? item : (newest.get(key) ?? item));
  };
  await here.history.agree(here.history.worker({ before }), { words: [WORD] }, 50);
});

test('it grows with what is packed', async () => {
  const here = open(200);
  const noise = (n: number): string => digitHash(String(n).padStart(8, '0')).toString(16).padStart(8, '0');
  const hashes = (n: number): string =>
    range(1, 8)
      .map((part) => noise(n * 100 + part))
      .join('');
  for (let group = 0; group < 3; group++) {
    await here.tell(
      ...range(group * 400, group * 400 + 399).map((n) => numberedJob(n, { command: ['run', hashes(n)] })),
    );
    here.history.wait();
    await here.history.worker().pack(1, 99);
  }
  const { digits } = await here.history.worker().items.head();
  expect(digits?.buckets).toBeGreaterThanOrEqual(16);
  for (const n of [0, 399, 400, 1_199]) await here.asks(hashes(n).slice(5, 14));
  await here.withoutLists(() => here.asks('00000399-0000'));
  // What has become too many buckets ago is removed an hour later.
  here.history.wait(4_000_000);
  await here.history.packWholly();
  const kept = [...here.table.items.values()].filter(({ pk }) => String(pk).startsWith('SEGMENTS#digits'));
  expect(kept).toHaveLength(digits?.buckets ?? 0);
});

test('a filter of hashes tells of everything that was put into it, however it is parted, joined, cut and packed', () => {
  const anyHash = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  void fc.assert(
    fc.property(
      fc.array(fc.array(anyHash, { maxLength: 300 }), { maxLength: 6 }),
      fc.integer({ min: 40, max: 600 }),
      (groups, bytes) => {
        let buckets: readonly DigitFilter[] = [DigitFilter.empty];
        for (const group of groups) buckets = growBuckets(buckets, group) ?? [];
        const halved = buckets.flatMap((bucket, n) => bucket.halves(n, buckets.length));
        const all = groups.reduce(
          (filter, group) => filter.or(DigitFilter.empty.with(group).within(bytes)),
          DigitFilter.empty,
        );
        expect(all.within(bytes).pack().length).toBeLessThanOrEqual(Math.max(bytes, 40));
        for (const hash of groups.flat()) {
          expect(DigitFilter.read(all.within(bytes).pack(), 'x').mayHold(hash)).toBe(true);
          expect(halved[bucketOfHash(hash, halved.length)]?.mayHold(hash)).toBe(true);
        }
      },
    ),
  );
});

test('of 100,000 hashes buckets of less than 4 KB are wrong about few words, and of far too many they give up', () => {
  const hashOf = (n: number): number => digitHash(n.toString(16).padStart(8, '0'));
  const buckets = growBuckets([DigitFilter.empty], range(0, 99_999).map(hashOf)) ?? [];
  expect(buckets.length).toBeGreaterThanOrEqual(64);
  for (const bucket of buckets) expect(bucket.pack().length).toBeLessThan(4_000);
  const isHeld = (n: number) => buckets[bucketOfHash(hashOf(n), buckets.length)]?.mayHold(hashOf(n)) === true;
  expect(range(0, 999).every(isHeld)).toBe(true);
  expect(range(5_000_000, 5_009_999).filter(isHeld).length).toBeLessThan(100);
  // So many in the first of 256 buckets as it would have of more than two millions in all.
  const inFirst = range(0, 9_999).map((n) => Math.floor((n / 10_000) * (2 ** 32 / 256)));
  expect(growBuckets([DigitFilter.empty], inFirst.slice(0, 1_000))).toBeDefined();
  expect(growBuckets([DigitFilter.empty], inFirst)).toBeUndefined();
});

test('a table that is quiet for minutes looks through no segment for jobs that have left the live index', async () => {
  const here = open();
  await here.tell(...range(1, 6).map((n) => numberedJob(n)));
  await here.history.packWholly();
  const { items } = here.history.worker();
  expect((await items.head()).recent).toHaveLength(1);
  await here.history.packWholly();
  expect((await items.head()).recent).toHaveLength(1);
  here.history.wait(700_000);
  await here.history.packWholly();
  expect((await items.head()).recent).toEqual([]);
  await here.tell(numberedJob(9), { ...numberedJob(3), statusReason: 'late', seenAt: 99 });
  await here.asks();
  await here.history.packWholly();
  expect((await items.head()).recent).not.toEqual([]);
  await here.asks();
});
