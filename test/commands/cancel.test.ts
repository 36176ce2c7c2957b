import { DescribeJobsCommand, TerminateJobCommand } from '@aws-sdk/client-batch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Message } from '../../src/local/slack/server';
import { only, type Scene, scene } from '../scene';

let here: Scene;
let skewMs = 0;
beforeAll(async () => {
  here = await scene({ now: () => Date.now() + skewMs });
});
afterAll(() => here.end());

const hang = (name: string) => here.submit(name, { LOCAL_OUTCOME: 'hang' });
const statusOf = async (id: string): Promise<string> => {
  const { jobs } = await here.batch.send(new DescribeJobsCommand({ jobs: [id] }));
  return `${jobs?.[0]?.status} ${jobs?.[0]?.statusReason ?? ''}`;
};
const known = (words: string, n: number): Promise<Message> =>
  here.until(`${n} jobs for ${words}`, async () => {
    const [message] = await here.ada.says(`/batch search ${words} status:active`);
    return message?.plain.includes(`of ${n}`) ? message : undefined;
  });
const result = (op: RegExp | string): Promise<Message> =>
  here.until(`the end of ${op}`, () =>
    here.world.slack
      .channel('general')
      .find(
        ({ plain, ephemeral_to }) =>
          ephemeral_to === undefined &&
          plain.includes(String(op)) &&
          /\d cancelled|had finished|left alone/.test(plain) &&
          !plain.includes('is cancelling'),
      ),
  );
const opOf = (message: Message): string => /Operation ([0-9A-Z]{5})/.exec(message.plain)?.[1] ?? '';

async function audit(op: string): Promise<Record<string, unknown>[]> {
  const client = new DynamoDBClient({
    endpoint: here.world.aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  const { Items } = await DynamoDBDocumentClient.from(client).send(new ScanCommand({ TableName: 'batchbot' }));
  return (Items ?? []).filter((item) => /^AUDIT#\d/.test(String(item.pk)) && item.op === op);
}

test('cancelling a search shows exactly what, waits for the press, and does exactly that', async () => {
  const doomed = await Promise.all([1, 2, 3].map((n) => hang(`preregA-${n}`)));
  const spared = await hang('other');
  await known('preregA', 3);
  const preview = only(await here.ada.says('/batch cancel preregA'));
  expect(preview.ephemeral_to).toBe('U0ADA00001');
  expect(preview.plain).toContain('Cancel 3 jobs?');
  expect(preview.plain).toContain('genomics-prod-spot (3)');
  for (const id of doomed) expect(await statusOf(id)).not.toContain('cancelled');

  const pressed = await here.world.slack.press({
    user: 'ada',
    channel: 'general',
    ts: preview.ts,
    label: 'Cancel 3 jobs',
    values: { Reason: 'wrong input' },
  });
  expect(JSON.stringify(pressed)).toContain('This can’t be undone'.replace('’', "'"));
  const told = await result(opOf(preview));
  expect(told.plain).toContain('3 cancelled');
  expect(told.plain).toContain('Reason: wrong input');
  expect(told.plain).toContain('@ada');
  for (const id of doomed) {
    expect(await statusOf(id)).toContain(`FAILED cancelled from Slack by ada (op ${opOf(preview)}): wrong input`);
  }
  expect(await statusOf(spared)).not.toContain('FAILED');
  await here.until('the audit', async () => ((await audit(opOf(preview))).length === 3 ? true : undefined));
  expect((await audit(opOf(preview))).map(({ what }) => what).sort()).toEqual(['asked', 'confirmed', 'finished']);
});

test('nobody is alerted of what they cancelled themselves', async () => {
  await hang('quiet-please');
  await known('quiet-please', 1);
  const preview = only(await here.ada.says('/batch cancel quiet-please'));
  await here.ada.presses('Cancel 1 job', preview);
  await result(opOf(preview));
  await here.until('the failure is known', async () =>
    (await here.ada.says('/batch search quiet-please status:failed'))[0]?.plain.includes('of 1') ? true : undefined,
  );
  expect(here.alerts().filter(({ plain }) => plain.includes('quiet-please'))).toEqual([]);
});

test('a second press, by anybody, does nothing twice', async () => {
  await hang('once-only');
  await known('once-only', 1);
  const preview = only(await here.ada.says('/batch cancel once-only'));
  const op = opOf(preview);
  await here.ada.presses('Cancel 1 job', preview);
  await result(op);
  const before = here.world.aws.counts()['batch.TerminateJob']?.calls ?? 0;
  expect(only(await here.ada.says(`/batch cancel --confirm ${op}`)).plain).toContain('already done');
  expect(here.world.aws.counts()['batch.TerminateJob']?.calls ?? 0).toBe(before);
  expect((await audit(op)).filter(({ what }) => what === 'confirmed')).toHaveLength(1);
});

test('a viewer is refused, told whom to ask, and the refusal is in the audit', async () => {
  const id = await hang('not-yours');
  const refused = only(await here.vic.says(`/batch cancel ${id}`));
  expect(refused.plain).toContain(
    'You are a viewer here; this needs the operator role. To be added to the operators, ask @root.',
  );
  const preview = only(await here.ada.says(`/batch cancel ${id}`));
  const byVic = only(await here.vic.says(`/batch cancel --confirm ${opOf(preview)}`));
  expect(byVic.plain).toContain('You are a viewer here');
  expect(await statusOf(id)).not.toContain('FAILED');
});

test('Keep it calls the operation off for good', async () => {
  const id = await hang('kept');
  const preview = only(await here.ada.says(`/batch cancel ${id}`));
  expect(only(await here.ada.presses('Keep it', preview)).plain).toContain('Nothing was cancelled');
  expect(only(await here.ada.says(`/batch cancel --confirm ${opOf(preview)}`)).plain).toContain('called off');
  expect(await statusOf(id)).not.toContain('FAILED');
});

test('dismissing Slack’s own dialog sends nothing', async () => {
  const id = await hang('dismissed');
  const preview = only(await here.ada.says(`/batch cancel ${id}`));
  await here.ada.presses('Cancel 1 job', preview, { confirm: false });
  expect(await statusOf(id)).not.toContain('FAILED');
});

test('a job that ends between preview and press is left alone and told apart', async () => {
  const id = await hang('finished-first');
  const other = await hang('finished-later');
  await known('finished-', 2);
  const preview = only(await here.ada.says('/batch cancel finished-'));
  await here.batch.send(new TerminateJobCommand({ jobId: id, reason: 'by somebody else' }));
  await here.until('the end', async () => ((await statusOf(id)).startsWith('FAILED') ? true : undefined));
  await here.ada.presses('Cancel 2 jobs', preview);
  const told = await result(opOf(preview));
  expect(told.plain).toContain('1 cancelled');
  expect(told.plain).toContain('1 had finished');
  expect(await statusOf(id)).toContain('by somebody else');
  expect(await statusOf(other)).toContain('cancelled from Slack');
});

test('an array is cancelled once, by its parent, with all of its children', async () => {
  const parent = await here.submit('array-doom', { LOCAL_OUTCOME: 'hang' }, { arrayProperties: { size: 5 } });
  await here.until('running children', async () =>
    (await here.ada.says(`/batch search array:${parent} status:running`))[0]?.plain.includes('of 5') ? true : undefined,
  );
  const preview = only(await here.ada.says('/batch cancel array-doom'));
  expect(preview.plain).toContain('Cancel 1 array of 5 children?');
  await here.ada.presses('Cancel 1 array of 5 children', preview);
  expect((await result(opOf(preview))).plain).toContain('1 cancelled');
  await here.until('all children ended', async () =>
    (await here.ada.says(`/batch search array:${parent} status:failed`))[0]?.plain.includes('of 5') ? true : undefined,
  );
  expect(here.alerts().filter(({ plain }) => plain.includes('array-doom'))).toEqual([]);
});

test('120 jobs are cancelled in bulk, with one message that moves', async () => {
  await Promise.all(Array.from({ length: 120 }, (_, n) => hang(`bulk-${n}`)));
  await known('bulk-', 120);
  const before = here.world.aws.counts();
  const preview = only(await here.ada.says('/batch cancel bulk-'));
  expect(preview.plain).toContain('1-10 of 120');
  const pressedAt = Date.now();
  await here.ada.presses('Cancel 120 jobs', preview, { values: { 'Type 120 to confirm': '120' } });
  expect((await result(opOf(preview))).plain).toContain('120 cancelled');
  const after = here.world.aws.counts();
  const calls = (name: string) => (after[name]?.calls ?? 0) - (before[name]?.calls ?? 0);
  expect(calls('batch.TerminateJobs') + calls('batch.CancelJobs')).toBeLessThanOrEqual(6);
  expect(calls('batch.TerminateJob')).toBe(0);
  // Other processes know that this one made stops after the press: it takes only a part of the account's rate.
  expect(await here.world.app.room.history.callers.meet('stops', 'probe', pressedAt, pressedAt)).toBe(1);
});

test('while AWS says no, the channel reads why and can stop it, and the results name what was left alone', async () => {
  const one = await hang('heldup-one');
  const array = await here.submit('heldup-array', { LOCAL_OUTCOME: 'hang' }, { arrayProperties: { size: 3 } });
  await here.until('running children', async () =>
    (await here.ada.says(`/batch search array:${array} status:running`))[0]?.plain.includes('of 3') ? true : undefined,
  );
  const preview = only(await here.ada.says(`/batch cancel ${one} ${array}`));
  const op = opOf(preview);
  here.world.aws.setFaults({ deny: ['batch:DescribeJobs'] });
  await here.ada.presses('Cancel 1 job and 1 array of 3 children', preview);
  const inChannel = () =>
    here.world.slack.channel('general').filter((message) => !message.ephemeral_to && message.plain.includes(op));
  const heldUp = await here.until('the trouble', () => inChannel().find(({ plain }) => plain.includes('Held up')));
  expect(heldUp.plain).toMatch(/Held up, tried again in \d+ s: AWS does not let me call batch:DescribeJobs/);

  const stopped = await here.ada.presses('Stop', heldUp);
  const answer = stopped.filter(({ plain }) => plain.includes(`Stopping ${op}`));
  // Beside the message that moves, which only the worker writes: an answer in its place could wipe out the end.
  expect(answer.map(({ ephemeral_to }) => ephemeral_to)).toEqual(['U0ADA00001']);
  const end = await result(op);
  here.world.aws.setFaults({ deny: [] });
  expect(end.plain).toContain('cancelled nothing of 1 job and 1 array of 3 children');
  expect(end.plain).toContain('2 left alone: it was stopped');
  expect(inChannel().map(({ ts }) => ts)).toEqual([heldUp.ts]);
  expect(await statusOf(one)).not.toContain('FAILED');

  await here.ada.presses('Results', end);
  const file = await here.until('the file', () => here.world.slack.dm('ada').flatMap(({ files = [] }) => files)[0]);
  const lines = (await (await fetch(file.url_private)).text()).trim().split('\r\n').slice(1);
  expect(lines.sort()).toEqual(
    [
      `${one},left alone,,,heldup-one,genomics-prod-spot,`,
      `${array},left alone,,,heldup-array,genomics-prod-spot,3`,
    ].sort(),
  );
});

test('a press that fails leaves the preview, and the next press does what was shown', async () => {
  const id = await hang('second-try');
  const preview = only(await here.ada.says(`/batch cancel ${id}`));
  const { operations } = here.world.app.room.history;
  const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException', $metadata: {} });
  for (const [error, words] of [
    [new Error('the connection broke'), 'may not be done. Try it again: nothing is done twice'],
    [throttled, 'AWS takes no more requests just now'],
  ] as const) {
    const start = jest.spyOn(operations, 'start').mockRejectedValueOnce(error);
    expect(only(await here.ada.presses('Cancel 1 job', preview)).plain).toContain(words);
    expect(start).toHaveBeenCalledTimes(1);
    start.mockRestore();
    expect(await statusOf(id)).not.toContain('FAILED');
  }
  await here.ada.presses('Cancel 1 job', preview);
  expect((await result(opOf(preview))).plain).toContain('1 cancelled');
});

test('an operation goes on where a dead worker left it, and stops no job twice', async () => {
  const ids = await Promise.all([1, 2, 3].map((n) => hang(`resumed-${n}`)));
  await known('resumed-', 3);
  const preview = only(await here.ada.says('/batch cancel resumed-'));
  const op = opOf(preview);
  const { operations } = here.world.app.room.history;
  // As a worker leaves it that dies right after AWS took the first job: started, leased, one job stopped, no outcome written.
  await operations.start(op, { id: 'U0ADA00001', name: 'ada' }, Date.now());
  await operations.lease(op, { now: Date.now(), until: Date.now() - 1 });
  await operations.begin(op, 0, ids);
  await here.batch.send(new TerminateJobCommand({ jobId: ids[0], reason: `cancelled from Slack by ada (op ${op})` }));
  await here.world.app.room.enqueue({ kind: 'operation', op });
  await here.world.app.room.enqueue({ kind: 'operation', op });
  expect((await result(op)).plain).toContain('3 cancelled');
  await here.until('finished', async () => ((await operations.get(op))?.state === 'done' ? true : undefined));
  expect((await audit(op)).filter(({ what }) => what === 'finished')).toHaveLength(1);
});

test('a cancel that comes too late says that it cancelled nothing', async () => {
  const id = await hang('too-late');
  const preview = only(await here.ada.says(`/batch cancel ${id}`));
  await here.batch.send(new TerminateJobCommand({ jobId: id, reason: 'by somebody else' }));
  await here.until('the end', async () => ((await statusOf(id)).startsWith('FAILED') ? true : undefined));
  await here.ada.presses('Cancel 1 job', preview);
  expect((await result(opOf(preview))).plain).toContain('@ada cancelled nothing of 1 job: too-late');
});

test('a thousand words are answered, and cancel nothing', async () => {
  const words = Array.from({ length: 1000 }, (_, n) => `word${n}`).join(' ');
  for (const verb of ['cancel', 'search']) {
    expect(only(await here.ada.says(`/batch ${verb} ${words}`)).plain).toContain('That is too long');
  }
  const long = only(await here.ada.says(`/batch cancel ${'x'.repeat(1600)}`));
  expect(long.plain).toContain('No job that has not ended matches');
  expect(only(await here.ada.says(`/batch search ${'x'.repeat(1600)}`)).plain).toContain('No jobs that match');
});

// The last one: it moves the clock of the whole world.
test('a state that is typed as a word cancels nothing, and is offered as a filter', async () => {
  const answer = only(await here.ada.says('/batch cancel pending'));
  expect(answer.plain).toContain(
    'matches pending, looked for in names, reasons and tags. Did you mean status:pending?',
  );
  expect(answer.plain).toContain('/batch cancel status:pending');
});

test('a preview expires after 15 minutes and offers a fresh one', async () => {
  const id = await hang('stale');
  const preview = only(await here.ada.says(`/batch cancel ${id}`));
  skewMs = 16 * 60_000;
  const told = await here.ada.presses('Cancel 1 job', preview);
  expect(told[0]?.plain).toContain('too old to act on');
  expect(await statusOf(id)).not.toContain('FAILED');
});
