/** An SQS batch: every record on its own, and those that failed named, so that only they come again. */

import { errorFields } from '../errors';
import type { Log } from '../log';

/** What Lambda hands over (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html). */
export interface SqsEvent {
  Records: { messageId: string; body: string }[];
}
/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
export interface SqsBatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

export async function eachRecord(
  event: SqsEvent,
  log: Log,
  take: (body: string) => Promise<void>,
): Promise<SqsBatchResponse> {
  const failed = await Promise.all(
    event.Records.map(async ({ messageId, body }) => {
      try {
        await take(body);
        return [];
      } catch (error) {
        log.error('a message is given back to its queue', { messageId, ...errorFields(error) });
        return [{ itemIdentifier: messageId }];
      }
    }),
  );
  return { batchItemFailures: failed.flat() };
}
