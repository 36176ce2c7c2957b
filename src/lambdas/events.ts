/** The door of the events queue: what EventBridge tells of Batch jobs. */
import { theApp } from './app';
import { eachRecord, type LambdaContext, type SqsBatchResponse, type SqsEvent } from './records';

export async function handler(event: SqsEvent, context: LambdaContext): Promise<SqsBatchResponse> {
  const app = await theApp();
  return await eachRecord(event, app.room.log, (body) => app.takeEvent(body, () => context.getRemainingTimeInMillis()));
}
