import {
  CreateComputeEnvironmentCommand,
  type CreateComputeEnvironmentCommandInput,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
} from '@aws-sdk/client-batch';
import type { Message } from '../../src/local/slack/server';
import { callsOf, only, type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene({ teams: 20 });
});
afterAll(() => here.end());

const asks = async (text: string): Promise<Message> => only(await here.ada.says(`/batch ${text}`));
const plainOf = async (text: string): Promise<string> => (await asks(text)).plain;

const creates = (name: string, more: Partial<CreateComputeEnvironmentCommandInput> = {}) =>
  here.batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: name,
      type: 'MANAGED',
      computeResources: { type: 'EC2', maxvCpus: 64, instanceTypes: ['m5'], subnets: ['subnet-1'] },
      ...more,
    }),
  );

test('a list tells type, vCPUs, instance types, subnets and queues, and leads to each', async () => {
  const list = await asks('envs ce-genomics');
  expect(list.plain).toMatch(/^2 compute environments, \d+ of 512 vCPU rented/);
  expect(list.plain).toMatch(/✔\sce-genomics-prod-spot {2}· {2}enabled {2}· {2}Spot/);
  expect(list.plain).toContain('c6i, m6i, m5');
  expect(list.plain).toContain('for genomics-prod-spot  ·  2 subnets');
  expect(only(await here.ada.presses('Queues', list)).plain).toContain('genomics-ondemand');
});

test('one of them shows its settings, what an update does to its jobs, and the queues that try it second', async () => {
  await creates('second-choice', {
    computeResources: {
      type: 'SPOT',
      allocationStrategy: 'SPOT_PRICE_CAPACITY_OPTIMIZED',
      bidPercentage: 60,
      minvCpus: 4,
      maxvCpus: 64,
      instanceTypes: ['c6i.large'],
      subnets: ['subnet-a', 'subnet-b', 'subnet-c'],
      instanceRole: 'arn:aws:iam::123456789012:instance-profile/hosts',
      launchTemplate: { launchTemplateName: 'wide-disks', version: '3' },
    },
    tags: { team: 'core' },
  });
  const order = ['ce-speech-prod-spot', 'second-choice'].map((computeEnvironment, n) => ({
    order: n + 1,
    computeEnvironment,
  }));
  await here.batch.send(new UpdateJobQueueCommand({ jobQueue: 'speech-prod-spot', computeEnvironmentOrder: order }));
  const plain = await plainOf('envs second-choice');
  expect(plain).toContain('of 64 vCPU rented, never fewer than 4');
  expect(plain).toContain('for speech-prod-spot (choice 2)  ·  3 subnets  ·  bids 60% of the on-demand price');
  expect(plain).toContain('instance role: hosts');
  expect(plain).toContain('launch template: wide-disks 3');
  expect(plain).toContain('team=core');
  const card = await plainOf('queues speech-prod-spot');
  expect(card).toMatch(/1\. ✔\sce-speech-prod-spot[\s\S]*2\. ✔\ssecond-choice {2}· {2}Spot/);
});

test('an INVALID environment comes first, with AWS’s reason and the next step, then those that are off', async () => {
  await creates('zz-broken', { serviceRole: 'arn:aws:iam::999999999999:role/elsewhere' });
  await here.batch.send(
    new UpdateComputeEnvironmentCommand({ computeEnvironment: 'ce-weather-prod-spot', state: 'DISABLED' }),
  );
  const list = await asks('envs');
  expect(list.plain).toMatch(/2 not healthy/);
  const at = (name: string) => list.plain.indexOf(name);
  expect(at('zz-broken')).toBeGreaterThan(0);
  expect(at('zz-broken')).toBeLessThan(at('ce-weather-prod-spot'));
  expect(list.plain).toMatch(/✖\szz-broken {2}· {2}invalid/);
  expect(list.plain).toContain(
    'CLIENT_ERROR - Not authorized to perform sts:AssumeRole on resource: arn:aws:iam::999999999999:role/elsewhere',
  );
  expect(list.plain).toContain('Check its service role: that it exists');
  expect(list.plain).toContain('used by no queue');
  expect(await plainOf('envs state:invalid')).not.toContain('ce-weather');
  expect(await plainOf('envs state:disabled')).toContain('Enable it to let it start jobs again.');
  const unhealthy = only(await here.ada.presses('Unhealthy', list)).plain;
  expect(unhealthy).toContain('2 compute environments');
});

test('words, types and queues narrow; a page is turned in place', async () => {
  expect(await plainOf('envs type:fargate')).toContain('ce-sandbox-fargate');
  expect(await plainOf('envs queue:climate*')).toMatch(
    /^2 compute[\s\S]*ce-climate-highmem[\s\S]*ce-climate-prod-spot/,
  );
  expect(await plainOf('envs g4dn')).toContain('ce-robotics-gpu');
  const first = await asks('envs prod-spot');
  expect(first.plain).toContain('1-10 of 20');
  const second = only(await here.ada.presses('Next', first));
  expect(second.ts).toBe(first.ts);
  expect(second.plain).toContain('11-20 of 20');
});

test('an unmanaged and an EKS environment are told as what they are', async () => {
  await here.batch.send(
    new CreateComputeEnvironmentCommand({ computeEnvironmentName: 'own-hosts', type: 'UNMANAGED', unmanagedvCpus: 12 }),
  );
  expect(await plainOf('envs own-hosts')).toContain('not managed by Batch');
  expect(await plainOf('envs type:unmanaged')).toContain('own-hosts');
});

test('unknown names and wrong values get the right ones', async () => {
  const refused = await asks('envs ce-genomcs-prod-spot');
  expect(refused.plain).toContain('Did you mean ce-genomics-prod-spot?');
  expect(only(await here.ada.presses('/batch envs ce-genomics-prod-spot', refused)).plain).toContain('c6i, m6i, m5');
  expect(await plainOf('envs type:lambda')).toContain('it is one of spot, ec2, fargate, eks, unmanaged');
});

test('it takes two calls to AWS, and a missing permission is told by its name', async () => {
  expect(await callsOf(here, () => asks('envs'))).toEqual({
    'batch.DescribeComputeEnvironments': 1,
    'batch.DescribeJobQueues': 1,
  });
  here.world.aws.setFaults({ deny: ['batch:DescribeComputeEnvironments'] });
  try {
    expect(await plainOf('envs')).toContain('AWS does not let me call batch:DescribeComputeEnvironments');
  } finally {
    here.world.aws.setFaults({ deny: [] });
  }
});

test('an empty account has none', async () => {
  const empty = await scene({ furnished: false });
  try {
    const [message] = await empty.ada.says('/batch envs');
    expect(message?.plain).toContain('There are no compute environments in this account and region.');
  } finally {
    await empty.end();
  }
});
