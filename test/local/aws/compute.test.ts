/** Where jobs run, as ECS, EC2 and STS tell it, and DynamoDB handed on. */
import { DescribeComputeEnvironmentsCommand } from '@aws-sdk/client-batch';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import { localAws } from './localClients';

let world: Awaited<ReturnType<typeof localAws>>;
const handed: string[] = [];
beforeAll(async () => {
  world = await localAws({
    dynamo: (request, response) => {
      handed.push(String(request.headers['x-amz-target']));
      response.end('{}');
    },
  });
});
afterAll(() => world.close());

test('from a running job to its task, its host and its instance', async () => {
  const id = await world.submit({ LOCAL_OUTCOME: 'hang' }, { jobQueue: 'genomics-prod-spot' });
  const { container } = await world.reaches(id, 'RUNNING');
  const [cluster = '', taskId] = container?.taskArn?.split('/').slice(1) ?? [];
  expect(cluster).toMatch(/^AWSBatch-ce-genomics-prod-spot-/);
  const listed = await world.ecs.send(new ListTasksCommand({ cluster }));
  expect(listed.taskArns).toEqual([container?.taskArn]);

  const { tasks, failures } = await world.ecs.send(
    new DescribeTasksCommand({ cluster, tasks: [taskId ?? '', 'none'] }),
  );
  expect(tasks?.[0]).toMatchObject({
    lastStatus: 'RUNNING',
    containerInstanceArn: container?.containerInstanceArn,
    containers: [{ name: 'default' }],
    startedAt: expect.any(Date),
  });
  const variables = tasks?.[0]?.overrides?.containerOverrides?.[0]?.environment;
  expect(variables).toContainEqual({ name: 'AWS_BATCH_JOB_ID', value: id });
  expect(failures).toEqual([expect.objectContaining({ reason: 'MISSING' })]);

  const { containerInstanceArns = [] } = await world.ecs.send(new ListContainerInstancesCommand({ cluster }));
  const { containerInstances } = await world.ecs.send(
    new DescribeContainerInstancesCommand({ cluster, containerInstances: containerInstanceArns }),
  );
  const instanceId = containerInstances?.[0]?.ec2InstanceId ?? '';
  const { Reservations } = await world.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({
    InstanceId: instanceId,
    InstanceType: expect.stringMatching(/^(c6i|m6i|m5)\./),
    InstanceLifecycle: 'spot',
    LaunchTime: expect.any(Date),
    State: { Name: 'running' },
    Placement: { AvailabilityZone: tasks?.[0]?.availabilityZone },
  });
  const { computeEnvironments } = await world.batch.send(
    new DescribeComputeEnvironmentsCommand({ computeEnvironments: ['ce-genomics-prod-spot'] }),
  );
  expect(computeEnvironments?.[0]?.computeResources?.desiredvCpus).toBeGreaterThanOrEqual(8);
});

test('an unknown instance is an error of its own', async () => {
  const unknown = new DescribeInstancesCommand({ InstanceIds: ['i-00000000000000000'] });
  await expect(world.ec2.send(unknown)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
});

test('DynamoDB requests are handed on, and STS knows the account', async () => {
  await fetch(world.aws.url, {
    method: 'POST',
    headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' },
    body: '{}',
  });
  expect(handed).toEqual(['DynamoDB_20120810.ListTables']);
  const body = new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' });
  expect(await (await fetch(world.aws.url, { method: 'POST', body })).text()).toContain(
    '<Account>123456789012</Account>',
  );
});
