/** What a deployment chooses is checked before anything is made, and what is wrong is said in words. */
import { ParametersError, readParameters } from '../../infra/parameters';
import { synthesised } from './synthesised';

test('nothing has to be chosen', () => {
  expect(readParameters({})).toMatchObject({
    secretName: 'batchbot/slack',
    logGroups: ['/aws/batch/job'],
    deletionProtection: true,
  });
});

test('lists come from the command line as text, and from cdk.json as they are', () => {
  expect(readParameters({ admins: 'U012AB3CD, U0JANE123' }).admins).toEqual(['U012AB3CD', 'U0JANE123']);
  expect(readParameters({ admins: ['U012AB3CD'], deletionProtection: 'false' })).toMatchObject({
    admins: ['U012AB3CD'],
    deletionProtection: false,
  });
});

test('everything wrong is listed at once, each with its meaning', () => {
  const attempt = (): unknown =>
    readParameters({ alertChannel: '#batch-alerts', admins: 'jane', alarmEmail: 'nobody', allertChannel: 'C012AB3CD' });
  expect(attempt).toThrow(ParametersError);
  expect(attempt).toThrow(/alertChannel: expected the id of a Slack channel.+failed and timed-out jobs/);
  expect(attempt).toThrow(/admins: expected Slack user ids.+admin role/);
  expect(attempt).toThrow(/alarmEmail: .+mailed to/);
  expect(attempt).toThrow(/There is no allertChannel. What there is: alertChannel,/);
});

test('what is chosen reaches the functions that need it, and the front gets no more than its own', () => {
  const functions = [
    ...synthesised({ alertChannel: 'C012AB3CD', admins: 'U012AB3CD', trackedQueues: 'prod-*,gpu' })
      .ofType('AWS::Lambda::Function')
      .entries(),
  ].map(([id, { Properties }]) => [id.replace(/Function.*/, ''), JSON.stringify(Properties.Environment)] as const);
  const environments = Object.fromEntries(functions);
  for (const name of ['worker', 'events', 'tick']) {
    expect(environments[name]).toContain('"ALERT_CHANNEL":"C012AB3CD"');
    expect(environments[name]).toContain('"ADMINS":"U012AB3CD"');
    expect(environments[name]).toContain('"TRACKED_QUEUES":"prod-*,gpu"');
    expect(environments[name]).toContain('"DYNAMODB_TABLE"');
  }
  expect(environments.events).toContain('"EVENTS_DLQ_URL"');
  expect(environments.front).toContain('"WORK_QUEUE_URL"');
  expect(environments.front).not.toMatch(/DYNAMODB_TABLE|ADMINS/);
});
