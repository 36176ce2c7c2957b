/** A fresh process that answers one request with the handler it is given, and says so: `answerOnce.js <module>`. */
import { createRequire } from 'node:module';
import { type FunctionUrlHandler, slackRequest } from './slackRequest';

const { handler }: { handler: FunctionUrlHandler } = createRequire(__filename)(process.argv[2] ?? '');
void handler(slackRequest('search failed', process.pid, process.env.SLACK_SIGNING_SECRET ?? ''), {}).then(
  ({ statusCode }) => {
    process.stdout.write(`answered ${statusCode}\n`, () => process.exit(0));
  },
);
