/** What is no longer part of the search index stays for an hour: a search, or a packer, may still hold the list that names it. */
import type { Job } from '../../src/jobs/job';
import { MemoryClient, MemoryTable } from './memoryTable';
import { History, interleave } from './model';
import { numberedJob } from './numberedJob';

const HOUR_S = 3_600;

function open() {
  const table = new MemoryTable();
  const history = new History({ table: 'memory', client: (before) => new MemoryClient(table, before) });
  const pack = async (...jobs: Job[]) => {
    for (const one of jobs) await history.tell(one);
    expect(await history.worker().pack(1, 99)).toMatchObject({ complete: true });
  };
  const keys = () => [...table.items.values()].map(({ pk }) => String(pk)).filter((pk) => /^SEGMENTS?#/.test(pk));
  return { table, history, pack, keys };
}

test('a list stays for an hour from the moment it was superseded, however old it was by then', async () => {
  const { history, pack, keys } = open();
  await pack(numberedJob(1));
  const [list = ''] = (await history.worker().items.head()).manifests;
  history.wait((HOUR_S - 10) * 1000);
  await pack(numberedJob(2));
  expect((await history.worker().items.head()).manifests).not.toContain(list);
  history.wait(15_000);
  await pack(numberedJob(3));
  await pack();
  expect(keys()).toContain(`SEGMENTS#${list}`);
  history.wait((HOUR_S - 60) * 1000);
  await pack(numberedJob(4));
  expect(keys()).toContain(`SEGMENTS#${list}`);
  history.wait(60_000);
  await pack();
  expect(keys()).not.toContain(`SEGMENTS#${list}`);
});

test('a packer that lost its lease, and whose list is removed meanwhile, ends quietly and leaves the rest to the next', async () => {
  const { history, pack, keys } = open();
  await pack(numberedJob(1));
  await history.tell(numberedJob(2));
  let commands = 0;
  let late = 0;
  for (let at = 1; at < 8; at++) {
    commands = 0;
    const turn = async () => {
      if (commands++ !== at) return;
      history.wait(HOUR_S * 1000);
      await pack(numberedJob(10 + at));
      history.wait(2 * HOUR_S * 1000);
      await pack();
    };
    const report = await history.worker({ turn }).pack(1, 99);
    if (report?.complete === false) late++;
    await history.agree(history.worker(), { words: [] }, 50);
    await history.packWholly();
  }
  expect(late).toBeGreaterThan(0);
  const { manifests } = await history.worker().items.head();
  expect(keys()).toEqual(expect.arrayContaining(manifests.map((key) => `SEGMENTS#${key}`)));
});

test('of an item that is missing while the lease is its own, a packer complains', async () => {
  const { table, history, pack } = open();
  await pack(numberedJob(1));
  for (const [key, { pk }] of table.items) if (/^SEGMENTS#/.test(String(pk))) table.items.delete(key);
  await expect(history.worker().pack()).rejects.toThrow(/is missing/);
});

test('of several at once that one fails is told when all have ended', async () => {
  let isEnded = false;
  const works = [
    async (turn: () => Promise<void>) => {
      await turn();
      throw new Error('gone wrong');
    },
    async (turn: () => Promise<void>) => {
      for (let n = 0; n < 5; n++) await turn();
      isEnded = true;
    },
  ];
  await expect(interleave([0], works)).rejects.toThrow('gone wrong');
  expect(isEnded).toBe(true);
});
