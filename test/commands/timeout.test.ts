/** How long jobs may take: rules set by words, enforced by the clock, warned of before and told in the channel. */
import { DescribeJobsCommand } from '@aws-sdk/client-batch';
import type { Message } from '../../src/local/slack/server';
import { timeoutKeeper } from '../../src/notices/timeouts/timeoutKeeper';
import { newId, stateChange } from '../notices/stateChange';
import { only, type Scene, scene } from '../scene';

const HOUR = 3_600_000;
const MINUTE = 60_000;

let here: Scene;
let skewMs = 0;
beforeAll(async () => {
  here = await scene({ now: () => Date.now() + skewMs });
  const keeper = timeoutKeeper(here.world.app.room);
  keep = () => keeper(() => 60_000);
});
afterAll(() => here.end());
afterEach(() => here.world.aws.setFaults({ deny: [], throttle: 0 }));

/** All that a minute brings. */
const tick = () => here.world.app.tick(() => 120_000, false);
/** The part of it that this is about: sweeping, packing and sending take a second more. */
let keep: () => Promise<void>;
const detailOf = async (id: string) => {
  const [found] = (await here.batch.send(new DescribeJobsCommand({ jobs: [id] }))).jobs ?? [];
  if (found === undefined) throw new Error(`Batch does not know ${id}`);
  return found;
};
/** Whether Batch was asked to stop it; nobody was told yet that it did. */
const isStopping = async (id: string) => {
  const { isTerminated, isCancelled } = await detailOf(id);
  return isTerminated === true || isCancelled === true;
};
const stops = () =>
  Object.entries(here.world.aws.counts())
    .filter(([name]) => /^batch\.(?:Terminate|Cancel)/.test(name))
    .reduce((sum, [, { calls }]) => sum + calls, 0);
const isIn = (status: string, id: string) =>
  here.until(`${id} is ${status}`, async () =>
    (await here.world.app.room.history.jobs.get(id))?.job.status === status.toUpperCase() ? true : undefined,
  );
/** The card in the alerts' channel that tells so; fails with all that stand there. */
async function card(...words: string[]): Promise<Message> {
  const find = () => here.alerts().find(({ plain }) => words.every((some) => plain.includes(some)));
  return await here.until(`a card that tells ${words.join(', ')}`, find).catch((error: unknown) => {
    const all = here.alerts().map(({ plain }) => plain);
    throw new Error(`${(error as Error).message}; there are:\n${all.join('\n\n')}`);
  });
}
const hangs = async (name: string, environment = {}, more = {}) => {
  const id = await here.submit(name, { LOCAL_OUTCOME: 'hang', ...environment }, more);
  await isIn('running', id);
  return id;
};

test('a rule is set at once where it hurts nobody, stops a job when its time is over, and tells so', async () => {
  const id = await hangs('slow-align');
  const set = only(await here.ada.says('/batch timeout set name:slow-* total:6h'));
  expect(set.ephemeral_to).toBeUndefined();
  expect(set.plain).toContain('@ada set rule 1: name:slow-* total:6h');
  expect(set.plain).toContain('It fits 1 job that lives now.');
  expect(only(await here.vic.says(`/batch job ${id}`)).plain).toMatch(
    /batchbot stops it at .*, in 5 h 59 min \(rule 1, 6 h from submission\)/,
  );
  await tick();
  expect(await isStopping(id)).toBe(false);

  skewMs += 6 * HOUR + MINUTE;
  await tick();
  expect(await isStopping(id)).toBe(true);
  const told = await card('slow-align failed: timed out (rule 1)');
  expect(told.plain).toContain('Timed out: it may take 6 h from its submission (rule 1), so batchbot stopped it.');
  expect(told.plain).toContain('Find out why it took so long');
  const calls = stops();
  await tick();
  expect(stops()).toBe(calls);
  const log = only(await here.root.says(`/batch audit job:${id}`));
  expect(log.plain).toMatch(/batchbot stopped slow-align: timed out by batchbot: it may take 6 h from submission/);
  expect(only(await here.vic.says('/batch search slow-align status:timedout')).plain).toContain('of 1');
});

test('a rule that would stop jobs at once names them first, and stops them only once that is confirmed', async () => {
  const id = await hangs('late-call');
  skewMs += 3 * HOUR;
  const preview = only(await here.ada.says('/batch timeout set name:late-* running:2h'));
  expect(preview.ephemeral_to).toBe('U0ADA00001');
  expect(preview.plain).toContain('Set this rule?');
  expect(preview.plain).toContain('1 job that has taken longer already is stopped within a minute');
  expect(preview.plain).toMatch(/late-call .* 1 h over \(rule \d+, 2 h from the start of its container\)/);
  await keep();
  expect(await isStopping(id)).toBe(false);
  expect(only(await here.ada.says('/batch timeout')).plain).not.toContain('late-');

  const set = only(await here.ada.presses('Set it, stop 1 job', preview));
  expect(set.plain).toMatch(/@ada set rule \d+: name:late-\* running:2h/);
  await keep();
  expect(await isStopping(id)).toBe(true);
  expect(only(await here.ada.presses('Set it, stop 1 job', preview)).plain).toContain('already done');
  // The rule is younger than the end of the time that it gives.
  expect((await card('late-call failed: timed out')).plain).not.toMatch(/ late,|late$/m);
});

test('a rule for all jobs there are is asked for twice, and lasts only as long as somebody wants it', async () => {
  const preview = only(await here.ada.says('/batch timeout set total:300d'));
  expect(preview.plain).toContain('It is about all jobs there are and will be, in all queues.');
  const set = only(await here.ada.presses('Set it', preview));
  const n = /set rule (\d+)/.exec(set.plain)?.[1];
  const list = only(await here.ada.says('/batch timeout'));
  expect(list.plain).toContain(`${n} total:300d · all jobs`.replace(' · ', '  ·  ').replace(/^(\d+) /, '$1  '));
  const removed = only(await here.ada.says(`/batch timeout remove ${n}`));
  expect(removed.plain).toContain(`@ada removed rule ${n}: total:300d`);
  expect(only(await here.ada.says(`/batch timeout remove ${n}`)).plain).toContain(`There is no rule ${n}.`);
});

test('at four fifths people are warned, once, and may give the job more time', async () => {
  await here.ada.says('/batch timeout set name:near-* total:10h');
  const id = await hangs('near-sort');
  skewMs += 8 * HOUR + MINUTE;
  await keep();
  const warning = await card('near-sort', 'near its time limit');
  expect(warning.plain).toMatch(
    /batchbot stops it at \d{4}-\d\d-\d\d \d\d:\d\d UTC \(rule \d+, 10 h from submission\)/,
  );
  expect(warning.plain).toContain('[Cancel…]');
  await keep();
  expect(here.alerts().filter(({ plain }) => plain.includes('near-sort'))).toHaveLength(1);

  const refused = await here.vic.presses('Extend 2 h', warning);
  expect(only(refused).plain).toContain('this needs the operator role');
  const more = await here.ada.presses('Extend 2 h', warning);
  expect(more.map(({ plain }) => plain).join()).toMatch(
    /@ada gave near-sort more time: rule \d+ stops it .* at the earliest/,
  );
  expect(only(await here.vic.says(`/batch job ${id}`)).plain).toMatch(
    /in 3 h 5\d min \(rule \d+, 10 h from submission, extended\)/,
  );
  await keep();
  expect((await card('near-sort', 'none of its jobs is near its limit any more')).ts).toBe(warning.ts);
  // Of twelve hours four fifths are 9 h 36 min: it is warned of anew.
  skewMs += 2 * HOUR + MINUTE;
  await keep();
  expect(await isStopping(id)).toBe(false);
  await here.until('a second warning', () =>
    here.alerts().some(({ plain }) => plain.includes('near-sort') && plain.includes('extended')) ? true : undefined,
  );
  skewMs += 2 * HOUR;
  await keep();
  expect(await isStopping(id)).toBe(true);
  const log = only(await here.root.says(`/batch audit job:${id}`));
  expect(log.plain).toMatch(/ada gave near-sort 2 h more than rule \d+ does/);
});

test('the variable counts from submission, also for a job that never started; a clock that stood still says how late it is', async () => {
  const waits = await here.submit('env-waits', { LOCAL_OUTCOME: 'stuck', PYBATCH_TIMEOUT: ' 7200 ' });
  await isIn('runnable', waits);
  expect(only(await here.vic.says(`/batch why ${waits}`)).plain).toMatch(
    /batchbot stops it at .*, in 1 h 59 min \(PYBATCH_TIMEOUT, 2 h from submission\)/,
  );
  skewMs += 2 * HOUR + 58 * MINUTE;
  await keep();
  expect(await isStopping(waits)).toBe(true);
  const told = await card('env-waits failed: timed out (PYBATCH_TIMEOUT)');
  expect(told.plain).toMatch(
    /Timed out: it may take 2 h from its submission \(PYBATCH_TIMEOUT\), so batchbot stopped it, 58 min late: it did not run before, or could not stop it\./,
  );
});

test('each kind is switched by itself, and what switching it on would stop is named first', async () => {
  const off = only(await here.ada.says('/batch timeout off environment'));
  expect(off.plain).toContain('@ada switched environment time limits off');
  const id = await hangs('env-off', { PYBATCH_TIMEOUT: '3600' });
  await here.ada.says('/batch timeout set name:ruled-* total:1h');
  const ruled = await hangs('ruled-too');
  skewMs += HOUR + MINUTE;
  await keep();
  expect(await isStopping(id)).toBe(false);
  expect(await isStopping(ruled)).toBe(true);
  expect(only(await here.vic.says(`/batch job ${id}`)).plain).toContain(
    'PYBATCH_TIMEOUT 1 h from submission (switched off)',
  );
  const preview = only(await here.ada.says('/batch timeout on env'));
  expect(preview.plain).toContain('1 job that has taken longer already is stopped within a minute');
  expect(preview.plain).toContain('env-off');
  await here.ada.presses('Switch on, stop 1 job', preview);
  await keep();
  expect(await isStopping(id)).toBe(true);
  expect(only(await here.ada.says('/batch timeout on environment')).plain).toContain('is on already');
});

test('an array whose limit counts from submission is stopped as a whole by one call; a limit on running is each child’s own', async () => {
  await here.ada.says('/batch timeout set name:whole-* total:5h');
  await here.ada.says('/batch timeout set name:each-* running:5h');
  const array = { arrayProperties: { size: 3 } };
  const whole = await here.submit('whole-array', { LOCAL_OUTCOME: 'hang' }, array);
  const each = await here.submit(
    'each-array',
    { LOCAL_OUTCOME: 'hang', LOCAL_FAIL_INDEXES: '0,2', LOCAL_RUN_SECONDS: '1' },
    array,
  );
  for (const child of [`${whole}:0`, `${whole}:2`, `${each}:0`, `${each}:2`]) await isIn('running', child);
  await isIn('succeeded', `${each}:1`);
  await here.until('both arrays are known', async () =>
    (await here.world.app.room.history.jobs.getMany([whole, each])).length === 2 ? true : undefined,
  );
  expect(only(await here.vic.says(`/batch job ${whole}:1`)).plain).toContain('its whole array');
  skewMs += 5 * HOUR + MINUTE;
  const calls = stops();
  await keep();
  // One for the parent, one for the two children at once.
  expect(stops() - calls).toBe(2);
  for (const id of [whole, `${each}:0`, `${each}:2`]) expect(await isStopping(id)).toBe(true);
  expect(await isStopping(each)).toBe(false);
  await isIn('failed', whole);
  const log = only(await here.root.says(`/batch audit job:${whole}`));
  expect(log.plain).toContain(
    'batchbot stopped array whole-array of 3 as a whole, since its limit counts from submission',
  );
  expect((await card('whole-array')).plain).toMatch(/3 (?:of|failed)|timed out \(rule/);
});

test('of two rules that fit a job the more specific counts, and the list says for how many', async () => {
  const id = await hangs('special-case', {}, { tags: { submitter: 'grace' } });
  const narrow = only(await here.ada.says('/batch timeout set def:scene name:special-* user:grace total:20h'));
  const [, n] = /set rule (\d+)/.exec(narrow.plain) ?? [];
  const wide = only(await here.ada.says('/batch timeout set name:special-* total:2h'));
  expect(wide.plain).toContain(`For 1 of them rule ${n} counts, which is more specific`);
  const list = only(await here.vic.says('/batch timeout list'));
  expect(list.plain).toContain(`for 1 of them rule ${n} counts, which is more specific`);
  skewMs += 3 * HOUR;
  await keep();
  expect(await isStopping(id)).toBe(false);
  // Without the narrower rule the wider one would stop it: that is said before.
  const preview = only(await here.ada.says(`/batch timeout remove ${n}`));
  expect(preview.plain).toContain('1 job that has taken longer already is stopped within a minute');
  expect(only(await here.ada.presses('Leave it', preview)).plain).toContain('How long jobs may take');
  const changed = only(await here.ada.says('/batch timeout set user:GRACE name:special-* def:scene total:1d'));
  expect(changed.plain).toContain(
    `@ada changed rule ${n}: user:GRACE def:scene name:special-* total:1d (before 20 h from submission)`,
  );
});

test('Batch’s own timeout is warned of before it ends an attempt, and can’t be extended', async () => {
  const id = newId();
  const at = Date.now() + skewMs;
  const running = stateChange({
    ...{ id, name: 'native-near', status: 'RUNNING', at },
    detail: { startedAt: at, timeout: { attemptDurationSeconds: 360_000 } },
  });
  await here.world.app.takeEvent(JSON.stringify(running), () => 60_000);
  const why = only(await here.vic.says(`/batch why ${id}`));
  expect(why.plain).toMatch(/Batch ends this attempt at .*, in 4 d 3 h \(its own timeout, 4 d 4 h an attempt\)/);
  expect(only(await here.ada.says(`/batch timeout extend ${id} 2h`)).plain).toContain(
    'which is fixed when a job is submitted',
  );
  await here.ada.says('/batch timeout off native');
  skewMs += 81 * HOUR;
  await keep();
  expect(here.alerts().some(({ plain }) => plain.includes('native-near'))).toBe(false);
  await here.ada.says('/batch timeout on native');
  await keep();
  const warning = await card('native-near', 'near its time limit (its own timeout)');
  expect(warning.plain).toContain('Batch ends this attempt at');
  expect(warning.plain).not.toContain('[Extend');
});

test.each([
  ['alone', 'alone-limited:1'],
  ['with others', undefined],
])(
  'a job that was warned of %s near one limit is warned of again near another, on another card',
  async (_, definition) => {
    const name = `twice-${definition ?? 'limited'}`.replace(':1', '');
    await here.ada.says('/batch timeout set name:twice-* total:6h');
    const id = newId();
    const at = Date.now() + skewMs;
    const runs = (job: string, startedAt: number) =>
      here.world.app.takeEvent(
        JSON.stringify(
          stateChange({
            ...{ id: job, name: job === id ? name : 'always-near', status: 'RUNNING', at: startedAt },
            detail: {
              ...{ createdAt: at, startedAt, timeout: { attemptDurationSeconds: job === id ? 3_600 : 24 * 3_600 } },
              ...(definition === undefined || job !== id ? {} : { jobDefinition: definition }),
            },
          }),
        ),
        () => 60_000,
      );
    await runs(id, at);
    skewMs += 50 * MINUTE;
    await keep();
    const first = await card(name, 'near its time limit (its own timeout)');
    // It failed of something else, and the next attempt has an hour of its own, but the job not.
    await runs(id, at + 5.5 * HOUR);
    // Another of the first definition is near such a limit now.
    await runs(newId(), at - 15 * HOUR);
    skewMs += 5 * HOUR;
    await keep();
    await keep();
    const second = await card(name, 'near its time limit (rule');
    expect(second.ts).not.toBe(first.ts);
    expect(second.plain).toMatch(/batchbot stops it at .* \(rule \d+, 6 h from submission\)/);
    if (definition === undefined) return;
    expect((await card(name, 'none of its jobs is near its limit any more')).ts).toBe(first.ts);
  },
);

test('a limit of a few minutes is warned of a minute before; of one that is too short for that its rule says so', async () => {
  const set = only(await here.ada.says('/batch timeout set name:brief-* total:4m'));
  expect(set.plain).not.toContain('warned');
  const id = await hangs('brief-call');
  // Four fifths of it are 192 s.
  skewMs += 166_000;
  await keep();
  await card('brief-call', 'near its time limit');
  expect(await isStopping(id)).toBe(false);
  const tooShort = only(await here.ada.says('/batch timeout set name:blink-* running:2m total:1h'));
  expect(tooShort.plain).toContain('one below 2 min 30 s may stop a job before anybody is warned');
});

test('what Batch refuses to stop is told in the audit once, and tried again; what is throttled is not lost', async () => {
  await here.ada.says('/batch timeout set name:held-* total:1h');
  const ids = await Promise.all(['held-1', 'held-2', 'held-3'].map((name) => hangs(name)));
  skewMs += HOUR + MINUTE;
  here.world.aws.setFaults({ deny: ['batch:TerminateJob', 'batch:TerminateJobs'] });
  await keep();
  await keep();
  const log = only(await here.root.says(`/batch audit job:${ids[0]}`));
  expect(log.plain.match(/batchbot could not stop held-1, since Batch refused/g)).toHaveLength(1);
  here.world.aws.setFaults({ deny: [], throttle: 0.3 });
  skewMs += 11 * MINUTE;
  await keep();
  here.world.aws.setFaults({ throttle: 0 });
  await keep();
  for (const id of ids) expect(await isStopping(id)).toBe(true);
  expect(only(await here.root.says(`/batch audit job:${ids[0]}`)).plain.match(/batchbot stopped held-1/g)).toHaveLength(
    1,
  );
});

test('a job that runs on after it was terminated is told after five minutes, and when it ends', async () => {
  const id = await here.submit('zombie', { LOCAL_OUTCOME: 'undying' });
  await isIn('running', id);
  await here.ada.says('/batch timeout set name:zombie total:1h');
  skewMs += HOUR + MINUTE;
  await keep();
  expect(await isStopping(id)).toBe(true);
  // No sweep and no event tells that of a job that runs on.
  expect((await here.world.app.room.history.jobs.get(id))?.job).toMatchObject({ status: 'RUNNING', terminated: true });
  await keep();
  skewMs += 4 * MINUTE;
  await keep();
  expect(here.alerts().some(({ plain }) => plain.includes('though it was terminated'))).toBe(false);
  skewMs += 2 * MINUTE;
  const calls = stops();
  await keep();
  const told = await card('zombie', 'still runs, though it was terminated');
  expect(told.plain).toContain('end that instance in EC2');
  expect(stops()).toBe(calls);
});

test('who may not is refused, for all queues or for those that are another’s, and a slip gets the right form', async () => {
  const says = async (who: 'ada' | 'vic', words: string) => only(await here[who].says(`/batch timeout ${words}`)).plain;
  expect(await says('vic', 'set name:mine total:1h')).toContain('this needs the operator role');
  expect(await says('vic', 'off rules')).toContain('this needs the operator role');
  expect(await says('ada', 'set name:x')).toContain('How long may they take?');
  expect(await says('ada', 'set name:x total:30s')).toContain('at least 60 seconds');
  expect(await says('ada', 'set name:x total:500d')).toContain('it is at most 365d');
  expect(await says('ada', 'set nightly total:6h')).toContain('I don\'t understand "nightly" here');
  expect(await says('ada', 'of nativ')).toContain('timeout knows no "of"');
  expect(await says('ada', 'off nativ')).toContain('Did you mean native?');
  expect(await says('ada', 'remove')).toContain('Which rule?');
  expect(await says('ada', 'extend')).toContain('Which job, and how much longer?');
  const done = await here.submit('ended', { LOCAL_RUN_SECONDS: '1' });
  await isIn('succeeded', done);
  expect(await says('ada', `extend ${done} 2h`)).toContain('has ended already');

  await here.world.app.room.history.roles.give({
    ...{ to: { kind: 'user', id: 'U0VIC00001' }, role: 'operator', queues: 'genomics-*' },
    ...{ by: { id: 'U0ROOT0001', name: 'root' }, at: Date.now() + skewMs },
  });
  expect(await says('vic', 'set queue:genomics-prod-* total:300d')).toContain('@vic set rule');
  const [, n] = /set rule (\d+)/.exec(await says('ada', 'set name:of-ada total:300d')) ?? [];
  for (const beyond of ['set queue:g* total:300d', 'set name:mine total:300d', 'off rules', `remove ${n}`])
    expect(await says('vic', beyond)).toMatch(/this needs the operator role for/);
});
