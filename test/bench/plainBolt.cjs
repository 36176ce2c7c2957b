/**
 * The yardstick: Bolt's own Lambda sample as it is usually deployed, unbundled. It acknowledges and does nothing else.
 * botId and botUserId are given so that it, too, needs no call of auth.test.
 */
const { App, AwsLambdaReceiver } = require('@slack/bolt');

const receiver = new AwsLambdaReceiver({ signingSecret: process.env.SLACK_SIGNING_SECRET });
const app = new App({ token: process.env.SLACK_BOT_TOKEN, botId: 'B012AB3CD', botUserId: 'U0BOT0000', receiver });

app.command('/batch', async ({ ack }) => {
  await ack();
});

exports.handler = async (event, context) => {
  const handler = await receiver.start();
  return handler(event, context);
};
