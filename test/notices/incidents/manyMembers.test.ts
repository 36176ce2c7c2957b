/** Incidents of thousands: what they cost to look at follows what is new, and no hazard of packing loses or doubles a member. */
import * as fc from 'fast-check';
import { incidentItems } from '../../../src/history/records/incidents';
import { renderIncident } from '../../../src/notices/incidents/renderIncident';
import { tell } from '../../../src/notices/incidents/tell';
import { LEASE_MS } from '../../../src/notices/sending/pacedCalls';
import type { Before } from '../../history/memoryTable';
import { hazards, survived } from './hazards';
import { memoryRoom, occurrenceOf } from './memoryRoom';

const start = Date.parse('2026-03-01T12:00:00Z');
const failure = (n: number) => occurrenceOf({ id: `job-${n}`, definition: 'align:1', queue: 'spot', at: start + n });
const failures = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => failure(from + n));

test('a card of thousands is exact, and an edit of it reads what is new and no more', async () => {
  const { room, incidents, itemsRead } = memoryRoom();
  const edit = async (): Promise<string> => {
    const [whole] = await incidents();
    return JSON.stringify(await renderIncident(whole?.incident.id ?? '', room));
  };
  for (let told = 0; told < 5_000; told += 1_000) {
    await tell(failures(told, told + 1_000), room);
    expect(await edit()).toContain(`${(told + 1_000).toLocaleString('en')} jobs`);
  }
  const before = itemsRead();
  await tell(failures(5_000, 5_010), room);
  expect(JSON.stringify(await renderIncident((await incidents())[0]?.incident.id ?? '', room))).toContain('5,010 jobs');
  expect(itemsRead() - before).toBeLessThan(200);
  // News that comes again is known, packed or not.
  await tell(failures(0, 600), room);
  expect(await edit()).toContain('5,010 jobs');
  expect(await edit()).toContain('5,010 jobs');
});

test('a process that knows nothing of it reads few items too', async () => {
  const { room, client, incidents, itemsRead, clock } = memoryRoom();
  await tell(failures(0, 3_000), room);
  const id = (await incidents())[0]?.incident.id ?? '';
  await renderIncident(id, room);
  const before = itemsRead();
  const another = incidentItems(
    client(() => undefined),
    't',
    () => clock.now,
  );
  expect((await another.whole(id))?.members).toHaveLength(3_000);
  expect(await another.jobIds(id)).toHaveLength(3_000);
  expect(itemsRead() - before).toBeLessThan(50);
});

test('whoever reads while others write, pack and die sees all that was written before, each once', async () => {
  const round = fc.record({
    deaths: fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { maxLength: 30 }),
    pauses: fc.uniqueArray(fc.integer({ min: 1, max: 600 }), { maxLength: 400 }),
    again: fc.array(fc.nat({ max: 39 }), { maxLength: 20 }),
    packers: fc.integer({ min: 1, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(round, async ({ deaths, pauses, again, packers }) => {
      const { client, clock } = memoryRoom();
      const process = (dying: readonly number[]) => incidentItems(client(hazards(dying, pauses)), 't', () => clock.now);
      const [writer, reader] = [process(deaths), process([])];
      await reader.open({ ...head, openedAt: start });
      const written = new Set<string>();
      const put = async (n: number, told: string) => {
        await survived(() => writer.putMember('I', { ...member, member: `job-${n}`, joinedAt: start + n, told }));
        written.add(`job-${n}`);
      };
      let isOver = false;
      const packing = Array.from({ length: packers }, async () => {
        const packer = process(deaths);
        while (!isOver) {
          await survived(() => packer.packMembers('I'));
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
      const reading = (async () => {
        while (!isOver) {
          const before = [...written];
          const seen = (await reader.whole('I'))?.members.map((one) => one.member) ?? [];
          expect(new Set(seen).size).toBe(seen.length);
          expect(before.filter((one) => !seen.includes(one))).toEqual([]);
          // Else it would never let one go on that waits.
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      await Promise.all(
        [0, 1].map(async (half) => {
          for (let n = half; n < 40; n += 2) await put(n, 'first');
          for (const n of again) if (n % 2 === half) await put(n, 'again');
        }),
      );
      isOver = true;
      await Promise.all([...packing, reading]);
      const all = Array.from({ length: 40 }, (_, n) => [`job-${n}`, again.includes(n) ? 'again' : 'first']);
      for (const one of [reader, process([])])
        expect((await one.whole('I'))?.members.map((each) => [each.member, each.told])).toEqual(all);
    }),
    { numRuns: 60 },
  );
});

test('what is known of a packed member is the newest', async () => {
  const { client, clock } = memoryRoom();
  const items = incidentItems(
    client(() => undefined),
    't',
    () => clock.now,
  );
  await items.open({ ...head, openedAt: start });
  const put = (told: string) => items.putMember('I', { ...member, member: 'q', joinedAt: start, told });
  const told = async () => (await items.whole('I'))?.members.map((one) => one.told);
  for (const words of ['first', 'second', 'third']) {
    await put(words);
    expect(await told()).toEqual([words]);
    await items.packMembers('I');
    expect(await told()).toEqual([words]);
  }
});

/** Where a packer is slow: it has read the members that lie by themselves, or the packs too. */
const isReadOfPacks = (command: string, input: unknown): boolean =>
  command === 'QueryCommand' && JSON.stringify(input).includes('sk > :last');
const isPack = (command: string, input: unknown): boolean =>
  command === 'PutCommand' && JSON.stringify(input).includes('"sk":"pack#');

test.each([
  ['the same process', 'before it reads the packs', true, isReadOfPacks],
  ['the same process', 'before it writes', true, isPack],
  ['another process', 'before it reads the packs', false, isReadOfPacks],
  ['another process', 'before it writes', false, isPack],
])('a packer puts nothing over what %s packed %s', async (_, _when, isSame, isSlowAt) => {
  const { client, clock } = memoryRoom();
  const process = (before: Before) => incidentItems(client(before), 't', () => clock.now);
  const put = (told: string) => other.putMember('I', { ...member, member: 'q', joinedAt: start, told });
  let meanwhile: (() => Promise<void>) | undefined = async () => {
    await put('newer');
    // It comes to its end only after the slow one, if it waits for that.
    const packed = (isSame ? slow : other).packMembers('I');
    await Promise.race([packed, new Promise((resolve) => setTimeout(resolve, 50))]);
    await slow.whole('I');
    ends.push(packed);
  };
  const ends: Promise<void>[] = [];
  const other = process(() => undefined);
  const slow = process(async (command, input) => {
    if (!isSlowAt(command, input)) return;
    const work = meanwhile;
    meanwhile = undefined;
    await work?.();
  });
  await other.open({ ...head, openedAt: start });
  await put('older');
  await slow.packMembers('I');
  await Promise.all(ends);
  expect(ends).toHaveLength(1);
  for (const one of [slow, other, process(() => undefined)])
    expect((await one.whole('I'))?.members.map(({ told }) => told)).toEqual(['newer']);
});

test('packing of very many ends long before the lease of who sends the card does, and goes on with its next look', async () => {
  const { client, clock } = memoryRoom();
  let deletes = 0;
  // 16 at once, of 80 ms each.
  const items = incidentItems(
    client((command) => {
      if (command === 'DeleteCommand' && ++deletes % 16 === 0) clock.now += 80;
    }),
    't',
    () => clock.now,
  );
  await items.open({ ...head, openedAt: start });
  const many = Array.from({ length: 3_000 }, (_, n) => `job-${n}`);
  await Promise.all(many.map((one) => items.putMember('I', { ...member, member: one, joinedAt: start, told: 'x' })));
  const took: number[] = [];
  for (let looks = 0; looks < 4; looks++) {
    const before = clock.now;
    await items.packMembers('I');
    took.push(clock.now - before);
    expect((await items.whole('I'))?.members).toHaveLength(3_000);
  }
  expect(Math.max(...took)).toBeLessThan(LEASE_MS / 3);
  expect((await items.whole('I'))?.unpacked).toBe(0);
});

const subject = { kind: 'definition', name: 'align' } as const;
const head = { id: 'I', to: 'C', occasion: 'failed', breadth: 'group', subject } as const;
const member = { occasion: 'failed', severity: 'normal', at: start, isJob: true, subject } as const;
