/** SQS: messages to the worker, some of them later, and a place to park what can't be understood. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** SQS delays a message by 15 minutes at most (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html). */
export const MOST_DELAY_SECONDS = 900;
/** An attribute's text is kept short; a message with its attributes may have 1 MiB. */
const MOST_REASON = 1_000;

export function sqsQueue(client: SQSClient, queueUrl: string) {
  return {
    async send(body: unknown, delaySeconds = 0): Promise<void> {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(body),
          ...(delaySeconds > 0 ? { DelaySeconds: Math.min(MOST_DELAY_SECONDS, Math.ceil(delaySeconds)) } : {}),
        }),
      );
    },
    /** Keeps a body exactly as it came, with why it is here. */
    async park(body: string, why: string): Promise<void> {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          // SQS refuses an empty body.
          MessageBody: body === '' ? '(empty)' : body,
          MessageAttributes: { why: { DataType: 'String', StringValue: why.slice(0, MOST_REASON) || 'unknown' } },
        }),
      );
    },
  };
}
export type SqsQueue = ReturnType<typeof sqsQueue>;
