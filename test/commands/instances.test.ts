import { ECSClient, ListContainerInstancesCommand, UpdateContainerInstancesStateCommand } from '@aws-sdk/client-ecs';
import type { Message } from '../../src/local/slack/server';
import { callsOf, only, type Scene, scene } from '../scene';

let here: Scene;
let ecs: ECSClient;
beforeAll(async () => {
  here = await scene({ teams: 20 });
  ecs = new ECSClient({
    endpoint: here.world.aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
});
afterAll(async () => {
  ecs.destroy();
  await here.end();
});

const asks = async (text: string): Promise<Message> => only(await here.ada.says(`/batch ${text}`));
const plainOf = async (text: string): Promise<string> => (await asks(text)).plain;

/** A job that goes on for ever; gives its host's environment something to show. */
async function runs(name: string, queue: string, count = 1): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, () => here.submit(name, { LOCAL_OUTCOME: 'hang' }, { jobQueue: queue })),
  );
  await here.until(`${count} of ${name} to run`, async () => {
    const plain = await plainOf(`queues ${queue}`);
    return plain.includes(`${count} running`) || undefined;
  });
}

const idOf = (plain: string): string => /i-0[0-9a-f]{16}/.exec(plain)?.[0] ?? '';

test('with nothing on EC2 it says so, and Fargate is told to have none', async () => {
  expect(await plainOf('instances env:ce-oncology-highmem')).toContain(
    'No instances just now: the compute environment on EC2 has none running.',
  );
  expect(await plainOf('instances queue:sandbox-fargate')).toContain('Fargate and EKS have none of Batch’s');
});

test('an instance tells type, Spot, zone, age, jobs, and what is free', async () => {
  await runs('guest', 'speech-prod-spot', 3);
  const list = await asks('instances queue:speech-prod-spot');
  expect(list.plain).toMatch(/^1 instance in 1 environment, 1 Spot, 3 jobs, 3 of (?:8|16|32|72) vCPU taken/);
  expect(list.plain).toMatch(
    /▶\s(?:m5|m6i|c6i)\.\dxlarge {2}· {2}working {2}· {2}Spot {2}· {2}us-east-1[a-d] {2}· {2}up \d+ s {2}· {2}i-0[0-9a-f]{16}/,
  );
  expect(list.plain).toMatch(
    /3 jobs {2}· {2}\d+ of \d+ vCPU free {2}· {2}[\d.]+ GiB of [\d.]+ GiB free {2}· {2}ce-speech/,
  );
});

test('one instance lists its jobs and where it came from, and leads to them', async () => {
  await runs('lodger', 'vision-ondemand');
  const id = idOf(await plainOf('instances env:ce-vision-ondemand'));
  const card = await here.until('its job', async () => {
    const seen = await asks(`instances ${id}`);
    return seen.plain.includes('lodger') ? seen : undefined;
  });
  expect(card.plain).toContain('on demand');
  expect(card.plain).toContain('AMI: ami-');
  expect(card.plain).toContain('private address: 10.');
  expect(card.plain).toContain('architecture: x86_64');
  expect(card.plain).toContain('for vision-ondemand');
  expect(only(await here.ada.presses('First job', card)).plain).toContain('lodger');
  expect(only(await here.ada.presses('Environment', card)).plain).toContain('ce-vision-ondemand');
});

test('a draining instance comes first and says what that means', async () => {
  await runs('stays', 'hydrology-prod-spot');
  const id = idOf(await plainOf('instances env:ce-hydrology-prod-spot'));
  const cluster = (await here.world.app.room.batch.computeEnvironments(['ce-hydrology-prod-spot']))[0]?.ecsClusterArn;
  const { containerInstanceArns = [] } = await ecs.send(new ListContainerInstancesCommand({ cluster }));
  await ecs.send(
    new UpdateContainerInstancesStateCommand({
      cluster,
      containerInstances: containerInstanceArns,
      status: 'DRAINING',
    }),
  );
  const list = await plainOf('instances');
  expect(idOf(list)).toBe(id);
  expect(list).toContain('draining');
  expect(list).toContain('It takes no new jobs, as before a Spot reclaim or an update; those it has go on.');
  expect(await plainOf('instances state:draining')).toMatch(/^1 instance/);
  expect(await plainOf('instances state:active')).not.toContain(id);
});

test('an instance that Spot took back is told as such, until ECS strikes it off', async () => {
  await here.submit('evicted', { LOCAL_OUTCOME: 'spot', LOCAL_RUN_SECONDS: '1' }, { jobQueue: 'search-prod-spot' });
  const plain = await here.until('the reclaim', async () => {
    const seen = await plainOf('instances env:ce-search-prod-spot');
    return seen.includes('terminated in EC2') ? seen : undefined;
  });
  expect(plain).toContain('EC2 has ended it, and what ran on it has failed.');
  expect(plain).toContain('1 idle, ended or out of touch');
});

test('words find by type, zone, market and environment', async () => {
  const all = await plainOf('instances');
  const zone = /us-east-1[a-d]/.exec(all)?.[0] ?? '';
  expect(await plainOf(`instances ${zone}`)).toContain(zone);
  expect(await plainOf('instances on-demand')).not.toMatch(/· {2}Spot {2}·/);
  expect(await plainOf('instances spot speech')).toContain('ce-speech-prod-spot');
});

test('without EC2’s word the rest is still told, with a note; without ECS’s it is a refusal', async () => {
  here.world.aws.setFaults({ deny: ['ec2:DescribeInstances'] });
  try {
    const plain = await plainOf('instances env:ce-speech-prod-spot');
    expect(plain).toContain('working  ·  us-east-1');
    expect(plain).toContain('AWS does not let me call ec2:DescribeInstances');
    here.world.aws.setFaults({ deny: ['ecs:ListContainerInstances'] });
    expect(await plainOf('instances env:ce-speech-prod-spot')).toContain(
      'AWS does not let me call ecs:ListContainerInstances: whoever runs batchbot has to allow it to its role.',
    );
  } finally {
    here.world.aws.setFaults({ deny: [] });
  }
});

test('unknown environments, queues and instances are told, with the nearest', async () => {
  expect(await plainOf('instances env:ce-speach-prod-spot')).toContain('Did you mean ce-speech-prod-spot?');
  const refused = await asks('instances queue:speech-prod-spto');
  expect(refused.plain).toContain('Did you mean speech-prod-spot?');
  expect(only(await here.ada.presses('/batch instances queue:speech-prod-spot', refused)).plain).toContain('3 jobs');
  expect(await plainOf('instances i-0123456789abcdef0')).toContain('fits "i-0123456789abcdef0"');
});

test('one environment takes five calls to AWS', async () => {
  expect(await callsOf(here, () => asks('instances env:ce-speech-prod-spot'))).toEqual({
    'batch.DescribeComputeEnvironments': 1,
    'batch.DescribeJobQueues': 1,
    'ecs.ListContainerInstances': 1,
    'ecs.DescribeContainerInstances': 1,
    'ec2.DescribeInstances': 1,
  });
});

test('an empty account has nothing on EC2', async () => {
  const empty = await scene({ furnished: false });
  try {
    const [message] = await empty.ada.says('/batch instances');
    expect(message?.plain).toContain('No compute environment here runs on EC2 instances');
  } finally {
    await empty.end();
  }
});
