import { DescribeJobQueuesCommand, DescribeJobsCommand, SubmitJobCommand } from '@aws-sdk/client-batch';
import { createApp } from '../../src/app';
import type { Message } from '../../src/local/slack/server';
import { only, type Scene, scene } from '../scene';

let here: Scene;
let skewMs = 0;
beforeAll(async () => {
  here = await scene({ now: () => Date.now() + skewMs });
});
afterAll(() => here.end());

const QUEUE = 'genomics-prod-spot';
const stateOf = async (name = QUEUE) =>
  (await here.batch.send(new DescribeJobQueuesCommand({ jobQueues: [name] }))).jobQueues?.[0]?.state;
const updates = () => here.world.aws.counts()['batch.UpdateJobQueue']?.calls ?? 0;
const opOf = (message: Message): string => /Operation ([0-9A-Z]{5})/.exec(message.plain)?.[1] ?? '';
const commandOf = (message: Message, label: string): string => {
  const found = new RegExp(`"text":"${label}"[^}]*}[^}]*?"value":"([^"]+)"`).exec(JSON.stringify(message.blocks));
  if (found?.[1] === undefined) throw new Error(`no button ${label} in ${message.plain}`);
  return found[1];
};

test('disabling a queue says what becomes of its jobs, waits for the press, and keeps new jobs out', async () => {
  await here.submit('inside', { LOCAL_OUTCOME: 'hang' });
  await here.until('the job is known', async () =>
    (await here.ada.says('/batch search inside status:active'))[0]?.plain.includes('of 1') ? true : undefined,
  );
  const preview = only(await here.ada.says(`/batch queue disable ${QUEUE}`));
  expect(preview.ephemeral_to).toBe('U0ADA00001');
  expect(preview.plain).toContain(`Disable queue ${QUEUE}?`);
  expect(preview.plain).toContain('Batch refuses every new job for it');
  expect(preview.plain).toMatch(/What is in it goes on: 1 \w+\. It still starts and ends as usual/);
  expect(await stateOf()).toBe('ENABLED');

  const told = only(await here.ada.presses('Disable it', preview));
  expect(told.ephemeral_to).toBeUndefined();
  expect(told.plain).toContain(`@ada disabled queue ${QUEUE} (op ${opOf(preview)}).`);
  expect(await stateOf()).toBe('DISABLED');
  await expect(
    here.batch.send(new SubmitJobCommand({ jobName: 'late', jobQueue: QUEUE, jobDefinition: 'scene' })),
  ).rejects.toThrow('not in ENABLED state');
  expect(only(await here.ada.says(`/batch queue disable ${QUEUE}`)).plain).toContain('is disabled already');

  const back = only(await here.ada.presses('Enable…', told));
  expect(back.plain).toContain('Batch takes new jobs for it again');
  await here.ada.presses('Enable it', back);
  expect(await stateOf()).toBe('ENABLED');
  await here.submit('welcome');
});

test('a second press does nothing twice, even after somebody has turned it round', async () => {
  const preview = only(await here.ada.says(`/batch queue disable ${QUEUE}`));
  const confirm = commandOf(preview, 'Disable it');
  await here.ada.presses('Disable it', preview);
  await here.ada.presses('Enable it', only(await here.ada.says(`/batch queue enable ${QUEUE}`)));
  const before = updates();
  expect(only(await here.ada.says(`/batch ${confirm}`)).plain).toContain('already done');
  expect(updates()).toBe(before);
  expect(await stateOf()).toBe('ENABLED');
  const log = only(await here.root.says(`/batch audit op:${opOf(preview)}`));
  expect(log.plain).toContain(`disabled queue ${QUEUE}`);
});

test('Leave it calls it off for good, and dismissing the dialog sends nothing', async () => {
  const preview = only(await here.ada.says(`/batch queue disable ${QUEUE}`));
  const confirm = commandOf(preview, 'Disable it');
  await here.ada.presses('Disable it', preview, { confirm: false });
  expect(only(await here.ada.presses('Leave it', preview)).plain).toContain('stays as it is');
  expect(only(await here.ada.says(`/batch ${confirm}`)).plain).toContain('called off');
  expect(await stateOf()).toBe('ENABLED');
});

test('a press needs a preview, and brings about what that showed', async () => {
  const forged = `/batch queue --confirm FORGE to:disable name:${QUEUE} asked:99999999999999`;
  expect(only(await here.ada.says(forged)).plain).toContain('queue has no filter "to:"');
  expect(only(await here.ada.says('/batch queue --confirm FORGE')).plain).toContain('I know no operation FORGE');
  expect(only(await here.ada.says('/batch queue --confirm')).plain).toContain('Which operation?');
  expect(await stateOf()).toBe('ENABLED');
});

test('a worker that died over it leaves who confirmed it in the audit, and the next one ends it, however late', async () => {
  const preview = only(await here.ada.says(`/batch queue disable ${QUEUE}`));
  const op = opOf(preview);
  const { room } = here.world.app;
  const body = JSON.stringify({
    kind: 'command',
    id: `press-${op}`,
    text: `queue --confirm ${op}`,
    typed: false,
    user: { id: 'U0ADA00001', name: 'ada' },
    channel: { id: 'C0GENERAL1', name: 'general' },
    replace: true,
    inputs: {},
  });
  const worker = (own: Partial<typeof room>) =>
    createApp({ room: { ...room, ...own }, parkEvent: () => Promise.resolve(), sleep: () => Promise.resolve() });
  const dying = worker({
    batch: {
      ...room.batch,
      async setQueueState(...values) {
        await room.batch.setQueueState(...values);
        return await new Promise<never>(() => undefined);
      },
    },
  });
  void dying.takeWork(body, () => 60_000);
  await here.until('it is disabled', async () => ((await stateOf()) === 'DISABLED' ? true : undefined));
  const steps = async () => (await room.history.audit.entriesOf(op)).map(({ what }) => what);
  expect(await steps()).toEqual(['asked', 'confirmed']);
  const tooSoon = only(await here.root.says(`/batch queue --confirm ${op}`));
  expect(tooSoon.plain).toContain('was confirmed by ada a moment ago');

  await worker({ now: () => Date.now() + 20 * 60_000 }).takeWork(body, () => 60_000);
  expect((await steps()).filter((what) => what !== 'refused')).toEqual(['asked', 'confirmed', 'done']);
  expect(
    here.world.slack.channel('general').some(({ plain }) => plain.includes(`@ada disabled queue ${QUEUE} (op ${op})`)),
  ).toBe(true);
  expect(await stateOf()).toBe('DISABLED');
  await here.ada.presses('Enable it', only(await here.ada.says(`/batch queue enable ${QUEUE}`)));
});

test('a viewer is refused at the word and at the press', async () => {
  expect(only(await here.vic.says(`/batch queue disable ${QUEUE}`)).plain).toContain('this needs the operator role');
  const preview = only(await here.ada.says(`/batch queue disable ${QUEUE}`));
  const forged = only(await here.vic.says(`/batch ${commandOf(preview, 'Disable it')}`));
  expect(forged.plain).toContain('this needs the operator role');
  expect(await stateOf()).toBe('ENABLED');
});

test('what AWS refuses is told, and the button works once it allows it', async () => {
  const preview = only(await here.ada.says(`/batch queue disable ${QUEUE}`));
  here.world.aws.setFaults({ deny: ['batch:UpdateJobQueue'] });
  expect(only(await here.ada.presses('Disable it', preview)).plain).toContain(
    'AWS does not let me call batch:UpdateJobQueue',
  );
  here.world.aws.setFaults({ deny: [] });
  expect(await stateOf()).toBe('ENABLED');
  await here.ada.presses('Disable it', preview);
  expect(await stateOf()).toBe('DISABLED');
  await here.ada.presses('Enable it', only(await here.ada.says(`/batch queue enable ${QUEUE}`)));
});

test('a slip gets the right form and the nearest name', async () => {
  expect(only(await here.ada.says('/batch queue disable genomics-prod-spt')).plain).toContain(`Did you mean ${QUEUE}?`);
  expect(only(await here.ada.says(`/batch queue disabel ${QUEUE}`)).plain).toContain('Did you mean disable?');
  expect(only(await here.ada.says('/batch queue clear zzzzzz')).plain).toContain('[/batch queues]');
  expect(only(await here.ada.says('/batch queue enable')).plain).toContain('Which queue?');
  expect(only(await here.ada.says('/batch queue --confirm K7F2Q')).plain).toContain('I know no operation K7F2Q');
});

describe('clearing', () => {
  const statusOf = async (id: string) =>
    (await here.batch.send(new DescribeJobsCommand({ jobs: [id] }))).jobs?.[0]?.status;
  const isKnown = (words: string, n: number) =>
    here.until(`${n} of ${words}`, async () =>
      (await here.ada.says(`/batch search ${words}`))[0]?.plain.includes(`of ${n}`) ? true : undefined,
    );

  test('cancels what waits in that queue and nothing that runs, after the same preview', async () => {
    const name = 'genomics-ondemand';
    const waiting = await Promise.all(
      [1, 2].map((n) => here.submit(`clear-${n}`, { LOCAL_OUTCOME: 'stuck' }, { jobQueue: name })),
    );
    const running = await here.submit('clear-running', { LOCAL_OUTCOME: 'hang' }, { jobQueue: name });
    const elsewhere = await here.submit('clear-elsewhere', { LOCAL_OUTCOME: 'stuck' });
    await isKnown('clear- status:runnable', 3);
    await isKnown('clear-running status:running', 1);
    const preview = only(await here.ada.says(`/batch queue clear ${name}`));
    expect(preview.plain).toContain('Cancel 2 jobs?');
    expect(preview.plain).toContain('disable it first to keep it empty');
    await here.ada.presses('Cancel 2 jobs', preview);
    const op = opOf(preview);
    const told = await here.until('the end', () =>
      here.world.slack
        .channel('general')
        .find(({ plain }) => plain.includes(`(op ${op})`) && plain.includes('2 cancelled')),
    );
    expect(told.plain).toContain(`queue ${name} cleared of what was submitted, pending, runnable`);
    for (const words of [`op:${op}`, 'what:queue', 'what:clear']) {
      const { plain } = only(await here.root.says(`/batch audit ${words}`));
      expect(plain).toContain(`ada cancelled 2 jobs “clear ${name}”`);
    }
    for (const id of waiting)
      await here.until('cancelled', async () => ((await statusOf(id)) === 'FAILED' ? true : undefined));
    expect(await statusOf(running)).toBe('RUNNING');
    expect(await statusOf(elsewhere)).toBe('RUNNABLE');
    const all = only(await here.ada.says(`/batch queue clear ${name} status:active`));
    expect(all.plain).toContain('Cancel 1 job?');
    await here.ada.presses('Cancel 1 job', all);
    await here.until('empty', async () => ((await statusOf(running)) === 'FAILED' ? true : undefined));
    expect(only(await here.ada.says(`/batch queue clear ${name}`)).plain).toContain('there is nothing to cancel');
  });

  test('an array whose children run loses only those that wait', async () => {
    const name = 'proteomics-prod-spot';
    const array = await here.submit(
      'clear-array',
      { LOCAL_OUTCOME: 'hang' },
      { jobQueue: name, arrayProperties: { size: 3 }, dependsOn: [{ type: 'SEQUENTIAL' }] },
    );
    await isKnown('clear-array status:running', 1);
    await isKnown('clear-array status:pending', 3);
    const preview = only(await here.ada.says(`/batch queue clear ${name}`));
    expect(preview.plain).toContain('Cancel 2 children of an array?');
    expect(preview.plain).toContain('1 array with children in other states goes on');
    await here.ada.presses('Keep them', preview);
    expect(await statusOf(array)).toBe('PENDING');
  });

  test('leaves alone what has started since the preview, and of an array those of its children', async () => {
    const jobQueue = 'imaging-prod-spot';
    const runs = { LOCAL_OUTCOME: 'hang', LOCAL_RUN_SECONDS: '110' };
    const first = await here.submit(
      'clear-first',
      { ...runs, LOCAL_FAIL_INDEXES: '1,2' },
      { jobQueue, arrayProperties: { size: 3 } },
    );
    const before = await here.submit('clear-before', { LOCAL_RUN_SECONDS: '110' }, { jobQueue });
    const hang = { LOCAL_OUTCOME: 'hang' };
    const single = await here.submit('late-single', hang, { jobQueue, dependsOn: [{ jobId: before }] });
    const whole = await here.submit('late-whole', hang, {
      jobQueue,
      dependsOn: [{ jobId: before }],
      arrayProperties: { size: 2 },
    });
    const dependsOn = [{ jobId: first, type: 'N_TO_N' as const }];
    const part = await here.submit('late-part', hang, { jobQueue, dependsOn, arrayProperties: { size: 3 } });
    const waiting = await here.submit('late-waiting', { LOCAL_OUTCOME: 'stuck' }, { jobQueue });
    const started = [single, `${whole}:0`, `${whole}:1`, `${part}:0`];
    await isKnown('clear-first status:running', 3);
    await here.until('all wait', async () => ((await statusOf(`${part}:2`)) === 'PENDING' ? true : undefined));
    const preview = only(await here.ada.says(`/batch queue clear ${jobQueue}`));
    expect(preview.plain).toMatch(/2 jobs and 2 arrays of 5 children/);
    for (const id of started)
      await here.until(`${id} runs`, async () => ((await statusOf(id)) === 'RUNNING' ? true : undefined));

    await here.ada.says(`/batch queue --confirm ${opOf(preview)}`);
    const told = await here.until('the end', () =>
      here.world.slack
        .channel('general')
        .find(({ plain }) => plain.includes(`(op ${opOf(preview)})`) && plain.includes('left alone')),
    );
    expect(told.plain).toContain('2 had started: left alone');
    expect(told.plain).toContain('1 cancelled but for children in other states');
    for (const id of started) expect(await statusOf(id)).toBe('RUNNING');
    // Those that wait for others go when these have ended.
    for (const id of [waiting, `${part}:1`, `${part}:2`]) {
      const { jobs } = await here.batch.send(new DescribeJobsCommand({ jobs: [id] }));
      expect(jobs?.[0]?.isCancelled === true || jobs?.[0]?.isTerminated === true).toBe(true);
    }
  });

  test('needs the role, and a state that can be cleared', async () => {
    expect(only(await here.vic.says(`/batch queue clear ${QUEUE}`)).plain).toContain('this needs the operator role');
    expect(only(await here.ada.says(`/batch queue clear ${QUEUE} status:failed`)).plain).toContain(
      'it is one or more of',
    );
    expect(only(await here.ada.says(`/batch queue disable ${QUEUE} status:runnable`)).plain).toContain(
      'disabled as a whole',
    );
  });
});

// The last one: it moves the clock of the whole world.
test('a preview expires after 15 minutes', async () => {
  const preview = only(await here.ada.says(`/batch queue disable ${QUEUE}`));
  skewMs = 16 * 60_000;
  expect(only(await here.ada.presses('Disable it', preview)).plain).toContain('too old to act on');
  expect(await stateOf()).toBe('ENABLED');
});
