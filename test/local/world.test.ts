/** The doors of the local Slack give what came of what a person did: all of it, however slow the world behind them is. */
import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { only, type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene({ furnished: false });
});
afterAll(() => here.end());

test('an answer is waited for while its request stands in the queue', async () => {
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const sqs = new SQSClient({ endpoint: here.world.aws.url, region: 'us-east-1', credentials });
  const QueueUrl = `${here.world.aws.url}/123456789012/batchbot-work`;
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '2' } }));
  sqs.destroy();
  expect(only(await here.vic.says('/batch help search')).plain).toContain('/batch search');
});
