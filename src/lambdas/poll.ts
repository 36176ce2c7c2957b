/** Reads an SQS queue in a long-running process as Lambda's event source does: batches, partial failures, clean stop. */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { errorFields } from '../errors';
import type { Log } from '../log';

export interface Poll {
  client: SQSClient;
  queueUrl: string;
  /** How many batches are worked on at once. */
  atOnce: number;
  take: (body: string) => Promise<void>;
  log: Log;
}

/** SQS waits 20 seconds at most for a message (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html). */
const WAIT_SECONDS = 20;
const PAUSE_AFTER_ERROR_MS = 2_000;
/** A message that failed comes again after so long; Lambda leaves it to the queue's visibility timeout. */
const RETRY_SECONDS = 5;

/** @returns a function that stops the reading and waits for what is at hand */
export function poll({ client, queueUrl, atOnce, take, log }: Poll): () => Promise<void> {
  const stopping = new AbortController();

  async function takeBatch(messages: readonly Message[]): Promise<void> {
    const done: Message[] = [];
    const failed: Message[] = [];
    await Promise.all(
      messages.map(async (message) => {
        try {
          await take(message.Body ?? '');
          done.push(message);
        } catch (error) {
          log.error('a message is given back to its queue', { messageId: message.MessageId, ...errorFields(error) });
          failed.push(message);
        }
      }),
    );
    const entries = (list: Message[]) => list.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    if (done.length > 0)
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries(done) }));
    if (failed.length > 0) {
      const retry = entries(failed).map((entry) => ({ ...entry, VisibilityTimeout: RETRY_SECONDS }));
      await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: retry }));
    }
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const input = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: WAIT_SECONDS };
        const { Messages } = await client.send(new ReceiveMessageCommand(input), { abortSignal: stopping.signal });
        if (Messages !== undefined && Messages.length > 0) await takeBatch(Messages);
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn('a queue could not be read', { queueUrl, ...errorFields(error) });
        await sleep(PAUSE_AFTER_ERROR_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  const loops = Array.from({ length: atOnce }, loop);
  return async () => {
    stopping.abort();
    await Promise.all(loops);
  };
}
