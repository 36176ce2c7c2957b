/** SQS by the real SDK, which checks every MD5 itself. */
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { localAws } from './localClients';

let world: Awaited<ReturnType<typeof localAws>>;
beforeAll(async () => {
  world = await localAws();
});
afterAll(() => world.close());

let made = 0;
const newQueue = async (Attributes: Record<string, string> = {}) => {
  const { QueueUrl } = await world.sqs.send(new CreateQueueCommand({ QueueName: `q${++made}`, Attributes }));
  return { QueueUrl: QueueUrl ?? '' };
};
const receive = async (queue: { QueueUrl: string }, more = {}) =>
  (await world.sqs.send(new ReceiveMessageCommand({ ...queue, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];

test('a message is sent, received with its attributes, and deleted', async () => {
  const queue = await newQueue();
  const MessageAttributes = {
    kind: { DataType: 'String', StringValue: 'retry' },
    bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
  };
  await world.sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'grüß <dich> & 🎉', MessageAttributes }));
  const [message] = await receive(queue, { AttributeNames: ['All'], MessageAttributeNames: ['All'] });
  expect(message).toMatchObject({
    Body: 'grüß <dich> & 🎉',
    Attributes: { ApproximateReceiveCount: '1' },
    MessageAttributes: { kind: { StringValue: 'retry' } },
  });
  await world.sqs.send(new DeleteMessageCommand({ ...queue, ReceiptHandle: message?.ReceiptHandle }));
  const { Attributes } = await world.sqs.send(new GetQueueAttributesCommand({ ...queue, AttributeNames: ['All'] }));
  expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
});

test('long polling answers as soon as a message comes', async () => {
  const queue = await newQueue();
  const started = Date.now();
  const waiting = receive(queue, { WaitTimeSeconds: 20 });
  setTimeout(() => world.sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'late' })), 150);
  expect((await waiting).map(({ Body }) => Body)).toEqual(['late']);
  expect(Date.now() - started).toBeLessThan(15_000);
});

test('a caller who hangs up takes no message along', async () => {
  const queue = await newQueue();
  const abort = new AbortController();
  const command = new ReceiveMessageCommand({ ...queue, WaitTimeSeconds: 20 });
  const waiting = world.sqs.send(command, { abortSignal: abort.signal });
  setTimeout(() => abort.abort(), 100);
  await expect(waiting).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await world.sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'still here' }));
  expect((await receive(queue)).map(({ Body }) => Body)).toEqual(['still here']);
});

test('a message that is not deleted comes back, and after three receipts goes to the dead-letter queue', async () => {
  const { QueueUrl } = await world.sqs.send(new GetQueueUrlCommand({ QueueName: 'batchbot-work' }));
  const dead = await world.sqs.send(new GetQueueUrlCommand({ QueueName: 'batchbot-work-dlq' }));
  const queue = { QueueUrl: QueueUrl ?? '' };
  await world.sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'poison' }));
  for (const count of ['1', '2', '3']) {
    const [message] = await receive(queue, { AttributeNames: ['ApproximateReceiveCount'] });
    expect(message?.Attributes?.ApproximateReceiveCount).toBe(count);
    const back = { ...queue, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 };
    await world.sqs.send(new ChangeMessageVisibilityCommand(back));
  }
  expect(await receive(queue)).toEqual([]);
  const letters = await receive({ QueueUrl: dead.QueueUrl ?? '' });
  expect(letters.map(({ Body }) => Body)).toEqual(['poison']);
});

test('visibility runs out by itself', async () => {
  const queue = await newQueue({ VisibilityTimeout: '1' });
  await world.sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'again' }));
  expect(await receive(queue)).toHaveLength(1);
  expect(await receive(queue)).toHaveLength(0);
  expect(await receive(queue, { WaitTimeSeconds: 3 })).toHaveLength(1);
});

test('batches of up to ten, delayed messages, and errors by name', async () => {
  const queue = await newQueue();
  const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: Id, DelaySeconds: Id === 'b' ? 1 : 0 }));
  const sent = await world.sqs.send(new SendMessageBatchCommand({ ...queue, Entries }));
  expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'b']);
  const [first] = await receive(queue);
  expect(first?.Body).toBe('a');
  expect((await receive(queue, { WaitTimeSeconds: 3 }))[0]?.Body).toBe('b');
  const gone = await world.sqs.send(
    new DeleteMessageBatchCommand({
      ...queue,
      Entries: [
        { Id: '1', ReceiptHandle: first?.ReceiptHandle },
        { Id: '2', ReceiptHandle: 'never' },
      ],
    }),
  );
  expect(gone.Successful?.map(({ Id }) => Id)).toEqual(['1']);
  expect(gone.Failed?.[0]).toMatchObject({ Id: '2', Code: 'ReceiptHandleIsInvalid' });
  await expect(world.sqs.send(new GetQueueUrlCommand({ QueueName: 'nope' }))).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
  });
});
