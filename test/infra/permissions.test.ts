/** Each function may do its own work in AWS and nothing else. */
import * as z from 'zod';
import { pointsAt, type Synthesised, synthesised } from './synthesised';

const listed = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);
const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: listed.pipe(z.array(z.string())),
  Resource: listed,
  Condition: z.record(z.string(), z.unknown()).optional(),
});
type Statement = z.output<typeof statementSchema>;

function statementsOf(stack: Synthesised, name: string): Statement[] {
  const [role] = [...stack.ofType('AWS::IAM::Role').keys()].filter((id) => id.startsWith(`${name}Role`));
  const policies = [...stack.ofType('AWS::IAM::Policy').values()].filter(({ Properties }) =>
    pointsAt(Properties.Roles).includes(role ?? ''),
  );
  const statements = policies.flatMap(
    ({ Properties }) => z.object({ Statement: z.array(statementSchema) }).parse(Properties.PolicyDocument).Statement,
  );
  if (statements.length === 0) throw new Error(`no statements were found for ${name}`);
  return statements;
}

const actionsOf = (stack: Synthesised, name: string): string[] =>
  statementsOf(stack, name)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => Action)
    .sort();

const stack = synthesised();
const everyone = ['front', 'worker', 'events', 'tick'];

test('the front may put work on one queue, read its secret and write its log', () => {
  expect(actionsOf(stack, 'front')).toEqual([
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'secretsmanager:GetSecretValue',
    'sqs:SendMessage',
  ]);
  const send = statementsOf(stack, 'front').find(({ Action }) => Action.includes('sqs:SendMessage'));
  expect(send?.Resource.flatMap(pointsAt)).toEqual([expect.stringMatching(/^WorkQueue/)]);
});

test('only the worker, and the tick for what is out of time, may stop jobs', () => {
  const stops = everyone.filter((name) =>
    actionsOf(stack, name).some((action) => /^batch:(Cancel|Terminate)/.test(action)),
  );
  expect(stops).toEqual(['worker', 'tick']);
});

test('nobody may change definitions or environments, or read the jobs of other services', () => {
  const allowed =
    /^(batch:(List|Describe|Get|CancelJob$|TerminateJob$|SubmitJob$|TagResource$|UpdateJobQueue$)|dynamodb:|ec2:DescribeInstances$|ecs:(List|Describe)ContainerInstances$|logs:(GetLogEvents|FilterLogEvents|DescribeLogGroups|CreateLogStream|PutLogEvents)$|sqs:|secretsmanager:GetSecretValue$)/;
  for (const name of everyone) expect(actionsOf(stack, name).filter((action) => !allowed.test(action))).toEqual([]);
});

test('only the worker may submit jobs, retries alone, and switch queues, without deleting any', () => {
  const changing = /^batch:(SubmitJob|TagResource|UpdateJobQueue)$/;
  expect(everyone.filter((name) => actionsOf(stack, name).some((action) => changing.test(action)))).toEqual(['worker']);
  const statements = statementsOf(stack, 'worker').filter(({ Action }) =>
    Action.some((action) => changing.test(action)),
  );
  expect(statements.map(({ Action, Resource, Condition }) => [Action, Resource.length, Condition])).toEqual([
    [['batch:SubmitJob'], 2, { Null: { 'aws:RequestTag/retryOf': 'false' } }],
    [['batch:TagResource'], 3, { Null: { 'aws:RequestTag/retryOf': 'false' } }],
    [['batch:UpdateJobQueue'], 1, undefined],
  ]);
});

test.each(everyone)('%s has no wildcard among its actions', (name) => {
  expect(actionsOf(stack, name).filter((action) => action.includes('*'))).toEqual([]);
});

test.each(everyone)('%s names its resources, except where AWS has no resource level', (name) => {
  const unbound = statementsOf(stack, name).filter(({ Resource }) => Resource.includes('*'));
  const actions = unbound.flatMap(({ Action }) => Action);
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_batch.html, and list_ec2.html
  expect(actions.filter((action) => !/^(batch:(ListJobs|Describe\w+)|ec2:DescribeInstances)$/.test(action))).toEqual(
    [],
  );
});

test('the worker alone reads definitions and lists hosts, the clock too reads queues’ fronts, and of ECS all see only Batch’s clusters', () => {
  const asked = (name: string) =>
    actionsOf(stack, name).filter((action) => /^(ecs|ec2):|Definitions|SchedulingPolicies|Snapshot/.test(action));
  for (const name of everyone.filter((name) => name !== 'worker')) {
    const fronts = name === 'tick' ? ['batch:GetJobQueueSnapshot'] : [];
    expect(asked(name)).toEqual(name === 'front' ? [] : [...fronts, 'ecs:DescribeContainerInstances']);
  }
  expect(asked('worker')).toEqual([
    'batch:DescribeJobDefinitions',
    'batch:DescribeSchedulingPolicies',
    'batch:GetJobQueueSnapshot',
    'ec2:DescribeInstances',
    'ecs:DescribeContainerInstances',
    'ecs:ListContainerInstances',
  ]);
  const clusters = statementsOf(stack, 'worker')
    .filter(({ Action }) => Action.some((action) => action.startsWith('ecs:')))
    .flatMap(({ Resource }) => Resource.map((resource) => JSON.stringify(resource)));
  expect(clusters).toHaveLength(4);
  for (const resource of clusters)
    expect(resource).toMatch(/:(cluster|container-instance)\/(AWSBatch-\*|\*_Batch_\*)(\/\*)?"/);
});

test.each(['worker', 'events', 'tick'])(
  '%s may touch items of this table only, and never change the audit log',
  (name) => {
    const statements = statementsOf(stack, name).filter(({ Action }) =>
      Action.some((action) => action.startsWith('dynamodb:')),
    );
    expect(statements.flatMap(({ Resource }) => Resource.flatMap(pointsAt))).toEqual(
      expect.not.arrayContaining([expect.not.stringMatching(/^HistoryTable/)]),
    );
    const denied = statements.find(({ Effect }) => Effect === 'Deny');
    expect(denied?.Action).toEqual(['dynamodb:UpdateItem', 'dynamodb:DeleteItem']);
    expect(denied?.Condition).toEqual({ 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['AUDIT#*'] } });
    // What could get round the denial: https://docs.aws.amazon.com/service-authorization/latest/reference/list_dynamodb.html
    const allowed = actionsOf(stack, name);
    for (const action of ['dynamodb:BatchWriteItem', 'dynamodb:PartiQLUpdate', 'dynamodb:PartiQLDelete'])
      expect(allowed).not.toContain(action);
    // A rebuild of the search index goes on in the tick, and walks through the whole table.
    expect(allowed.includes('dynamodb:Scan')).toBe(name === 'tick');
  },
);

test('log groups are those that the deployment names', () => {
  const reading = (given: Synthesised): string =>
    JSON.stringify(statementsOf(given, 'worker').find(({ Action }) => Action.includes('logs:GetLogEvents'))?.Resource);
  expect(reading(stack)).toContain(':log-group:/aws/batch/job');
  const custom = reading(synthesised({ logGroups: '/teams/genomics' }));
  expect(custom).toContain(':log-group:/teams/genomics:log-stream:*');
  expect(custom).not.toContain('/aws/batch/job');
});

test('with a kill tag, jobs without it cannot be stopped', () => {
  const tagged = statementsOf(synthesised({ killTag: 'batchbot=may=stop' }), 'worker');
  expect(tagged.find(({ Action }) => Action.includes('batch:TerminateJob'))?.Condition).toEqual({
    StringEquals: { 'aws:ResourceTag/batchbot': 'may=stop' },
  });
});

test.each(everyone)('%s reads one secret', (name) => {
  const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:slack-AbCdEf';
  const secrets = (given: Synthesised): unknown[] =>
    statementsOf(given, name)
      .filter(({ Action }) => Action.includes('secretsmanager:GetSecretValue'))
      .flatMap(({ Resource }) => Resource);
  expect(secrets(synthesised({ secretArn: arn }))).toEqual([arn]);
  expect(JSON.stringify(secrets(stack))).toContain(':secret:batchbot/slack-??????');
});
