import { openHistory } from '../../src/history/history';
import type * as EventsModule from '../../src/lambdas/events';
import type * as FrontModule from '../../src/lambdas/front';
import type * as TickModule from '../../src/lambdas/tick';
import type * as WorkerModule from '../../src/lambdas/worker';
import { signedHeaders } from '../../src/local/slack/signing';
import { dynamo } from '../history/dynamo';
import { newId, stateChange } from '../notices/stateChange';
import sqsRecord from '../payloads/batch-event-succeeded-inside-sqs-record.json';
import { type Scene, scene } from '../scene';
import { commandForm, SIGNING_SECRET } from '../slack/signedRequest';
import { ALERT_CHANNEL, context, functionUrlEvent, type LambdaWorld, lambdaWorld, setEnvironment } from './lambdaWorld';

let here: Scene;
let lambdas: LambdaWorld;
let restore: () => void;
beforeAll(async () => {
  here = await scene();
  lambdas = await lambdaWorld(here, 'lambdas');
  restore = setEnvironment(lambdas.env);
});
afterAll(async () => {
  restore();
  lambdas.end();
  await here.end();
});

/** Each Lambda is a process of its own: its module is loaded afresh. */
function cold<T>(name: 'front' | 'worker' | 'events' | 'tick'): T {
  let loaded: T | undefined;
  jest.isolateModules(() => {
    loaded = require(`../../src/lambdas/${name}`) as T;
  });
  return loaded as T;
}
const memory = () => openHistory(dynamo(here), 'lambdas', Date.now);
const work = () => lambdas.env.WORK_QUEUE_URL ?? '';
const signed = (body: string, secret = SIGNING_SECRET) => signedHeaders(secret, body, Date.now());
const record = (messageId: string, body: string) => ({ messageId, body, receiptHandle: 'h', eventSource: 'aws:sqs' });

describe('front', () => {
  let front: typeof FrontModule;
  beforeAll(() => {
    front = cold('front');
  });

  test.each([
    ['plain', false],
    ['in base64', true],
  ])('verifies a body that comes %s, and hands it to the queue', async (how, isBase64Encoded) => {
    const body = commandForm(`help ${how} Grüße`);
    const answer = await front.handler(functionUrlEvent(body, signed(body), isBase64Encoded), context);
    expect(answer).toMatchObject({ statusCode: 200 });
    const requests = (await lambdas.receive(work())).map(({ Body }) => JSON.parse(Body ?? ''));
    expect(requests).toEqual([expect.objectContaining({ kind: 'command', text: `help ${how} Grüße`, typed: true })]);
  });

  test('lets nothing forged through', async () => {
    const body = commandForm('help forged');
    const answer = await front.handler(functionUrlEvent(body, signed(body, 'guessed'), true), context);
    expect(answer).toMatchObject({ statusCode: 401 });
    expect(await lambdas.receive(work())).toEqual([]);
  });
});

test('worker answers each request of its batch, and names those that must come again', async () => {
  const worker: typeof WorkerModule = cold('worker');
  const request = (text: string) =>
    JSON.stringify({
      kind: 'command',
      id: `request ${text}`,
      text,
      typed: true,
      user: { id: 'U0ADA00001', name: 'ada' },
      channel: { id: 'C0GENERAL1', name: 'general' },
      replace: false,
      inputs: {},
    });
  const answer = await worker.handler(
    {
      Records: [
        record('a', request('job one-of-two')),
        record('b', '{"kind":"who knows"}'),
        record('c', request('job two-of-two')),
      ],
    },
    context,
  );
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
  const told = here.world.slack.channel('general', 'ada').map(({ plain }) => plain);
  for (const word of ['"one-of-two"', '"two-of-two"'])
    expect(told.filter((plain) => plain.includes(word))).toHaveLength(1);
});

test('events takes in an event as SQS carries it, tells of a failure, and parks what is malformed', async () => {
  const events: typeof EventsModule = cold('events');
  const failed = newId();
  const [real] = sqsRecord.Records;
  const answer = await events.handler(
    {
      Records: [
        real ?? record('', ''),
        record('bad', '{"source":"aws.batch","detail-type":"Batch Job State Change"}'),
        record('failed', JSON.stringify(stateChange({ id: failed, name: 'told-by-lambda', status: 'FAILED' }))),
      ],
    },
    context,
  );
  expect(answer).toEqual({ batchItemFailures: [] });
  const { jobs } = memory();
  expect((await jobs.get('bbbBB8ce-b82d-4235-a878-72735337110e'))?.job).toMatchObject({
    status: 'SUCCEEDED',
    queue: 'nextflow-pipeline',
  });
  expect((await jobs.get(failed))?.job.status).toBe('FAILED');
  // What is to be told is the worker's to send.
  const worker: typeof WorkerModule = cold('worker');
  const toSend = (await lambdas.receive(work())).map(({ MessageId = '', Body = '' }) => record(MessageId, Body));
  expect(await worker.handler({ Records: toSend }, context)).toEqual({ batchItemFailures: [] });
  const cards = here.world.slack.channel(ALERT_CHANNEL).filter(({ plain }) => plain.includes('told-by-lambda'));
  expect(cards).toHaveLength(1);
  expect((await lambdas.receive(lambdas.env.EVENTS_DLQ_URL ?? '')).map(({ Body }) => Body)).toEqual([
    '{"source":"aws.batch","detail-type":"Batch Job State Change"}',
  ]);
});

test('events gives back what the table did not take, and only that', async () => {
  restore();
  restore = setEnvironment({ ...lambdas.env, DYNAMODB_TABLE: 'no-such-table' });
  const events: typeof EventsModule = cold('events');
  const id = newId();
  const answer = await events.handler(
    { Records: [record('kept', JSON.stringify(stateChange({ id, status: 'RUNNING' }))), record('parked', '[]')] },
    context,
  );
  restore();
  restore = setEnvironment(lambdas.env);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'kept' }] });
  expect((await lambdas.receive(lambdas.env.EVENTS_DLQ_URL ?? '')).map(({ Body }) => Body)).toEqual(['[]']);
});

test('tick sweeps what Batch knows', async () => {
  const tick: typeof TickModule = cold('tick');
  const id = await here.submit('nobody-told', { LOCAL_OUTCOME: 'hang' });
  await tick.handler({}, context);
  const { jobs, sweeps } = memory();
  expect((await jobs.get(id))?.job).toMatchObject({ name: 'nobody-told', whole: true });
  expect((await sweeps.get()).fullEndedAt).toBeDefined();
});

test.each(['worker', 'events', 'tick'] as const)(
  '%s without its settings fails with one sentence for each, and works once they are there',
  async (name) => {
    restore();
    const { handler }: { handler: (event: { Records: [] }, its: typeof context) => Promise<unknown> } = cold(name);
    const failure = await handler({ Records: [] }, context).catch((error: Error) => error.message);
    restore = setEnvironment(lambdas.env);
    for (const setting of ['WORK_QUEUE_URL', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET']) {
      expect(failure).toContain(`${setting} is missing. `);
    }
    await expect(handler({ Records: [] }, context)).resolves.not.toThrow();
  },
);
