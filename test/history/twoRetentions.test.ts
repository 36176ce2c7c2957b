/** A removal that one process began is finished by another as it was begun, though that one keeps jobs for longer, or for ever. */
import type { Job } from '../../src/jobs/job';
import { MemoryClient, MemoryTable } from './memoryTable';
import { History } from './model';

const job = (n: number): Job => ({
  id: `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`,
  name: `align-${n}`,
  createdAt: n,
  stoppedAt: n,
  status: 'SUCCEEDED',
  seenAt: n,
  whole: true,
  attempts: [],
  entered: {},
});

test.each([
  ['for ever', undefined],
  ['for longer', 3],
])('who keeps jobs %s finishes it, wherever the first died, and counts what it removed', async (_, other) => {
  let finished = 0;
  for (let writesLeft = 0; ; writesLeft++) {
    const table = new MemoryTable();
    const history = new History({ table: 'memory', client: (before) => new MemoryClient(table, before) });
    for (let n = 1; n <= 6; n++) await history.tell(job(n));
    await history.packWholly();
    const kept = () => [...table.items.values()].flatMap(({ pk, sk }) => (/^JOB#/.test(String(pk)) ? String(sk) : []));

    history.forgottenBefore = 5;
    history.wait();
    const whole = await history.worker({ writesLeft }).pack();
    const before = kept().length;
    history.forgottenBefore = other;
    history.wait();
    const report = await history.worker().pack();
    expect(report).toMatchObject({ complete: true, forgotten: before - kept().length });
    if (report?.forgottenBefore === 5) finished++;

    const { rows } = await history.worker().search.search({ words: [] }, { limit: 50 });
    expect(rows.map(({ id }) => id).sort()).toEqual(kept().sort());
    if (whole === undefined) continue;
    expect(whole).toMatchObject({ forgotten: 4, forgottenBefore: 5 });
    break;
  }
  expect(finished).toBeGreaterThan(3);
});
