/** Where jobs could be lost or shown twice: a test for each of the ten hazards that the history's design names. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type ManifestEntry, packManifests, readManifest } from '../../src/history/segments';
import type { Job } from '../../src/jobs/job';
import { MemoryClient, MemoryTable } from './memoryTable';
import { History } from './model';
import { numberedId, numberedJob } from './numberedJob';

const hashOf = (n: number): string => createHash('sha256').update(`${n}`).digest('base64url').slice(0, 22);
const job = (n: number, more: Partial<Job> = {}): Job => numberedJob(n, { queue: 'spot', ...more });
/** Newer news: of two of one moment Batch's order says nothing. */
const late = (n: number, statusReason: string): Job => job(n, { statusReason, seenAt: n + 1_000 });
const jobs = (from: number, to: number, more: Partial<Job> = {}): Job[] =>
  Array.from({ length: to - from + 1 }, (_, n) => job(from + n, more));

function open() {
  const table = new MemoryTable();
  const history = new History({ table: 'memory', client: (before) => new MemoryClient(table, before) });
  const tell = async (...news: Job[]) => {
    for (const one of news) await history.tell(one);
  };
  const pack = async () => {
    history.wait();
    await history.worker().pack();
  };
  const everywhere = { words: [] };
  return { table, history, tell, pack, everywhere };
}

/** Does a piece of work again and again on a new history, dying one write later each time, until it lives through. */
async function dyingEverywhere(
  prepare: (here: ReturnType<typeof open>) => Promise<void>,
  work: (here: ReturnType<typeof open>, writesLeft: number) => Promise<unknown>,
): Promise<number> {
  for (let writes = 0; ; writes++) {
    const here = open();
    await prepare(here);
    here.history.wait();
    const report = await work(here, writes);
    await here.history.agree(here.history.worker(), here.everywhere, 50);
    await here.history.packWholly();
    await here.history.agree(here.history.worker(), here.everywhere, 50);
    if (report !== undefined) return writes;
  }
}

test('1. Segments are a rebuildable index: packing keeps every job item, and a rebuild needs nothing else', async () => {
  const { table, history, tell, pack, everywhere } = open();
  await tell(...jobs(1, 6));
  await pack();
  for (const one of jobs(1, 6)) expect((await history.worker().jobs.get(one.id))?.job).toEqual(one);
  for (const [key, item] of table.items) {
    if (/^SEGMENTS?#/.test(String(item.pk))) table.items.delete(key);
  }
  await expect(history.agree(history.worker(), everywhere)).rejects.toThrow(/is missing/);
  history.wait();
  expect(await history.worker().rebuild()).toMatchObject({ packed: 6, complete: true });
  await history.agree(history.worker(), everywhere, 50);
});

test('1. A rebuild that dies at any write goes on where it was, and news that come meanwhile are neither lost nor doubled', async () => {
  const writes = await dyingEverywhere(
    async ({ tell, pack }) => {
      await tell(...jobs(1, 3));
      await pack();
      await tell(...jobs(4, 6), late(2, 'late'));
      await pack();
    },
    async ({ history, tell }, writesLeft) => {
      const report = await history.worker({ writesLeft }).rebuild();
      await tell(late(3, 'later'), late(5, 'later'), job(9));
      return report;
    },
  );
  expect(writes).toBeGreaterThan(10);
});

test('2. Reader order: a job that is packed between a look at the live index and one at the list is found once', async () => {
  // Whatever the command before which the packer goes to work and comes to its end.
  for (let at = 0; at < 40; at++) {
    for (const isWarm of [false, true]) {
      const { history, tell, pack, everywhere } = open();
      await tell(...jobs(1, 4));
      await pack();
      await tell(...jobs(5, 8));
      let commands = 0;
      let isArmed = !isWarm;
      const turn = async () => {
        if (isArmed && commands++ === at) await pack();
      };
      const reader = history.worker({ turn });
      if (isWarm) await history.agree(reader, everywhere, 50);
      isArmed = true;
      await history.agree(reader, everywhere, 50);
    }
  }
});

test('2. However many packs come between two looks of a worker, it finds each job once', async () => {
  const { history, tell, everywhere } = open();
  const warm = history.worker();
  await tell(...jobs(1, 3));
  await history.agree(warm, everywhere, 50);
  for (let n = 4; n < 24; n++) {
    await tell(job(n));
    history.wait();
    await history.worker().pack(1, 99);
  }
  await history.agree(warm, everywhere, 50);
});

test('3. Commit order: a packer that dies at any write leaves every job to be found once', async () => {
  const writes = await dyingEverywhere(
    async ({ tell, pack }) => {
      for (let group = 0; group < 2; group++) {
        await tell(...jobs(group * 3 + 1, group * 3 + 3));
        await pack();
      }
      await tell(...jobs(7, 9), late(2, 'late'));
    },
    async ({ history }, writesLeft) => await history.worker({ writesLeft }).pack(),
  );
  // The note, three parts, versions, list, commit, and a write for each job.
  expect(writes).toBeGreaterThan(12);
});

test('3. A job that is written between its packing and its leaving the live index stays in it', async () => {
  for (let at = 0; at < 60; at++) {
    const { history, tell, everywhere } = open();
    await tell(...jobs(1, 3));
    let commands = 0;
    const turn = async () => {
      if (commands++ === at) await tell(late(2, 'told while it was packed'));
    };
    history.wait();
    await history.worker({ turn }).pack();
    await history.agree(history.worker(), everywhere, 50);
    await history.agree(history.worker(), { words: ['told'] }, 50);
  }
});

test('4. Late news about a packed job wins over its row, and totals are corrected, again after its next pack', async () => {
  const { history, tell, pack, everywhere } = open();
  const warm = history.worker();
  await tell(...jobs(1, 5), job(6, { createdAt: undefined }));
  await pack();
  await history.agree(warm, everywhere, 50);
  await tell(late(3, 'Host terminated'), late(6, 'Host terminated'));
  for (const query of [everywhere, { words: ['host'] }]) await history.agree(warm, query, 50);
  await pack();
  for (const query of [everywhere, { words: ['host'] }]) {
    await history.agree(warm, query, 50);
    await history.agree(history.worker(), query, 50);
  }
});

test('5. Jobs end late, so segments overlap in time: pages in order of creation skip none and repeat none', async () => {
  const { history, tell, everywhere } = open();
  for (const group of [
    [1, 20, 40],
    [2, 19, 39],
    [3, 21, 38],
  ]) {
    await tell(...group.map((n) => job(n)));
    history.wait();
    await history.worker().pack(1, 99);
  }
  const reader = history.worker();
  const seen: string[] = [];
  let after: { key: number | string; id: string } | undefined;
  do {
    const page = await reader.search.search(everywhere, { limit: 2, ...(after === undefined ? {} : { after }) });
    seen.push(...page.rows.map(({ id }) => id));
    // A job that is newer than the page comes meanwhile: a cursor is a place, not an offset.
    await tell(job(100 + seen.length));
    after = page.next;
  } while (after !== undefined);
  expect(seen).toEqual([40, 39, 38, 21, 20, 19, 3, 2, 1].map(numberedId));
});

test('6. Two packers at once: who lost the lease can commit nothing, and what both did is there once', async () => {
  for (let at = 1; at < 30; at++) {
    const { history, tell, everywhere } = open();
    await tell(...jobs(1, 4));
    history.wait();
    let commands = 0;
    const turn = async () => {
      if (commands++ !== at) return;
      await tell(...jobs(5, 6));
      history.wait();
      await history.worker().pack();
      await tell(late(1, 'late'));
    };
    await history.worker({ turn }).pack();
    await history.agree(history.worker(), everywhere, 50);
    await history.packWholly();
    await history.agree(history.worker(), everywhere, 50);
  }
});

test('6. A packer that lost its lease to a rebuild can not end that rebuild by its commit', async () => {
  for (let at = 1; at < 30; at++) {
    const { history, tell, everywhere } = open();
    await tell(...jobs(1, 4));
    const { items } = history.worker();
    let commands = 0;
    let isBegun = false;
    const turn = async () => {
      if (commands++ !== at) return;
      history.wait();
      await history.worker({ writesLeft: 3 }).rebuild();
      const { rebuilding, generation } = await items.head();
      isBegun = rebuilding !== undefined && generation === 0;
    };
    history.wait();
    await history.worker({ turn }).pack();
    if (isBegun) expect((await items.head()).rebuilding).toBeDefined();
    await history.packWholly();
    await history.agree(history.worker(), everywhere, 50);
  }
});

test('6. While one holds the lease another does nothing', async () => {
  const { history, tell } = open();
  await tell(...jobs(1, 4));
  let other: unknown;
  let commands = 0;
  const turn = async () => {
    if (commands++ === 3) other = await history.worker().pack();
  };
  history.wait();
  expect(await history.worker({ turn }).pack()).toMatchObject({ packed: 4, complete: true });
  expect(other).toMatchObject({ packed: 0, complete: false });
});

test('7. Text is UTF-8, may hold newlines and control bytes, and is folded once', async () => {
  const { history, tell, pack } = open();
  const texts = [
    'ÉTÉ-火-😀',
    'line one\nline two',
    'a\u0000b\u0001c\u0002d\u0003e\u0004f',
    'İstanbul',
    'ΑΣ',
    'x'.repeat(128),
  ];
  await tell(...texts.map((name, n) => job(n + 1, { name, statusReason: `because ${name}` })));
  await pack();
  const words = [
    'été-火',
    '😀',
    'one\nline',
    'b\u0001c',
    'i̇stanbul',
    'İSTANBUL',
    'ας',
    'ασ',
    'xxx',
    'BECAUSE',
    '\u0003',
  ];
  for (const word of words) await history.agree(history.worker(), { words: [word] }, 50);
  const found = await history.worker().search.search({ words: ['été'] }, { limit: 9 });
  expect(found.rows.map(({ name }) => name)).toEqual(['ÉTÉ-火-😀']);
});

test('8. Limits: parts that would outgrow an item are halved, and what a batch leaves unread is read again', async () => {
  const { table, history, tell, everywhere } = open();
  table.batchSize = 60;
  const noise = (n: number) =>
    createHash('sha512').update(String(n)).digest('base64') + createHash('sha512').update(`b${n}`).digest('base64');
  // Half a megabyte of reasons that no compression makes smaller.
  const many = jobs(1, 2_500).map((one, n) => ({ ...one, statusReason: noise(n), containerReason: noise(-n) }));
  await tell(...many);
  history.wait();
  expect(await history.worker().pack()).toMatchObject({ packed: 2_500, complete: true });
  const segments = new Set([...table.items.values()].map(({ pk }) => pk).filter((pk) => /^SEGMENT#/.test(String(pk))));
  expect(segments.size).toBeGreaterThan(1);
  table.batchSize = 7;
  await history.agree(history.worker(), everywhere, 30);
});

test('8. Limits: a list of many segments takes as many manifests as it needs', () => {
  const entries = Array.from({ length: 140 }, (_, n): ManifestEntry => {
    const noise = createHash('shake256', { outputLength: 8_000 }).update(`${n}`).digest();
    const counts = Array.from({ length: 500 }, (_, q) => ({
      queue: `queue-${q}`,
      succeeded: noise.readUInt16LE(4 * q),
      failed: noise.readUInt16LE(4 * q + 2),
    }));
    const dead = Array.from(noise, (byte, row) => 2 * row + (byte % 2));
    return { id: hashOf(n), rowCount: 16_384, oldestAt: n, newestAt: n + 9, counts, dead, firstEndAt: n };
  });
  const packed = packManifests(entries);
  for (const one of packed) expect(one.length).toBeLessThan(400 * 1024 - 100);
  expect(packed.length).toBeGreaterThan(1);
  const read = packed.flatMap((one) => readManifest(one, 'manifest'));
  assert.deepEqual(read, entries);
});

test('9. Of 1,000 waiting jobs a warm worker, and a packer, read only what changed since the last look', async () => {
  const { table, history, tell, everywhere } = open();
  table.pageSize = 1_000;
  await tell(...jobs(1, 1_000, { status: 'RUNNABLE' }));
  history.wait(100_000);
  // Each part of the live index has some of these.
  await tell(...jobs(1_001, 1_040, { status: 'RUNNABLE' }));
  const worker = history.worker();
  await history.agree(worker, everywhere);
  await worker.pack(9_999);
  await tell(job(1_041), job(7, { status: 'RUNNING' }));
  table.itemsRead = 0;
  await history.agree(worker, everywhere);
  history.wait(100);
  await worker.pack(9_999);
  // A first page, its next, the one before, and the packer's: each reads some seconds again, and no more.
  expect(table.itemsRead).toBeLessThan(4 * 50);
});

test('10. A count past its budget of reads ends, and says at least how many there are', async () => {
  const { history, tell } = open();
  for (let group = 0; group < 4; group++) {
    await tell(...jobs(group * 3 + 1, group * 3 + 3));
    history.wait();
    await history.worker().pack(1, 99);
  }
  const query = { words: ['align'] };
  const poor = history.worker({ budget: { ms: 60_000, readUnits: 0 } });
  expect(await poor.search.search(query, { limit: 2 })).toMatchObject({ total: 3, isAtLeast: true });
  const late = history.worker({ budget: { ms: -1, readUnits: 1_000 } });
  expect(await late.search.search(query, { limit: 2 })).toMatchObject({ total: 3, isAtLeast: true });
  await history.agree(history.worker(), query, 2);
});
