/** The door of the work queue: commands, presses, operations under way, cards to look at again. */
import { theApp } from './app';
import { eachRecord, type LambdaContext, type SqsBatchResponse, type SqsEvent } from './records';

export async function handler(event: SqsEvent, context: LambdaContext): Promise<SqsBatchResponse> {
  const app = await theApp();
  return await eachRecord(event, app.room.log, (body) => app.takeWork(body, () => context.getRemainingTimeInMillis()));
}
