/** SQS's operations over the queues of this account. */
import { createHash } from 'node:crypto';
import { ACCOUNT, sqsArn } from '../arns';
import { AwsError } from '../awsError';
import type { Call, Operations } from '../operation';
import type { Timers } from '../timers';
import { type Message, type MessageAttribute, md5, type Queue, type SavedQueue, sqsQueue } from './queue';

/** One message may have 1 MiB, and so may a batch (SQS quotas, 2025). */
const LARGEST_BYTES = 1_048_576;
const NAME = /^[A-Za-z0-9_-]{1,80}$/;

const error = (code: string, message: string) => new AwsError(code, message);
const invalidValue = (value: unknown, name: string) =>
  error('InvalidParameterValue', `Value ${value} for parameter ${name} is invalid.`);

/** MD5 over the attributes by name, each as length-prefixed name, type and value (SQS developer guide, *Calculating the MD5 message digest*). */
function md5OfAttributes(attributes: Record<string, MessageAttribute>): string {
  const hash = createHash('md5');
  const sized = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const [name, { DataType = 'String', StringValue, BinaryValue }] of Object.entries(attributes).sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    sized(Buffer.from(name));
    sized(Buffer.from(DataType));
    hash.update(Buffer.from([DataType.startsWith('Binary') ? 2 : 1]));
    sized(BinaryValue === undefined ? Buffer.from(StringValue ?? '') : Buffer.from(BinaryValue, 'base64'));
  }
  return hash.digest('hex');
}

interface QueueInput {
  QueueUrl?: string;
  QueueName?: string;
  Attributes?: Record<string, string>;
}
interface SendInput extends QueueInput {
  Id?: string;
  MessageBody?: string;
  DelaySeconds?: number;
  MessageAttributes?: Record<string, MessageAttribute>;
}
interface ReceiptInput extends QueueInput {
  Id?: string;
  ReceiptHandle?: string;
  VisibilityTimeout?: number;
}
interface ReceiveInput extends QueueInput {
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  WaitTimeSeconds?: number;
  AttributeNames?: string[];
  MessageSystemAttributeNames?: string[];
  MessageAttributeNames?: string[];
}

export type Sqs = ReturnType<typeof sqs>;

export function sqs(given: { now: () => number; timers: Timers }) {
  const queues = new Map<string, Queue>();
  const urlOf = (queue: Queue, { origin }: Call) => `${origin}/${ACCOUNT}/${queue.name}`;

  const create = (name: string, attributes: Record<string, string> = {}): Queue => {
    if (!NAME.test(name)) throw invalidValue(name, 'QueueName');
    const existing = queues.get(name);
    const clash = Object.entries(attributes).some(([key, value]) => existing && existing.attributes[key] !== value);
    if (clash) throw error('QueueNameExists', 'A queue already exists with the same name and a different value.');
    const queue =
      existing ?? sqsQueue(name, { ...given, deadLetter: (arn) => queues.get(arn.slice(arn.lastIndexOf(':') + 1)) });
    Object.assign(queue.attributes, attributes);
    queues.set(name, queue);
    return queue;
  };

  const found = (name: string): Queue => {
    const queue = queues.get(name);
    if (!queue) throw error('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  };
  const ofUrl = ({ QueueUrl = '' }: QueueInput): Queue => found(QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1));

  const send = (queue: Queue, input: SendInput) => {
    const { MessageBody: body } = input;
    if (!body) throw error('MissingParameter', 'The request must contain the parameter MessageBody.');
    if (Buffer.byteLength(body) > LARGEST_BYTES) {
      throw error(
        'InvalidParameterValue',
        `One or more parameters are invalid. Reason: Message must be shorter than ${LARGEST_BYTES} bytes.`,
      );
    }
    const delay = input.DelaySeconds;
    if (delay !== undefined && (delay < 0 || delay > 900)) throw invalidValue(delay, 'DelaySeconds');
    const message = queue.send(body, input.MessageAttributes, delay);
    return {
      MessageId: message.id,
      MD5OfMessageBody: md5(body),
      ...(input.MessageAttributes && { MD5OfMessageAttributes: md5OfAttributes(input.MessageAttributes) }),
    };
  };

  const systemAttributes = (message: Message, names: string[]): Record<string, string> => {
    const all: Record<string, string> = {
      SenderId: 'AIDAEXAMPLE',
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receives),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? 0),
    };
    return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name)));
  };

  const remove = (queue: Queue, { ReceiptHandle = '' }: ReceiptInput) => {
    if (!queue.remove(ReceiptHandle)) {
      throw error(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${ReceiptHandle}" is not a valid receipt handle.`,
      );
    }
    return {};
  };
  const changeVisibility = (queue: Queue, { ReceiptHandle = '', VisibilityTimeout }: ReceiptInput) => {
    const seconds = Number(VisibilityTimeout);
    if (!(seconds >= 0 && seconds <= 43_200)) throw invalidValue(VisibilityTimeout, 'VisibilityTimeout');
    if (!queue.changeVisibility(ReceiptHandle, seconds)) {
      throw error(
        'InvalidParameterValue',
        `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
      );
    }
    return {};
  };

  /** The batch form of an operation: each entry on its own, up to ten. */
  const batch =
    <I extends { Id?: string }>(one: (queue: Queue, entry: I) => object) =>
    (input: QueueInput & { Entries?: I[] }) => {
      const queue = ofUrl(input);
      const entries = input.Entries ?? [];
      if (entries.length === 0) throw error('EmptyBatchRequest', "The batch request doesn't contain any entries.");
      if (entries.length > 10)
        throw error('TooManyEntriesInBatchRequest', 'Maximum number of entries per request are 10.');
      if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
        throw error('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
      }
      const Successful: object[] = [];
      const Failed: object[] = [];
      for (const entry of entries) {
        try {
          Successful.push({ Id: entry.Id, ...one(queue, entry) });
        } catch (thrown) {
          if (!(thrown instanceof AwsError)) throw thrown;
          Failed.push({ Id: entry.Id, Code: thrown.code, Message: thrown.message, SenderFault: true });
        }
      }
      return { Successful, Failed };
    };

  const operations: Operations = {
    CreateQueue: ({ QueueName = '', Attributes }: QueueInput, call) => ({
      QueueUrl: urlOf(create(QueueName, Attributes), call),
    }),
    GetQueueUrl: ({ QueueName = '' }: QueueInput, call) => ({ QueueUrl: urlOf(found(QueueName), call) }),
    ListQueues: ({ QueueNamePrefix = '' }: { QueueNamePrefix?: string }, call) => ({
      QueueUrls: [...queues.values()].filter(({ name }) => name.startsWith(QueueNamePrefix)).map((q) => urlOf(q, call)),
    }),
    DeleteQueue(input: QueueInput) {
      queues.delete(ofUrl(input).name);
      return {};
    },
    PurgeQueue(input: QueueInput) {
      ofUrl(input).purge();
      return {};
    },
    SendMessage(input: SendInput) {
      return send(ofUrl(input), input);
    },
    SendMessageBatch: batch(send),
    async ReceiveMessage(input: ReceiveInput, call: Call) {
      const queue = ofUrl(input);
      const most = Number(input.MaxNumberOfMessages ?? 1);
      if (!(most >= 1 && most <= 10)) throw invalidValue(most, 'MaxNumberOfMessages');
      const waitSeconds = Number(input.WaitTimeSeconds ?? queue.attributes.ReceiveMessageWaitTimeSeconds);
      if (!(waitSeconds >= 0 && waitSeconds <= 20)) throw invalidValue(waitSeconds, 'WaitTimeSeconds');
      const visibility = Number(input.VisibilityTimeout ?? queue.attributes.VisibilityTimeout);
      const names = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
      const taken = await queue.receive(most, visibility, waitSeconds, call.signal);
      const Messages = taken.map(({ message, receiptHandle }) => ({
        MessageId: message.id,
        ReceiptHandle: receiptHandle,
        MD5OfBody: md5(message.body),
        Body: message.body,
        ...(names.length && { Attributes: systemAttributes(message, names) }),
        ...(message.attributes &&
          input.MessageAttributeNames?.length && {
            MessageAttributes: message.attributes,
            MD5OfMessageAttributes: md5OfAttributes(message.attributes),
          }),
      }));
      return Messages.length ? { Messages } : {};
    },
    DeleteMessage(input: ReceiptInput) {
      return remove(ofUrl(input), input);
    },
    DeleteMessageBatch: batch(remove),
    ChangeMessageVisibility(input: ReceiptInput) {
      return changeVisibility(ofUrl(input), input);
    },
    ChangeMessageVisibilityBatch: batch(changeVisibility),
    GetQueueAttributes(input: QueueInput & { AttributeNames?: string[] }) {
      const queue = ofUrl(input);
      const { ready, inFlight, delayed, createdAt } = queue.counts();
      const all: Record<string, string> = {
        ...queue.attributes,
        QueueArn: sqsArn(queue.name),
        ApproximateNumberOfMessages: String(ready),
        ApproximateNumberOfMessagesNotVisible: String(inFlight),
        ApproximateNumberOfMessagesDelayed: String(delayed),
        CreatedTimestamp: String(Math.floor(createdAt / 1000)),
        LastModifiedTimestamp: String(Math.floor(createdAt / 1000)),
      };
      const names = input.AttributeNames ?? [];
      return {
        Attributes: Object.fromEntries(
          Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name)),
        ),
      };
    },
    SetQueueAttributes(input: QueueInput) {
      Object.assign(ofUrl(input).attributes, input.Attributes ?? {});
      return {};
    },
  };

  return {
    operations,
    create,
    send: (name: string, body: string) => found(name).send(body),
    save: (): SavedQueue[] => [...queues.values()].map((queue) => queue.save()),
    load(saved: SavedQueue[]) {
      for (const queue of saved) create(queue.name).load(queue);
    },
  };
}
