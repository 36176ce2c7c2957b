/** The audit as people read it: every act and refusal, newest first, and never changed. */
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type History, openHistory } from '../../src/history/history';
import type { AuditEntry } from '../../src/history/records/audit';
import type { Message } from '../../src/local/slack/server';
import { dynamo, TABLE } from '../history/dynamo';
import { only, type Person, type Scene, scene } from '../scene';

let here: Scene;
let written: string[];
let audit: History['audit'];
beforeAll(async () => {
  written = [];
  here = await scene({ write: (line) => void written.push(line), logLevel: 'info' });
  audit = openHistory(dynamo(here), TABLE, Date.now).audit;
});
afterAll(() => here.end());

const hang = (name: string) => here.submit(name, { LOCAL_OUTCOME: 'hang' });
const asks = async (who: Person, text: string): Promise<string> => only(await who.says(`/batch ${text}`)).plain;
const lines = (plain: string): string[] => plain.split('\n').filter((line) => / ago|just now/.test(line));
const opOf = (message: Message): string => /[Oo]p(?:eration)? ([0-9A-Z]{5,6})/.exec(message.plain)?.[1] ?? '';
const entry = (at: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  at,
  by: { id: 'U0OLD00001', name: 'old-timer' },
  channel: 'C0GENERAL1',
  verb: 'queue',
  words: 'disable spot-p1',
  what: 'done',
  told: 'disabled queue spot-p1',
  ...more,
});
const DAY = 86_400_000;
async function* parts<T>(all: readonly T[]): AsyncGenerator<T[]> {
  for (let at = 0; at < all.length; at += 700) yield all.slice(at, at + 700);
}
async function* chunks<T>(all: readonly T[]): AsyncGenerator<{ outcomes: T[] }> {
  for await (const outcomes of parts(all)) yield { outcomes };
}

test('an operation is told step by step, whole by its id, and found by its job', async () => {
  const ids = [await hang('audited-1'), await hang('audited-2')];
  const preview = only(await here.ada.says(`/batch cancel ${ids.join(' ')}`));
  await here.ada.presses('Cancel 2 jobs', preview);
  const op = opOf(preview);
  const told = await here.until('the end in the audit', async () => {
    const plain = await asks(here.ada, `audit user:@ada`);
    return plain.includes('ada cancelled 2 jobs') ? plain : undefined;
  });
  const own = lines(told).filter((line) => line.includes(op));
  expect(own.map((line) => /ada (\w+)/.exec(line)?.[1])).toEqual(['cancelled', 'confirmed', 'asked']);
  expect(own[0]).toMatch(/ada cancelled 2 jobs “.+” in #general, 2 stopped/);

  const whole = await asks(here.ada, `audit op:${op.toLowerCase()}`);
  expect(whole).toMatch(
    /ada asked to cancel 2 jobs[\s\S]+ada confirmed cancelling[\s\S]+ada cancelled 2 jobs .+, 2 stopped/,
  );
  for (const id of ids) {
    expect(await asks(here.ada, `audit job:${id} what:finished`)).toContain('ada cancelled 2 jobs');
    expect(await audit.concerns(op, id)).toBe(true);
    expect(await audit.resultOf(op, id, ['ended', 'stopped'])).toEqual({ id, outcome: 'stopped' });
  }
  expect(await asks(here.ada, `audit job:${await hang('untouched')}`)).toContain('no such entry');
  expect(await asks(here.ada, 'audit what:cancle')).toContain('Did you mean what:cancel?');
  expect(written.filter((line) => JSON.parse(line).message === 'audit' && line.includes(op))).toHaveLength(3);
});

test('refusals and changes of roles are there; a viewer sees their own entries only', async () => {
  const id = await hang('forbidden');
  await here.vic.says(`/batch cancel ${id}`);
  const preview = only(await here.root.says('/batch roles give operator @vic queue:spot-*'));
  await here.root.presses('Give the role', preview);
  const all = await asks(here.root, 'audit');
  expect(lines(all)[0]).toContain('root gave the operator role for spot-* to @vic in #general');
  expect(all).toContain(`vic was refused cancel ${id} in #general: needs the operator role`);
  await here.root.presses('Take the role away', only(await here.root.says('/batch roles take operator @vic')));
  expect(lines(await asks(here.root, 'audit what:roles'))[0]).toContain(
    'root took the operator role for spot-* from @vic',
  );

  const own = await here.until('the role to be gone', async () => {
    const plain = await asks(here.vic, 'audit');
    return plain.includes('You see what you did yourself') ? plain : undefined;
  });
  expect(own).toContain('vic was refused');
  expect(own).not.toMatch(/root (gave|took)|ada/);
  const adas = opOf(only(await here.ada.says(`/batch cancel ${id}`)));
  expect(await asks(here.vic, `audit op:${adas}`)).toContain(`knows no operation ${adas} of yours`);
});

test('years of entries are turned page by page, over months and back, and narrowed by time', async () => {
  const now = Date.now();
  const told = (n: number) => `disabled queue old-${String(n).padStart(2, '0')}`;
  for (let n = 0; n < 25; n++) await audit.write(entry(now - (400 + n * 20) * DAY, { told: told(n) }));
  const first = only(await here.root.says('/batch audit user:old-timer'));
  expect(lines(first.plain)).toHaveLength(10);
  expect(lines(first.plain)[0]).toContain(told(0));
  const second = only(await here.root.presses('Next', first));
  expect(lines(second.plain)[0]).toContain(told(10));
  const third = only(await here.root.presses('Next', second));
  expect(lines(third.plain).map((line) => /old-\d+/.exec(line)?.[0])).toEqual([
    'old-20',
    'old-21',
    'old-22',
    'old-23',
    'old-24',
  ]);
  expect(third.plain).not.toContain('[Next]');
  const back = only(await here.root.presses('Previous', third));
  expect(lines(back.plain)).toEqual(lines(second.plain));
  const front = only(await here.root.presses('Previous', back));
  expect(lines(front.plain)).toEqual(lines(first.plain));
  expect(front.plain).not.toContain('[Previous]');
  const some = await asks(here.root, 'audit user:old-timer since:445d until:405d');
  expect(lines(some).map((line) => /old-\d+/.exec(line)?.[0])).toEqual(['old-01', 'old-02']);
  expect(await asks(here.root, 'audit since:whenever')).toContain('since:whenever is no time');
});

test('what is written stays: a step that comes again, with other words, changes nothing', async () => {
  const at = Date.now();
  const step = entry(at, {
    op: 'SAME2',
    verb: 'cancel',
    what: 'finished',
    count: 3,
    outcomes: { stopped: 2, failed: 1 },
  });
  const ids = Array.from({ length: 2_500 }, (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`);
  const results = ids.map((id, n) => ({
    id,
    outcome: n % 500 === 7 ? 'failed' : 'stopped',
    ...(n === 7 ? { why: 'x'.repeat(900) } : {}),
  }));
  for (const again of [0, 1]) {
    await audit.writeIds('SAME2', parts([...ids].reverse()));
    await audit.writeResults('SAME2', chunks([...results].reverse()));
    await audit.write({ ...step, at: at + again * 40 * DAY, by: { id: `U${again}00`, name: `worker-${again}` } });
  }
  expect(await audit.entriesOf('SAME2')).toEqual([{ ...step, by: { id: 'U000', name: 'worker-0' } }]);
  expect(await audit.resultsOf('SAME2', 'failed', 20)).toHaveLength(5);
  expect((await audit.resultsOf('SAME2', 'failed', 20))[0]?.why).toHaveLength(200);
  expect(await audit.concerns('SAME2', ids[1_999] ?? '')).toBe(true);
  expect(await audit.concerns('SAME2', 'ffffffff-0000-4000-8000-000000000000')).toBe(false);
  const whole = only(await here.root.says('/batch audit SAME2'));
  expect(whole.plain).toContain('1 failed');
  expect(whole.plain).toContain(ids[7]);
  let shown = only(await here.root.presses('2 stopped', whole));
  const seen: string[] = shown.plain.match(/\d{8}-0000/g) ?? [];
  for (let page = 1; page < 3; page++) {
    shown = only(await here.root.presses('Next', shown));
    seen.push(...(shown.plain.match(/\d{8}-0000/g) ?? []));
  }
  const stopped = results.filter(({ outcome }) => outcome === 'stopped').map(({ id }) => id.slice(0, 13));
  expect(seen).toEqual(stopped.slice(0, 30));
  const across = await audit.resultsOf('SAME2', 'stopped', 3, results[1_003]?.id);
  expect(across.map(({ id }) => id)).toEqual(results.slice(1_004, 1_007).map(({ id }) => id));
  const { Items = [] } = await DynamoDBDocumentClient.from(dynamo(here)).send(new ScanCommand({ TableName: TABLE }));
  expect(Items.filter(({ pk, op }) => /^AUDIT#\d/.test(pk) && op === 'SAME2')).toHaveLength(1);
  // Nothing of the audit is ever forgotten.
  expect(Items.filter(({ pk, expiresAt }) => pk.startsWith('AUDIT#') && expiresAt !== undefined)).toEqual([]);
});
