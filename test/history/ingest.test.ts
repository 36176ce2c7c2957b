import { type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { openHistory } from '../../src/history/history';
import { ingest } from '../../src/history/ingest';
import { parseBatchEvent } from '../../src/jobs/fromBatch';
import type { Job } from '../../src/jobs/job';
import { merge } from '../../src/jobs/merge';
import { childChange, newId, stateChange } from '../notices/stateChange';
import { type Scene, scene } from '../scene';
import { dynamo, TABLE } from './dynamo';

let here: Scene;
let sqs: SQSClient;
const lines: string[] = [];
beforeAll(async () => {
  here = await scene({ write: (line) => lines.push(line) });
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  sqs = new SQSClient({ endpoint: here.world.aws.url, region: 'us-east-1', credentials });
});
afterAll(async () => {
  sqs.destroy();
  await here.end();
});

const jobs = () => here.world.app.room.history.jobs;
const known = (id: string): Promise<Job> => here.until(`job ${id}`, async () => (await jobs().get(id))?.job);
const queueUrl = (name: string) => `${here.world.aws.url}/123456789012/${name}`;

async function parked(count: number): Promise<Message[]> {
  const found: Message[] = [];
  await here.until(`${count} parked events`, async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl('batchbot-events-dlq'),
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        VisibilityTimeout: 600,
      }),
    );
    found.push(...Messages);
    return found.length >= count ? true : undefined;
  });
  return found;
}

test('events that can’t be understood are parked as they came, with why, and are counted; the others proceed', async () => {
  const good = [newId(), newId()];
  const { jobId: _, ...nameless } = stateChange({ id: 'x', status: 'RUNNING' }).detail as Record<string, unknown>;
  const bad = [
    { ...stateChange({ id: 'x', status: 'RUNNING' }), detail: nameless },
    { ...stateChange({ id: 'x', status: 'RUNNING' }), detail: { jobId: 'stateless' } },
    stateChange({ id: 'unheard-of', status: 'HIBERNATING' }),
    { ...stateChange({ id: 'x', status: 'RUNNING' }), detail: 'FAILED' },
    { ...stateChange({ id: 'x', status: 'RUNNING' }), time: 'yesterday' },
    { 'detail-type': 'Batch Job State Change' },
    ['an', 'array'],
    'just "words"',
    null,
  ];
  here.world.aws.publish([
    stateChange({ id: good[0] ?? '', status: 'RUNNING' }),
    ...bad,
    stateChange({ id: good[1] ?? '', status: 'RUNNING' }),
  ]);
  for (const id of good) expect((await known(id)).status).toBe('RUNNING');
  const found = await parked(bad.length);
  expect(found.map(({ Body }) => Body).sort()).toEqual(bad.map((event) => JSON.stringify(event)).sort());
  for (const { MessageAttributes } of found) expect(MessageAttributes?.why?.StringValue).toMatch(/^\w.{10,}/);
  const why = found.find(({ Body }) => Body?.includes('HIBERNATING'))?.MessageAttributes?.why?.StringValue;
  expect(why).toContain('HIBERNATING');
  const counted = lines.map((line) => JSON.parse(line)).filter((line) => line.MalformedEvents === 1);
  expect(counted).toHaveLength(bad.length);
  expect(counted[0]._aws.CloudWatchMetrics[0]).toMatchObject({ Namespace: 'batchbot' });
});

test('bytes that are no JSON are parked unchanged too, empty ones included', async () => {
  const { app } = here.world;
  await app.takeEvent('{"source": "aws.batch", ', () => 60_000);
  await app.takeEvent('', () => 60_000);
  // SQS takes no empty body.
  expect((await parked(2)).map(({ Body }) => Body).sort()).toEqual(['(empty)', '{"source": "aws.batch", ']);
});

test('events of other services are neither jobs nor parked', async () => {
  const before = lines.filter((line) => line.includes('MalformedEvents')).length;
  await here.world.app.takeEvent(
    JSON.stringify({
      ...stateChange({ id: 'elsewhere', status: 'FAILED' }),
      source: 'aws.ecs',
      'detail-type': 'ECS Task State Change',
    }),
    () => 60_000,
  );
  expect(await jobs().get('elsewhere')).toBeUndefined();
  expect(lines.filter((line) => line.includes('MalformedEvents'))).toHaveLength(before);
});

test('workers that take in the news of one job at the same moment lose none of it', async () => {
  const id = newId();
  const at = Date.now();
  const events = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED'].map((status, n) =>
    stateChange({ id, status, at: at + n * 1000 }),
  );
  const news = events.flatMap((event) => parseBatchEvent(event)?.job ?? []);
  expect(news).toHaveLength(6);
  const workers = [1, 2].map(() => openHistory(dynamo(here), TABLE, Date.now).jobs);
  // Each worker has all of it, in another order.
  await Promise.all(
    workers.flatMap((worker, w) =>
      (w === 0 ? news : [...news].reverse()).map((piece) => ingest(worker, piece, Date.now)),
    ),
  );
  expect((await jobs().get(id))?.job).toEqual(news.reduce(merge));
});

test('a child’s news brings its parent to be known, by one question', async () => {
  const parent = await here.submit('asked-once', { LOCAL_OUTCOME: 'hang' }, { arrayProperties: { size: 3 } });
  await known(parent);
  const stranger = newId();
  const calls = () => here.world.aws.counts()['batch.DescribeJobs']?.calls ?? 0;
  const before = calls();
  const children = Array.from({ length: 20 }, (_, n) => childChange(stranger, n, { status: 'RUNNING' }));
  here.world.aws.publish(children);
  for (const { detail } of children) await known(String(detail.jobId));
  expect(calls() - before).toBe(1);
});
