/** The door of the clock: once a minute, what has to be done unasked. */
import { theApp } from './app';
import type { LambdaContext } from './records';

export async function handler(_event: unknown, context: LambdaContext): Promise<void> {
  const app = await theApp();
  await app.tick(() => context.getRemainingTimeInMillis());
}
