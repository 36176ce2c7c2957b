/** Incidents as people meet them: one card that moves, its details in the thread, and what can be done from it. */
import type { Message } from '../../../src/local/slack/server';
import { type Scene, scene } from '../../scene';
import { newId, type StateChange, stateChange } from '../stateChange';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let here: Scene;
let aheadMs = 0;
const now = () => Date.now() + aheadMs;
beforeAll(async () => {
  here = await scene({ now });
});
// What failed in the test before is over, and its cards make no crowd.
beforeEach(() => {
  aheadMs += 2 * HOUR;
});
afterAll(() => here.end());

const cards = (word: string): Message[] =>
  here.alerts().filter(({ plain, thread_ts }) => thread_ts === undefined && plain.includes(word));
const card = (word: string): Message => {
  const [found, ...others] = cards(word);
  if (found === undefined || others.length > 0) throw new Error(`${others.length + 1} cards of ${word}`);
  return found;
};
/** Waits while time passes faster, for what a sender does in its own time. */
const until = <T>(what: string, look: () => T | undefined): Promise<T> =>
  here.until(what, () => {
    aheadMs += 200;
    return look();
  });
const cardWith = (word: string, ...parts: string[]): Promise<Message> =>
  until(`a card of ${word} with ${parts.join(', ')}`, () =>
    cards(word).find(({ plain }) => parts.every((part) => plain.includes(part))),
  );
const thread = (of: Message): string =>
  here
    .alerts()
    .filter(({ thread_ts }) => thread_ts === of.ts)
    .map(({ plain }) => plain)
    .join('\n');
const publish = (...events: unknown[]) => here.world.aws.publish(events);

const changed = (definition: string, change: Omit<StateChange, 'id'> & { id?: string }) =>
  stateChange({
    id: newId(),
    at: now(),
    ...change,
    detail: { jobDefinition: `${definition}:3`, ...change.detail },
  });
const fails = (definition: string, name: string, more: Partial<StateChange> = {}) =>
  changed(definition, { name, status: 'FAILED', ...more });

test('failures of one definition, queue and cause are one card that counts, with each of them in its thread', async () => {
  publish(fails('align', 'align-1'));
  await cardWith('align-1', 'failed: exit 7');
  publish(fails('align', 'align-2'), fails('align', 'align-3'), fails('align', 'align-4'));
  const told = await cardWith('align', '4 jobs');
  expect(cards('align')).toHaveLength(1);
  expect(told.plain).toContain('✖ align keeps failing: exit 7');
  expect(told.plain).toMatch(/Jobs: .*align-1/);
  await until('the details', () =>
    ['align-2', 'align-3', 'align-4'].every((name) => thread(told).includes(name)) ? true : undefined,
  );
  // Details come in few messages, and never into the channel.
  const inThread = here.alerts().filter(({ thread_ts }) => thread_ts === told.ts);
  expect(inThread.length).toBeLessThanOrEqual(2);
  expect(inThread.every(({ subtype }) => subtype !== 'thread_broadcast')).toBe(true);
});

test('another cause, another queue or another definition is another card', async () => {
  const other = { queue: 'arn:aws:batch:us-east-1:123456789012:job-queue/ondemand' };
  publish(fails('sort', 'sort-1'));
  await cardWith('sort-1', 'failed');
  publish(
    fails('sort', 'sort-elsewhere', { detail: { jobDefinition: 'sort:3', jobQueue: other.queue } }),
    fails('sort', 'sort-otherwise', {
      detail: { jobDefinition: 'sort:3', statusReason: 'Host EC2 (instance i-0123456789abcdef0) terminated.' },
    }),
    fails('merge', 'merge-1'),
  );
  for (const name of ['sort-elsewhere', 'sort-otherwise', 'merge-1']) await cardWith(name, 'failed');
  expect(card('sort-1').plain).toContain('sort-1 failed');
});

test('a success that started after the last failure closes it with a word, and a failure soon after opens it again in place', async () => {
  const failedAt = now();
  publish(fails('index', 'index-1', { at: failedAt }));
  const told = await cardWith('index-1', 'failed');
  // It ran while the other one failed: no sign that anything is mended.
  publish(changed('index', { name: 'index-before', status: 'SUCCEEDED', at: failedAt + 30_000 }));
  aheadMs += 10 * MINUTE;
  publish(changed('index', { name: 'index-again', status: 'SUCCEEDED', at: now() }));
  const closed = await cardWith('index-1', '✔ index succeeded again');
  expect(closed.ts).toBe(told.ts);
  expect(closed.plain).toMatch(/\(1\d min\)/);
  expect(closed.plain).toMatch(/^✔ /);

  aheadMs += 20 * MINUTE;
  publish(fails('index', 'index-2'));
  const open = await cardWith('index', '2 jobs');
  expect(open.ts).toBe(told.ts);
  expect(open.plain).not.toContain('succeeded again');

  aheadMs += 90 * MINUTE;
  publish(fails('index', 'index-3'));
  const fresh = await cardWith('index-3', 'failed');
  expect(fresh.ts).not.toBe(told.ts);
});

test('whoever takes it stands on the card and is named when it is over; who had it before is told so in the thread', async () => {
  publish(fails('call', 'call-1'));
  const told = await cardWith('call-1', 'failed');
  const press = async (user: string, label: string) =>
    (await here.world.slack.press({ user, channel: 'batch-alerts', ts: told.ts, label })).messages.at(-1);
  expect((await press('vic', 'I’m on it'))?.plain).toContain('needs the operator role');
  const taken = await press('root', 'I’m on it');
  expect(taken?.plain).toContain('You are on it');
  expect(taken?.ephemeral_to).toBe('U0ROOT0001');
  await cardWith('call-1', 'Taken by @root');
  await press('ada', 'Take over');
  await cardWith('call-1', 'Taken by @ada');
  await until('a word in the thread', () => /@ada took this over from @root/.exec(thread(told)) ?? undefined);
  const audit = (await here.root.says('/batch audit what:alerts')).map(({ plain }) => plain).join('\n');
  expect(audit).toMatch(/ada took incident \w{6} over from root/);
  aheadMs += 5 * MINUTE;
  publish(changed('call', { name: 'call-2', status: 'SUCCEEDED', at: now() }));
  const over = await cardWith('call-1', 'succeeded again');
  expect(over.plain).toMatch(/\. Taken by @ada\./);
});

test('of two who take it at the same time one is on it, and the other is told who', async () => {
  publish(fails('both', 'both-1'));
  const told = await cardWith('both-1', 'failed');
  const [, id = ''] = /incident (\w{6})/.exec(told.plain) ?? [];
  const { incidents } = here.world.app.room.history;
  const { take } = incidents;
  let open: () => void = () => undefined;
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  let waiting = 0;
  // Each has read that nobody is on it before either of them writes.
  incidents.take = async (...words) => {
    if (++waiting === 2) open();
    await both;
    return await take(...words);
  };
  const answers = await Promise.all(
    [here.ada, here.root].map(async (who) => (await who.says(`/batch alerts take ${id}`))[0]?.plain ?? ''),
  );
  incidents.take = take;
  const [first = '', second = ''] = answers.toSorted((a, b) => a.indexOf('You are on it') - b.indexOf('You are on it'));
  const winner = answers.indexOf(second) === 0 ? 'ada' : 'root';
  expect(second).toContain('You are on it');
  expect(first).toContain(`was taken by ${winner} a moment ago: you are not on it`);
  const audit = (await here.root.says('/batch audit what:alerts')).map(({ plain }) => plain).join('\n');
  expect(audit.match(new RegExp(`\\w+ took incident ${id}`, 'g'))).toEqual([`${winner} took incident ${id}`]);
  await cardWith('both-1', `Taken by @${winner}`);

  const owner = (await incidents.get(id))?.owner?.id ?? '';
  // They give it back while the other one takes it over.
  incidents.take = async (...words) => {
    incidents.take = take;
    await incidents.giveBack(id, owner);
    return await take(...words);
  };
  const other = winner === 'ada' ? here.root : here.ada;
  const late = (await other.says(`/batch alerts take ${id}`))[0]?.plain ?? '';
  expect(late).toContain(`Incident ${id} was given back a moment ago, and nobody is on it now: take it again.`);
  expect((await other.says(`/batch alerts take ${id}`))[0]?.plain).toContain('You are on it');
});

test('whoever submitted it may take it and close it by hand; closed it counts as open nowhere, and a failure opens it again', async () => {
  publish(fails('hand', 'hand-1', { detail: { jobDefinition: 'hand:3', tags: { submitter: 'vic' } } }));
  const told = await cardWith('hand-1', 'failed');
  const [, id = ''] = /incident (\w{6})/.exec(told.plain) ?? [];
  const openOnes = async () => (await here.ada.says('/batch alerts', 'batch-alerts'))[0]?.plain ?? '';
  expect(await openOnes()).toContain('hand: exit 7');
  expect((await here.vic.says(`/batch alerts take ${id}`))[0]?.plain).toContain('You are on it');
  expect((await here.vic.says(`/batch alerts close ${id} <!channel> wrong input`))[0]?.plain).toContain('It is closed');
  const closed = await cardWith('hand-1', 'Closed by @vic', 'wrong input');
  expect(closed.ts).toBe(told.ts);
  expect(closed.plain).toMatch(/^✔ /);
  expect(await openOnes()).not.toContain('hand: exit 7');
  expect((await here.ada.says(`/batch alerts close ${id}`))[0]?.plain).toContain('is over already');
  expect((await here.root.says('/batch audit what:alerts'))[0]?.plain).toContain(`vic closed incident ${id}`);

  aheadMs += 5 * MINUTE;
  publish(fails('hand', 'hand-2'));
  expect((await cardWith('hand', '2 jobs')).plain).not.toContain('Closed by');
  expect(await openOnes()).toContain('hand: exit 7');
  expect((await here.vic.says(`/batch alerts close ${id}`))[0]?.plain).toContain('It is closed');
  publish(fails('other', 'other-1'));
  const other = await cardWith('other-1', 'failed');
  const [, another = ''] = /incident (\w{6})/.exec(other.plain) ?? [];
  expect((await here.vic.says(`/batch alerts close ${another}`))[0]?.plain).toContain('needs the operator role');
});

test('its jobs are searched and retried by its id, with what their cause asks for', async () => {
  const oom = { LOCAL_OUTCOME: 'oom', LOCAL_RUN_SECONDS: '5' };
  await Promise.all(['hungry-1', 'hungry-2', 'hungry-3'].map((name) => here.submit(name, oom)));
  const told = await cardWith('hungry-', '3 jobs');
  expect(told.plain).toContain('scene keeps failing: out of memory');
  expect(told.plain).toContain('[Retry 3 with 4 GiB]');
  const on = { user: 'ada', channel: 'batch-alerts', ts: told.ts };
  const found = (await here.world.slack.press({ ...on, label: 'Jobs' })).messages.at(-1);
  expect(found?.plain).toContain('3 jobs of incident');
  for (const name of ['hungry-1', 'hungry-2', 'hungry-3']) expect(found?.plain).toContain(name);
  const preview = (await here.world.slack.press({ ...on, label: 'Retry 3 with 4 GiB' })).messages.at(-1);
  expect(preview?.plain).toContain('Retry 3 jobs');
  expect(preview?.plain).toContain('4 GiB');
  const [, id = ''] = /incident (\w{6})/.exec(told.plain) ?? [];
  expect((await here.ada.says(`/batch cancel incident:${id}`)).at(-1)?.plain).toContain('there is nothing to cancel');
  expect((await here.ada.says('/batch search incident:ZZZZ22'))[0]?.plain).toContain('of incident ZZZZ22');
});

test('the App Home lists what is open, and alerts show gives its card', async () => {
  publish(fails('lift', 'lift-1'), fails('lift', 'lift-2'));
  const told = await cardWith('lift', '2 jobs');
  const [, id = ''] = /incident (\w{6})/.exec(told.plain) ?? [];
  await here.world.slack.openHome({ user: 'vic' });
  const home = await here.until('the home', () => here.world.slack.home('vic'));
  expect(home.plain).toMatch(/incidents? open/);
  expect(home.plain).toMatch(/lift: exit 7 .* 2 jobs/);
  expect(id).toMatch(/^\w{6}$/);
  const [shown] = await here.vic.says(`/batch alerts show ${id}`);
  expect(shown?.plain).toContain('lift keeps failing: exit 7');
  expect((await here.vic.says('/batch alerts show NOSUCH'))[0]?.plain).toContain('There is no incident NOSUCH');
});

test('many groups at once are few cards, by cause and at last together, and every job is counted', async () => {
  const groups = Array.from({ length: 60 }, (_, n) => ({ definition: `crowd-${n}`, exitCode: 20 + (n % 30) }));
  publish(
    ...groups.map(({ definition, exitCode }) =>
      fails(definition, `${definition}-job`, {
        detail: {
          jobDefinition: `${definition}:1`,
          container: { exitCode },
          attempts: [{ container: { exitCode }, statusReason: 'Essential container in task exited', stoppedAt: now() }],
        },
      }),
    ),
  );
  const told = () =>
    here.alerts().filter(({ plain, thread_ts }) => thread_ts === undefined && /crowd-|different/.test(plain));
  const counted = () =>
    told()
      .map(({ plain }) => Number(/([\d,]+) jobs?/.exec(plain)?.[1] ?? 1))
      .reduce((sum, n) => sum + n, 0);
  await here.until(
    'exact counters',
    () => {
      aheadMs += 200;
      return counted() === 60 ? true : undefined;
    },
    40_000,
  );
  expect(cards('Many different failures')).toHaveLength(1);
  expect(told().length).toBeLessThanOrEqual(12);
});

test('reasons of any length, in any script, with mentions and code fences, harm nobody', async () => {
  const reason = `${'<!channel> *a* ```rm -rf``` @here 日本語 \u202e العربية 🧬 '.repeat(200)}`.slice(0, 10_000);
  publish(
    fails('weird', 'weird-<!channel>', { detail: { jobDefinition: 'weird:3', statusReason: reason } }),
    fails('weird', 'weird-*two*', { detail: { jobDefinition: 'weird:3', statusReason: `${reason} ` } }),
  );
  const told = await cardWith('weird', '2 jobs');
  expect(told.notified).toEqual([]);
  expect(told.plain).toContain('日本語');
  const ofIt = here.alerts().filter(({ ts, thread_ts }) => ts === told.ts || thread_ts === told.ts);
  expect(ofIt.flatMap(({ notified }) => notified)).toEqual([]);
});

test('jobs whose definition is gone, whose clock is ahead, or whose queue nobody names are told', async () => {
  const { jobDefinition: _, ...nameless } = fails('gone', 'without-definition').detail as Record<string, unknown>;
  publish({ ...fails('gone', 'without-definition'), detail: nameless });
  publish(fails('ahead', 'from-tomorrow', { at: now() + 30 * MINUTE }));
  expect((await cardWith('without-definition', 'failed')).plain).toContain('exit 7');
  await cardWith('from-tomorrow', 'failed');
});
