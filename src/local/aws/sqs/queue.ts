/** One SQS standard queue: messages that are ready, delayed, or in somebody's hands until their visibility runs out. */
import { createHash, randomUUID } from 'node:crypto';
import type { Timers } from '../timers';

export interface Message {
  id: string;
  body: string;
  attributes?: Record<string, MessageAttribute>;
  sentAt: number;
  receives: number;
  firstReceivedAt?: number;
}

export interface MessageAttribute {
  DataType?: string;
  StringValue?: string;
  BinaryValue?: string;
}

export interface SavedQueue {
  name: string;
  attributes: Record<string, string>;
  messages: Message[];
}

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Defaults: API reference, CreateQueue. */
const DEFAULTS: Record<string, string> = {
  VisibilityTimeout: '30',
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
};

export type Queue = ReturnType<typeof sqsQueue>;

interface Held {
  message: Message;
  until: number;
}
interface Waiter {
  most: number;
  visibilitySeconds: number;
  give: (taken: { message: Message; receiptHandle: string }[]) => void;
}

export function sqsQueue(
  name: string,
  given: { now: () => number; timers: Timers; deadLetter: (targetArn: string) => Queue | undefined },
) {
  const { now, timers } = given;
  const attributes: Record<string, string> = { ...DEFAULTS };
  const createdAt = now();
  let ready: Message[] = [];
  let delayed = 0;
  const held = new Map<string, Held>();
  const waiters: Waiter[] = [];

  /** Moves a message that has been received too often to the dead-letter queue. */
  const isDead = (message: Message): boolean => {
    const policy = attributes.RedrivePolicy;
    if (policy === undefined) return false;
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Record<string, string | number>;
    if (message.receives < Number(maxReceiveCount)) return false;
    const target = given.deadLetter(String(deadLetterTargetArn));
    target?.put({ ...message, receives: 0 });
    return target !== undefined;
  };

  const take = (most: number, visibilitySeconds: number) => {
    const taken: { message: Message; receiptHandle: string }[] = [];
    let used = 0;
    for (const message of ready) {
      if (taken.length === most) break;
      used++;
      if (isDead(message)) continue;
      message.receives++;
      message.firstReceivedAt ??= now();
      const receiptHandle = Buffer.from(`${randomUUID()} ${message.id}`).toString('base64url');
      hold(receiptHandle, message, visibilitySeconds);
      taken.push({ message, receiptHandle });
    }
    ready.splice(0, used);
    return taken;
  };

  const hold = (receiptHandle: string, message: Message, seconds: number) => {
    const holding = { message, until: now() + seconds * 1000 };
    held.set(receiptHandle, holding);
    timers.at(holding.until, () => {
      if (held.get(receiptHandle) !== holding) return;
      held.delete(receiptHandle);
      ready.push(message);
      serve();
    });
  };

  const serve = () => {
    while (waiters.length && ready.length) {
      const waiter = waiters[0];
      if (!waiter) return;
      const taken = take(waiter.most, waiter.visibilitySeconds);
      if (taken.length === 0) continue;
      waiters.shift();
      waiter.give(taken);
    }
  };

  const put = (message: Message) => {
    ready.push(message);
    serve();
  };

  return {
    name,
    attributes,
    put,

    send(body: string, messageAttributes?: Record<string, MessageAttribute>, delaySeconds?: number): Message {
      const message: Message = {
        id: randomUUID(),
        body,
        sentAt: now(),
        receives: 0,
        ...(messageAttributes && { attributes: messageAttributes }),
      };
      const delay = delaySeconds ?? Number(attributes.DelaySeconds);
      if (delay > 0) {
        delayed++;
        timers.at(now() + delay * 1000, () => {
          delayed--;
          put(message);
        });
      } else put(message);
      return message;
    },

    /** Waits up to `waitSeconds` for the first message; gives nothing to a caller who has hung up. */
    receive(most: number, visibilitySeconds: number, waitSeconds: number, signal: AbortSignal) {
      return new Promise<{ message: Message; receiptHandle: string }[]>((resolve) => {
        const taken = take(most, visibilitySeconds);
        if (taken.length || waitSeconds <= 0) {
          resolve(taken);
          return;
        }
        const leave = () => {
          const place = waiters.indexOf(waiter);
          if (place >= 0) waiters.splice(place, 1);
          resolve([]);
        };
        const waiter: Waiter = {
          most,
          visibilitySeconds,
          give: (messages) => {
            signal.removeEventListener('abort', leave);
            resolve(messages);
          },
        };
        waiters.push(waiter);
        signal.addEventListener('abort', leave, { once: true });
        timers.at(now() + waitSeconds * 1000, leave);
      });
    },

    /** False when the handle was never given out. An outdated handle deletes nothing, without an error. */
    remove(receiptHandle: string): boolean {
      held.delete(receiptHandle);
      return Buffer.from(receiptHandle, 'base64url').toString().includes(' ');
    },

    /** False when the message is not in flight under this handle. */
    changeVisibility(receiptHandle: string, seconds: number): boolean {
      const holding = held.get(receiptHandle);
      if (!holding) return false;
      if (seconds > 0) hold(receiptHandle, holding.message, seconds);
      else {
        held.delete(receiptHandle);
        put(holding.message);
      }
      return true;
    },

    purge() {
      ready = [];
      held.clear();
    },

    counts: () => ({ ready: ready.length, inFlight: held.size, delayed, createdAt }),

    save: (): SavedQueue => ({
      name,
      attributes,
      messages: [...ready, ...[...held.values()].map(({ message }) => message)],
    }),
    load(saved: SavedQueue) {
      Object.assign(attributes, saved.attributes);
      ready = saved.messages;
    },
  };
}
