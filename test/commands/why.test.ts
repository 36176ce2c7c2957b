/** `/batch why`: what people read of jobs that wait, for each kind of obstacle. */
import {
  CreateComputeEnvironmentCommand,
  type CreateComputeEnvironmentCommandInput,
  CreateJobQueueCommand,
  CreateSchedulingPolicyCommand,
  type SubmitJobCommandInput,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
} from '@aws-sdk/client-batch';
import { callsOf, only, type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene({ quota: 200 });
});
afterEach(() => here.world.aws.setFaults({ deny: [], throttle: 0 }));
afterAll(() => here.end());

const why = async (id: string, person: 'ada' | 'vic' = 'ada'): Promise<string> =>
  only(await here[person].says(`/batch why ${id}`)).plain;
const whyWhen = (id: string, pattern: RegExp): Promise<string> =>
  here.until(`${pattern} of ${id}`, async () => {
    const plain = await why(id);
    return pattern.test(plain) ? plain : undefined;
  });

type Resources = CreateComputeEnvironmentCommandInput['computeResources'];
let made = 0;
/** A queue of its own, with one compute environment. */
async function queueWith(
  resources: Partial<NonNullable<Resources>>,
  more: { serviceRole?: string; policy?: string; name?: string } = {},
): Promise<string> {
  const name = more.name ?? `why-${++made}`;
  await here.batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: `ce-${name}`,
      type: 'MANAGED',
      computeResources: {
        type: 'EC2',
        maxvCpus: 16,
        subnets: ['subnet-1'],
        securityGroupIds: ['sg-1'],
        instanceTypes: ['m5'],
        ...resources,
      },
      ...(more.serviceRole === undefined ? {} : { serviceRole: more.serviceRole }),
    }),
  );
  await here.batch.send(
    new CreateJobQueueCommand({
      jobQueueName: name,
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: `ce-${name}` }],
      ...(more.policy === undefined ? {} : { schedulingPolicyArn: more.policy }),
    }),
  );
  return name;
}
const submit = (name: string, jobQueue: string, environment = {}, more: Partial<SubmitJobCommandInput> = {}) =>
  here.submit(name, environment, { jobQueue, ...more });
const hang = { LOCAL_OUTCOME: 'hang' };
const sized = (VCPU: string, MEMORY = '2048', GPU?: string) => ({
  containerOverrides: {
    resourceRequirements: [
      { type: 'VCPU' as const, value: VCPU },
      { type: 'MEMORY' as const, value: MEMORY },
      ...(GPU === undefined ? [] : [{ type: 'GPU' as const, value: GPU }]),
    ],
    environment: [{ name: 'LOCAL_OUTCOME', value: 'hang' }],
  },
});

describe('a job waits for others that it depends on', () => {
  test('with their states, and the way to the one that is not done', async () => {
    const done = await here.submit('first-step', { LOCAL_RUN_SECONDS: '1' });
    const going = await here.submit('second-step', hang);
    const id = await here.submit('third-step', hang, { dependsOn: [{ jobId: done }, { jobId: going }] });
    const plain = await whyWhen(id, /1 of 2 are done/);
    expect(plain).toContain('third-step');
    expect(plain).toContain('Waits for 1 job that it depends on; 1 of 2 are done.');
    expect(plain).toMatch(new RegExp(`second-step: (?:runnable|starting|running), ${going}`));
    const answer = only(await here.ada.says(`/batch why ${id}`));
    expect(only(await here.ada.presses('Why second-step', answer)).plain).toContain('second-step');
  });

  test('of an array, by its own index or by the child before', async () => {
    const blocker = await here.submit('slow-array', hang, { arrayProperties: { size: 3 } });
    const byIndex = await here.submit('by-index', hang, {
      arrayProperties: { size: 3 },
      dependsOn: [{ jobId: blocker, type: 'N_TO_N' }],
    });
    expect(await whyWhen(`${byIndex}:1`, /its own index/)).toMatch(
      /Waits for slow-array \[1\], which is (?:runnable|starting|running)/,
    );
    const inTurn = await here.submit('in-turn', hang, {
      arrayProperties: { size: 3 },
      dependsOn: [{ type: 'SEQUENTIAL' }],
    });
    expect(await whyWhen(`${inTurn}:2`, /the child before it/)).toContain('Waits for in-turn [1], which is pending.');
    expect(await whyWhen(inTurn, /SEQUENTIAL/)).toContain('An array is pending until its last child ends');
  });

  test('which may wait themselves, for something that must be mended', async () => {
    const queue = await queueWith({ maxvCpus: 8 });
    const head = await submit('in-the-way-of-all', queue, {}, sized('1', '2048', '4'));
    await whyWhen(head, /MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT/);
    await here.batch.send(
      new UpdateComputeEnvironmentCommand({ computeEnvironment: `ce-${queue}`, computeResources: { maxvCpus: 4 } }),
    );
    await whyWhen(await submit('fills-it', queue, {}, sized('4')), /running for/);
    const going = await submit('stuck-before', queue, hang);
    const id = await here.submit('waits-for-stuck', hang, { dependsOn: [{ jobId: going }] });
    const plain = await whyWhen(id, /stuck-before has not started: The head of/);
    expect(plain).toContain('What helps: stuck-before does not go on by itself.');
    expect(plain).not.toContain('Nothing needs to be done');
    expect(plain).toContain('[Why stuck-before]');
  });

  test('in two calls to Batch', async () => {
    const going = await here.submit('a-dependency', hang);
    const id = await here.submit('a-dependent', hang, { dependsOn: [{ jobId: going }] });
    await whyWhen(id, /Waits for a-dependency, which is (?:starting|running)/);
    expect(await callsOf(here, () => why(id))).toEqual({ 'batch.DescribeJobs': 2 });
  });
});

describe('a job waits in its queue', () => {
  test('for the jobs ahead of it, with its position and how long they have waited', async () => {
    const queue = await queueWith({ maxvCpus: 1 });
    const running = await submit('has-the-place', queue, hang);
    await whyWhen(running, /running for/);
    await whyWhen(await submit('next', queue, hang), /The first in the line/);
    await whyWhen(await submit('after-next', queue, hang), /Position 2/);
    const id = await submit('last-in-line', queue, hang);
    const plain = await whyWhen(id, /Position 3/);
    expect(plain).toMatch(
      new RegExp(`Waits for room: its compute environment is at the maximum \\(ce-${queue} \\d of 1 vCPU\\)`),
    );
    expect(plain).toMatch(/Those ahead have waited \d+ (?:s|min)/);
    expect(plain).toContain('[What runs there]');
  });

  test('for its turn, where there would be room for it alone', async () => {
    const queue = await queueWith({ type: 'FARGATE', instanceTypes: undefined, maxvCpus: 4 });
    const onFargate = (vcpus: string) => ({ ...sized(vcpus), jobDefinition: 'sandbox-fargate' });
    await whyWhen(await submit('half', queue, {}, onFargate('2')), /running for/);
    await whyWhen(await submit('whole', queue, {}, onFargate('4')), /[Tt]he first in/);
    const plain = await whyWhen(await submit('quarter', queue, {}, onFargate('1')), /Position 2/);
    expect(plain).toContain(`Waits for 1 job ahead of it in ${queue}.`);
    expect(plain).toContain('Nothing needs to be done');
    expect(plain).not.toContain('What helps');
  });

  test('behind one that is blocked at the head, which an operator may cancel', async () => {
    const queue = await queueWith({ maxvCpus: 8 });
    const head = await submit('too-greedy', queue, {}, sized('1', '2048', '4'));
    await whyWhen(head, /MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT/);
    await here.batch.send(
      new UpdateComputeEnvironmentCommand({ computeEnvironment: `ce-${queue}`, computeResources: { maxvCpus: 4 } }),
    );
    const filler = await submit('filler', queue, {}, sized('4'));
    await whyWhen(filler, /running for/);
    const id = await submit('behind-it', queue, hang);
    const plain = await whyWhen(id, /The head of/);
    expect(plain).toContain(`The head of ${queue} is blocked, and it waits behind: too-greedy`);
    expect(plain).toContain('no instance type fits');
    // Room would not help.
    expect(plain).not.toContain('at the maximum');
    expect(plain).toContain('[Cancel the head…]');
    expect(await why(id, 'vic')).not.toContain('Cancel');
    const preview = only(await here.ada.presses('Cancel the head…', only(await here.ada.says(`/batch why ${id}`))));
    expect(preview.plain).toContain('Cancel 1 job?');
  });

  test('beyond the hundred that Batch lists, with how many came before', async () => {
    const queue = await queueWith({ maxvCpus: 1 });
    await whyWhen(await submit('in-the-way', queue, hang), /running for/);
    await submit('crowd', queue, hang, { arrayProperties: { size: 110 } });
    await here.until('the crowd', () =>
      here.world.app.room.history.search
        .search({ words: [], queues: [queue], statuses: ['runnable'] }, { limit: 1 })
        .then(({ total }) => (total >= 110 ? total : undefined)),
    );
    const plain = await whyWhen(await submit('far-back', queue, hang), /before it/);
    expect(plain).toContain('About 110 jobs that wait there were submitted before it.');
  });

  test('in five calls to Batch and one that finds it', async () => {
    const queue = await queueWith({ maxvCpus: 1 });
    await whyWhen(await submit('fills', queue, hang), /running for/);
    await whyWhen(await submit('is-first', queue, hang), /The first in the line/);
    const id = await submit('is-second', queue, hang);
    await whyWhen(id, /Position 2/);
    expect(await callsOf(here, () => why(id))).toEqual({
      'batch.DescribeJobs': 2,
      'batch.DescribeJobQueues': 1,
      'batch.DescribeComputeEnvironments': 1,
      'batch.GetJobQueueSnapshot': 1,
    });
  });

  test('that follows shares, and says so', async () => {
    const { arn } = await here.batch.send(
      new CreateSchedulingPolicyCommand({ name: 'fair', fairsharePolicy: { shareDecaySeconds: 600 } }),
    );
    const queue = await queueWith({ maxvCpus: 1 }, { policy: arn ?? '' });
    await whyWhen(await submit('of-red', queue, hang, { shareIdentifier: 'red' }), /running for/);
    const id = await submit('of-blue', queue, hang, { shareIdentifier: 'blue' });
    const plain = await whyWhen(id, /A fair-share queue/);
    expect(plain).toContain('its share is blue');
    expect(plain).toContain('1 active share');
  });

  test('that takes no new jobs, though those in it can go on', async () => {
    const queue = await queueWith({ maxvCpus: 1 });
    await whyWhen(await submit('holds', queue, hang), /running for/);
    const id = await submit('stays', queue, hang);
    await here.batch.send(new UpdateJobQueueCommand({ jobQueue: queue, state: 'DISABLED' }));
    expect(await whyWhen(id, /is disabled/)).toContain('it takes no new jobs; those in it can go on');
  });
});

describe('a job can never start, or not now', () => {
  test('since it asks for more vCPUs than its environments may have', async () => {
    const queue = await queueWith({ maxvCpus: 4 });
    const id = await submit('giant', queue, {}, sized('64'));
    const plain = await whyWhen(id, /RUNNABLE|runnable/);
    expect(plain).toContain(`It asks for 64 vCPU, more than ce-${queue} may ever have: 4.`);
    expect(plain).toContain('Raise maxvCpus, or cancel it and ask for less.');
    expect(plain).toContain('[Cancel…]');
    const later = await whyWhen(id, /COMPUTE_ENVIRONMENT_MAX_RESOURCE/);
    expect(later).toContain('may ever have: 4.');
  });

  test('since no instance type has the memory, whatever Batch has noticed so far', async () => {
    const queue = await queueWith({ maxvCpus: 64, instanceTypes: ['m5.2xlarge'] });
    const id = await submit('wide', queue, {}, sized('2', '40000'));
    const plain = await whyWhen(id, /runnable for/);
    expect(plain).toContain(
      `No instance type of ce-${queue} has the memory that it asks for: 39.1 GiB; the most is 32 GiB.`,
    );
    expect(plain).toContain(`ce-${queue} is enabled, 0 of 64 vCPU in use`);
    expect(plain).toContain('[Cancel…]');
    const family = await queueWith({ maxvCpus: 64, instanceTypes: ['m5'] });
    const stuck = await whyWhen(await submit('wider', family, {}, sized('2', '4000000')), /JOB_RESOURCE_REQUIREMENT/);
    expect(stuck).toContain('that it asks for: 2 vCPU, 3,906.3 GiB.');
    expect(stuck).toContain('It will never start so.');
    expect(stuck).toContain('[Cancel…]');
    expect(plain).toContain('Allowed: m5.2xlarge.');
  });

  test('since its compute environment is invalid, with AWS’s own reason', async () => {
    const queue = await queueWith({}, { serviceRole: 'arn:aws:iam::999999999999:role/stranger' });
    const plain = await whyWhen(await submit('orphan', queue, hang), /runnable for/);
    expect(plain).toContain(`No compute environment of ${queue} can start jobs: ce-${queue} is invalid.`);
    expect(plain).toContain('Not authorized to perform sts:AssumeRole');
    expect(plain).toContain('Check its service role');
  });

  test('since somebody disabled its compute environment', async () => {
    const queue = await queueWith({});
    await here.batch.send(
      new UpdateComputeEnvironmentCommand({ computeEnvironment: `ce-${queue}`, state: 'DISABLED' }),
    );
    const plain = await whyWhen(await submit('parked', queue, hang), /runnable for/);
    expect(plain).toContain(`ce-${queue} is disabled`);
    expect(plain).toContain('Enable it to let it start jobs again.');
  });

  test('since Spot has no capacity, with the queue that could take it', async () => {
    const spot = await queueWith({ type: 'SPOT' }, { name: 'exome-spot' });
    await queueWith({}, { name: 'exome-ondemand' });
    const plain = await whyWhen(await submit('unlucky', spot, { LOCAL_OUTCOME: 'stuck:CAPACITY' }), /CAPACITY:/);
    expect(plain).toContain('EC2 has no p3.2xlarge to give now');
    expect(plain).toContain('exome-ondemand is on demand and could take it.');
    expect(plain).toContain('[Run it in exome-ondemand instead]');
  });

  test('since a setting is wrong that only Batch can see', async () => {
    const queue = await queueWith({});
    const plain = await whyWhen(
      await submit('no-role', queue, { LOCAL_OUTCOME: 'stuck:SERVICE_ROLE_PERMISSIONS' }),
      /SERVICE_ROLE_PERMISSIONS/,
    );
    expect(plain).toContain('Batch’s service role lacks a permission');
  });
});

test('a job on its way to a host is said to be so', async () => {
  const starting = (id: string, more: object) => ({
    source: 'aws.batch',
    'detail-type': 'Batch Job State Change',
    time: new Date().toISOString(),
    detail: {
      jobId: id,
      jobName: 'on-its-way',
      jobQueue: 'q',
      status: 'STARTING',
      createdAt: Date.now() - 90_000,
      attempts: [],
      container: { image: 'busybox:1' },
      ...more,
    },
  });
  const [fargate, ec2] = ['c0ffee00-0000-4000-8000-000000000001', 'c0ffee00-0000-4000-8000-000000000002'];
  here.world.aws.publish([starting(fargate, { platformCapabilities: ['FARGATE'] }), starting(ec2, {})]);
  expect(await whyWhen(fargate, /starting/)).toContain('its network interface is attached and its image pulled now');
  const plain = await whyWhen(ec2, /starting/);
  expect(plain).toContain('its instance boots if it is new');
  expect(plain).toContain('busybox:1');
});

describe('what AWS does not let it read', () => {
  test('is named, and the rest is answered', async () => {
    const queue = await queueWith({ maxvCpus: 4 });
    const id = await submit('half-known', queue, {}, sized('64'));
    await whyWhen(id, /runnable for/);
    here.world.aws.setFaults({ deny: ['batch:GetJobQueueSnapshot'] });
    const plain = await why(id);
    expect(plain).toContain('may ever have: 4.');
    expect(plain).toContain('I could not read its place in the queue.');
    expect(plain).toContain('AWS does not let me call batch:GetJobQueueSnapshot');
  });

  test('at once, it asks again', async () => {
    const queue = await queueWith({ maxvCpus: 4 });
    const id = await submit('in-the-rush', queue, {}, sized('64'));
    await whyWhen(id, /runnable for/);
    const refusals = () => Object.values(here.world.aws.counts()).reduce((sum, { refused }) => sum + refused, 0);
    const before = refusals();
    here.world.aws.setFaults({ throttle: 0.2 });
    await here.until('a refusal', async () => {
      expect(await why(id)).toContain('may ever have: 4.');
      return refusals() > before ? true : undefined;
    });
  });
});

test.each([
  ['', 'Which job?'],
  ['nonsense', 'is not a job'],
  ['99999999-0000-4000-8000-00000000000a', 'I know no job'],
  ['arn:aws:batch:us-east-1:210987654321:job/99999999-0000-4000-8000-00000000000b', 'belongs to account 210987654321'],
  ['deadbeef', "No job’s id begins|No job's id begins"],
])('/batch why %s is refused in a sentence', async (words, told) => {
  expect(only(await here.ada.says(`/batch why ${words}`)).plain).toMatch(new RegExp(told));
});
