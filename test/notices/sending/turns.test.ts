import * as fc from 'fast-check';
import { joined } from '../../../src/history/records/joined';
import type { Due } from '../../../src/history/records/outbox';
import { inTurn, readyAt, restMs } from '../../../src/notices/sending/turns';

const due = fc.record(
  {
    to: fc.constant('C1'),
    key: fc.string({ minLength: 1 }),
    since: fc.integer({ min: 0, max: 1_000_000 }),
    urgency: fc.constantFrom('new' as const, 'word' as const, 'edit' as const),
    thread: fc.constantFrom('a', 'b'),
    broadcast: fc.boolean(),
  },
  { requiredKeys: ['to', 'key', 'since', 'urgency'] },
);
const outbox = fc.uniqueArray(due, { selector: ({ key }) => key, maxLength: 30 });

test('the order of turns is the same however the outbox is read, loses nobody, and puts new cards first', async () => {
  await fc.assert(
    fc.property(outbox, fc.infiniteStream(fc.nat()), (all, numbers) => {
      const order = inTurn(all);
      const shuffled = all
        .map((each) => ({ each, n: numbers.next().value ?? 0 }))
        .sort((a, b) => a.n - b.n)
        .map(({ each }) => each);
      expect(inTurn(shuffled)).toEqual(order);
      expect(new Set(order)).toEqual(new Set(all));
      const news = order.filter(({ urgency }) => urgency === 'new').length;
      expect(order.slice(0, news).every(({ urgency }) => urgency === 'new')).toBe(true);
    }),
  );
});

test('nobody but a new card goes before what began to wait three minutes earlier', async () => {
  await fc.assert(
    fc.property(outbox, (all) => {
      const order = inTurn(all).filter(({ urgency }) => urgency !== 'new');
      for (const [index, earlier] of order.entries())
        for (const later of order.slice(index + 1)) expect(earlier.since - later.since).toBeLessThanOrEqual(180_000);
    }),
  );
});

test('a card rests the longer the older it is, and a young one five seconds', async () => {
  await fc.assert(
    fc.property(fc.nat({ max: 10_000_000 }), fc.nat({ max: 10_000_000 }), (a, b) => {
      expect(restMs(Math.min(a, b))).toBeLessThanOrEqual(restMs(Math.max(a, b)));
    }),
  );
  const edit: Due = { to: 'C1', key: 'k', since: 0, urgency: 'edit' };
  expect(readyAt(edit, { to: 'C1', key: 'k', ts: '1.0', postedAt: 1_000 })).toBe(6_000);
  expect(readyAt(edit, { to: 'C1', key: 'k', ts: '1.0', postedAt: 1_000, editedAt: 8_000 })).toBe(13_000);
  expect(readyAt({ ...edit, urgency: 'new' }, { to: 'C1', key: 'k', ts: '1.0', postedAt: 1_000 })).toBe(0);
});

test('a call that many make at once begins after each of them asked, and is made twice at most', async () => {
  const share = joined<number>();
  let written = 0;
  let reads = 0;
  const read = async (): Promise<number> => {
    reads++;
    const seen = written;
    await new Promise((resolve) => setImmediate(resolve));
    return seen;
  };
  const asked = Array.from({ length: 20 }, () => {
    written++;
    const least = written;
    return share('key', read).then((seen) => ({ seen, least }));
  });
  for (const { seen, least } of await Promise.all(asked)) expect(seen).toBeGreaterThanOrEqual(least);
  expect(reads).toBe(2);
  await expect(share('key', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  expect(await share('key', read)).toBe(20);
});
