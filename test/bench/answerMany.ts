/** A warm process that answers requests one after the other, and prints how long each took, in ms: `answerMany.js <module> <count>`. */
import { createRequire } from 'node:module';
import { type FunctionUrlHandler, slackRequest } from './slackRequest';

/** Requests before the clock starts, for V8 to compile what is used. */
const WARM_UP = 200;

async function main(): Promise<void> {
  const { handler }: { handler: FunctionUrlHandler } = createRequire(__filename)(process.argv[2] ?? '');
  const times: number[] = [];
  for (let turn = 0; turn < WARM_UP + Number(process.argv[3]); turn++) {
    const request = slackRequest(`search failed ${turn}`, turn, process.env.SLACK_SIGNING_SECRET ?? '');
    const began = performance.now();
    const { statusCode, body } = await handler(request, {});
    const took = performance.now() - began;
    // What went wrong is acknowledged too, with a text for the person who asked.
    if (statusCode !== 200 || (body ?? '') !== '')
      throw new Error(`request ${turn} was answered ${statusCode} ${body}`);
    if (turn >= WARM_UP) times.push(took);
  }
  process.stdout.write(`${JSON.stringify(times)}\n`, () => process.exit(0));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
