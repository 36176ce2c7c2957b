import type { Message } from '../../src/local/slack/server';
import { only, type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const hang = (name: string) => here.submit(name, { LOCAL_OUTCOME: 'hang' });
const hangMany = (names: string[]) => Promise.all(names.map(hang));
const opOf = (message: Message): string => /Operation ([0-9A-Z]{5})/.exec(message.plain)?.[1] ?? '';
const stateOf = async (op: string) => (await here.world.app.room.history.operations.get(op))?.state;
const frozen = (op: string) => here.world.app.room.history.operations.ids(op);
const done = (op: string): Promise<string> =>
  here.until(`the end of ${op}`, async () => ((await stateOf(op)) === 'done' ? 'done' : undefined));
const said = (op: string): Message[] =>
  here.world.slack
    .channel('general')
    .filter(({ plain, ephemeral_to }) => ephemeral_to === undefined && plain.includes(`op ${op}`));

test('jobs that were submitted a moment ago, of which no event told yet, are in the preview', async () => {
  const stuck = await here.submit('just-now', { LOCAL_OUTCOME: 'stuck' });
  const preview = only(await here.ada.says('/batch cancel just-now'));
  expect(preview.plain).toContain('Cancel 1 job?');
  expect(await frozen(opOf(preview))).toEqual([stuck]);
});

test('a word that is also part of longer names is told, and a button leaves those out', async () => {
  const [exact, own] = await hangMany(['preregA', 'preregA-1', 'preregA2-1', 'preregA2-2']);
  const preview = only(await here.ada.says('/batch cancel preregA'));
  expect(preview.plain).toContain('Cancel 4 jobs?');
  expect(preview.plain).toContain('"preregA" is only part of a longer word in 2 jobs: preregA2-');
  expect(preview.plain).toContain('name:preregA finds only what is called exactly that.');
  const narrowed = only(await here.ada.presses('Leave those out', preview));
  expect(narrowed.plain).toContain('Cancel 2 jobs?');
  expect(narrowed.plain).not.toContain('preregA2');
  expect((await frozen(opOf(narrowed))).sort()).toEqual([exact, own].sort());
  await here.ada.presses('Cancel 2 jobs', narrowed);
  await done(opOf(narrowed));
  const named = only(await here.ada.says('/batch cancel name:"preregA2-1"'));
  expect(named.plain).toContain('Cancel 1 job?');
  expect(named.plain).not.toContain('longer word');
});

test('a search that finds more by the time of the press is refused, with a fresh preview or only those shown', async () => {
  const first = await hang('growing-1');
  const preview = only(await here.ada.says('/batch cancel growing'));
  const second = await hang('growing-2');
  const refused = only(await here.ada.presses('Cancel 1 job', preview, { values: { Reason: 'wrong input' } }));
  expect(refused.plain).toContain('Nothing was cancelled yet: 1 more job matches now than you were shown.');
  expect(refused.plain).toContain('growing-2');
  expect(await stateOf(opOf(preview))).toBe('asked');

  const fresh = only(await here.ada.says('/batch cancel growing'));
  expect((await frozen(opOf(fresh))).sort()).toEqual([first, second].sort());

  await here.ada.presses('Cancel 1 job', refused);
  await done(opOf(preview));
  expect(said(opOf(preview)).map(({ plain }) => plain)).toEqual([expect.stringContaining('1 cancelled')]);
  expect(said(opOf(preview))[0]?.plain).toContain('Reason: wrong input');
  const log = only(await here.root.says(`/batch audit op:${opOf(preview)}`));
  expect(log.plain).toContain('1 more job matches now than you were shown');
  expect(log.plain).toContain('only those shown, though more matched');
});

describe('a search by state', () => {
  const arrayThatRuns = async (name: string, size: number) => {
    const id = await here.submit(name, { LOCAL_OUTCOME: 'hang' }, { arrayProperties: { size } });
    await here.until(`${name} runs`, async () =>
      (await here.ada.says(`/batch search ${name} status:running`))[0]?.plain.includes(`of ${size}`) ? true : undefined,
    );
    return id;
  };

  test('does not take an array for pending whose children run', async () => {
    const id = await arrayThatRuns('seems-idle', 3);
    const told = only(await here.ada.says('/batch cancel seems-idle status:pending'));
    expect(told.plain).toContain('seems-idle is an array whose children are in other states than pending');
    const whole = only(await here.ada.says(`/batch cancel ${id}`));
    expect(whole.plain).toContain('Cancel 1 array of 3 children?');
    expect(whole.plain).toContain('States: running (3)');
  });

  test('takes an array as a whole, once, where it finds all of its children, and some of them as some', async () => {
    const id = await arrayThatRuns('all-run', 4);
    const preview = only(await here.ada.says('/batch cancel all-run status:running'));
    expect(preview.plain).toContain('Cancel 1 array of 4 children?');
    expect(preview.plain).toContain('4 children that the search found are all of an array that have not ended');
    expect(await frozen(opOf(preview))).toEqual([id]);
    const some = only(await here.ada.says(`/batch cancel ${id}:1 ${id}:2`));
    expect(some.plain).toContain('Cancel 2 children of an array?');

    const calls = () => here.world.aws.counts()['batch.TerminateJob']?.calls ?? 0;
    const before = calls();
    await here.ada.presses('Cancel 1 array of 4 children', preview);
    await done(opOf(preview));
    expect(calls() - before).toBe(1);
    for (const index of [0, 3])
      await here.until('it is cancelled', async () =>
        (await here.world.app.room.batch.describe([`${id}:${index}`]))[0]?.status === 'FAILED' ? true : undefined,
      );
  });

  test('leaves alone a job that is in another state at the press', async () => {
    const before = await here.submit('gate', { LOCAL_RUN_SECONDS: '60' });
    const id = await here.submit('behind-gate', { LOCAL_OUTCOME: 'hang' }, { dependsOn: [{ jobId: before }] });
    const preview = only(await here.ada.says('/batch cancel behind-gate status:pending'));
    expect(preview.plain).toContain('Cancel 1 job?');
    const statusNow = async () => (await here.world.app.room.batch.describe([id]))[0]?.status;
    await here.until('it runs', async () => ((await statusNow()) === 'RUNNING' ? true : undefined));
    await here.ada.presses('Cancel 1 job', preview);
    await done(opOf(preview));
    expect(await statusNow()).toBe('RUNNING');
    const told = await here.until('told', () => said(opOf(preview))[0]);
    expect(told.plain).toContain('cancelled nothing of 1 job');
    expect(told.plain).toContain('1 had started: left alone');
  });
});

test('every id that is not known is named, and the others are a press away', async () => {
  const [first, second] = await hangMany(['list-1', 'list-2']);
  const unknown = ['8d3e6b1c-0000-4000-8000-000000000001', '8d3e6b1c-0000-4000-8000-000000000002'];
  const told = only(await here.ada.says(`/batch cancel ${first} ${unknown.join(' ')} ${second}`));
  expect(told.plain).toContain(`Of these 4 jobs I don't know ${unknown.join(', ')}. The others I do.`);
  const preview = only(await here.ada.presses(/\[(\/batch cancel [^\]]+)\]/.exec(told.plain)?.[1] ?? '', told));
  expect(preview.plain).toContain('Cancel 2 jobs?');
  const many = only(await here.ada.says(`/batch cancel ${Array.from({ length: 60 }, () => first).join(' ')}`));
  expect(many.plain).toContain('Cancel 1 job?');
  const log = only(await here.root.says(`/batch audit job:${second} what:asked`));
  expect(log.plain).toContain(`op ${opOf(preview)}`);
  await here.ada.presses('Keep them', preview);
  const none = only(await here.ada.says(`/batch cancel --results ${opOf(preview)}`));
  expect(none.plain).toContain('was called off: nothing was cancelled');
});

test('a name in other letters, or with more behind it, is told', async () => {
  await hangMany(['Spelled', 'Spelled-3']);
  const exact = only(await here.ada.says('/batch cancel name:SPELLED'));
  expect(exact.plain).toContain('name: minds no capitals: SPELLED also finds Spelled.');
  const words = only(await here.ada.says('/batch cancel Spelled'));
  expect(words.plain).toContain('"Spelled" is also a part of other names: Spelled-3.');
});

test('reason: is why it is cancelled, as typed or changed before the press', async () => {
  await hangMany(['explained-1', 'explained-2']);
  const preview = only(await here.ada.says('/batch cancel explained reason:"wrong reference genome"'));
  expect(preview.plain).toContain('Cancel 2 jobs?');
  expect(preview.plain).toContain('Reason (optional) [wrong reference genome]');
  await here.ada.presses('Cancel 2 jobs', preview);
  await done(opOf(preview));
  await here.until('told', async () => (await here.world.app.room.history.operations.get(opOf(preview)))?.toldAt);
  expect(said(opOf(preview))[0]?.plain).toContain('Reason: wrong reference genome');
});

test('the list is turned inside the preview, and what was typed stays', async () => {
  await hangMany(Array.from({ length: 23 }, (_, n) => `paged-${n}`));
  const preview = only(await here.ada.says('/batch cancel paged'));
  expect(preview.plain).toContain('1-10 of 23');
  const second = only(await here.ada.presses('Next', preview, { values: { Reason: 'as said' } }));
  expect(second.plain).toContain('11-20 of 23');
  expect(second.plain).toContain('Cancel 23 jobs?');
  expect(opOf(second)).toBe(opOf(preview));
  const third = only(await here.ada.presses('Next', second));
  expect(third.plain.match(/paged-\d+/g)?.length).toBeGreaterThanOrEqual(3);
  await here.ada.presses('Cancel 23 jobs', third);
  await done(opOf(preview));
  expect(said(opOf(preview)).at(-1)?.plain).toContain('Reason: as said');
});

test('more than 100 jobs need their number typed, and another number does nothing', async () => {
  await here.submit('wide', { LOCAL_OUTCOME: 'hang' }, { arrayProperties: { size: 101 } });
  const preview = only(await here.ada.says('/batch cancel wide array:parents'));
  const label = 'Cancel 1 array of 101 children';
  expect(preview.plain).toContain(`${label}?`);
  const nothing = only(await here.ada.presses(label, preview));
  expect(nothing.plain).toContain(
    'Nothing was cancelled: cancelling more than 100 jobs needs their number typed, 101.',
  );
  const wrong = only(await here.ada.presses(label, preview, { values: { 'Type 101 to confirm': '11' } }));
  expect(wrong.plain).toContain('Nothing was cancelled: you typed 11, and these are 101 jobs.');
  await here.ada.presses(label, preview, { values: { 'Type 101 to confirm': '1,01' } });
  expect(await stateOf(opOf(preview))).toBe('asked');
  await here.ada.presses(label, preview, { values: { 'Type 101 to confirm': ' 101 ' } });
  await done(opOf(preview));
  const again = only(await here.root.says(`/batch cancel --confirm ${opOf(preview)}`));
  expect(again.plain).toContain('already done');
  await here.vic.says(`/batch cancel --confirm ${opOf(preview)}`);
  const log = only(await here.root.says(`/batch audit op:${opOf(preview)}`));
  for (const why of ['you typed 11, and these are 101 jobs', 'it was done before', 'needs the operator role'])
    expect(log.plain).toContain(why);
});

test('two people press at once: one of them wins, and the jobs are stopped once', async () => {
  const id = await hang('both');
  const op = opOf(only(await here.ada.says(`/batch cancel ${id}`)));
  const calls = () => here.world.aws.counts()['batch.TerminateJob']?.calls ?? 0;
  const before = calls();
  const answers = await Promise.all(
    ['ada', 'root'].map((user) =>
      here.world.slack.say({ user, channel: 'general', text: `/batch cancel --confirm ${op}` }),
    ),
  );
  const told = answers.flatMap(({ messages }) => messages.map(({ plain }) => plain)).join('\n');
  expect(told).toContain('Cancelling 1 job');
  expect(told).toMatch(/already (?:on its way|done)/);
  await done(op);
  expect(calls() - before).toBe(1);
  const steps = (await here.world.app.room.history.audit.entriesOf(op)).map(({ what }) => what);
  expect(steps.sort()).toEqual(['asked', 'confirmed', 'finished', 'refused']);
});

test('the results come as a file, a line a job', async () => {
  const ids = await hangMany(Array.from({ length: 12 }, (_, n) => `filed-${n}`));
  const preview = only(await here.ada.says('/batch cancel filed'));
  await here.ada.presses('Cancel 12 jobs', preview);
  const op = opOf(preview);
  await here.until('told', async () => (await here.world.app.room.history.operations.get(op))?.toldAt);
  const [result] = said(op);
  await here.ada.presses('Results', result as Message);
  const file = await here.until('the file', () => here.world.slack.dm('ada').flatMap(({ files = [] }) => files)[0]);
  expect(file.name).toBe(`cancel-${op}.csv`);
  const text = await (await fetch(file.url_private)).text();
  const lines = text.trim().split('\r\n');
  expect(lines[0]).toBe('job,outcome,why,new job,name,queue,children');
  expect(
    lines
      .slice(1)
      .map((line) => line.split(',')[0])
      .sort(),
  ).toEqual([...ids].sort());
  expect(lines[1]).toMatch(/,stopped,,,filed-\d+,genomics-prod-spot,$/);
});

test('nobody is alerted of jobs that failed only since one that they depend on was cancelled', async () => {
  const root = await hang('depended-on');
  const child = await here.submit('dependent', {}, { dependsOn: [{ jobId: root }] });
  await here.submit('grandchild', {}, { dependsOn: [{ jobId: child }] });
  const preview = only(await here.ada.says(`/batch cancel ${root}`));
  await here.ada.presses('Cancel 1 job', preview);
  await here.until('the failures', async () =>
    (await here.ada.says('/batch search grandchild status:failed'))[0]?.plain.includes('of 1') ? true : undefined,
  );
  expect(here.alerts().filter(({ plain }) => /depend|grandchild/.test(plain))).toEqual([]);
});

test('jobs that could not be cancelled are listed with AWS’s words, and a button tries those again', async () => {
  await hangMany(['denied-1', 'denied-2']);
  const preview = only(await here.ada.says('/batch cancel denied'));
  const op = opOf(preview);
  const calls = ['CancelJob', 'CancelJobs', 'TerminateJob', 'TerminateJobs'].map((call) => `batch:${call}`);
  here.world.aws.setFaults({ deny: calls });
  await here.ada.presses('Cancel 2 jobs', preview);
  await here.until('told', async () => (await here.world.app.room.history.operations.get(op))?.toldAt);
  here.world.aws.setFaults({ deny: [] });
  const [result] = said(op);
  expect(result?.plain).toContain('2 failed');
  expect(result?.plain).toMatch(/: AccessDeniedException: .*not authorized to perform/);
  const retried = only(await here.ada.presses('Retry the 2 failed ones', result as Message));
  expect(retried.plain).toContain('Cancel 2 jobs?');
  await here.ada.presses('Cancel 2 jobs', retried);
  const next = opOf(retried);
  await here.until('told', async () => (await here.world.app.room.history.operations.get(next))?.toldAt);
  expect(said(next)[0]?.plain).toContain(`cancelled 2 jobs: what failed in operation ${op}`);
  expect(said(next)[0]?.plain).toContain('2 cancelled');
});
