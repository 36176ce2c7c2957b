import {
  DeregisterJobDefinitionCommand,
  RegisterJobDefinitionCommand,
  type RegisterJobDefinitionCommandInput,
} from '@aws-sdk/client-batch';
import type { Message } from '../../src/local/slack/server';
import { only, type Scene, scene } from '../scene';

const asks = async (here: Scene, text: string): Promise<Message> => only(await here.ada.says(`/batch ${text}`));

const registers = (here: Scene, jobDefinitionName: string, more: Partial<RegisterJobDefinitionCommandInput> = {}) =>
  here.batch.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName,
      type: 'container',
      containerProperties: {
        image: `123456789012.dkr.ecr.us-east-1.amazonaws.com/${jobDefinitionName}:1`,
        resourceRequirements: [
          { type: 'VCPU', value: '1' },
          { type: 'MEMORY', value: '2048' },
        ],
      },
      ...more,
    }),
  );

describe('in an account with twenty teams', () => {
  let here: Scene;
  beforeAll(async () => {
    here = await scene();
  });
  afterAll(() => here.end());
  const plainOf = async (text: string): Promise<string> => (await asks(here, text)).plain;

  const rich: Partial<RegisterJobDefinitionCommandInput> = {
    containerProperties: {
      image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/rich:7',
      command: ['python', 'train.py', '--epochs', 'Ref::epochs'],
      jobRoleArn: 'arn:aws:iam::123456789012:role/trainer',
      executionRoleArn: 'arn:aws:iam::123456789012:role/puller',
      environment: [
        { name: 'DB_PASSWORD', value: 'hunter2' },
        { name: 'PYBATCH_TIMEOUT', value: '7200' },
      ],
      resourceRequirements: [
        { type: 'VCPU', value: '4' },
        { type: 'MEMORY', value: '16384' },
        { type: 'GPU', value: '1' },
      ],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/teams/rich' } },
    },
    parameters: { epochs: '10' },
    timeout: { attemptDurationSeconds: 3600 },
    retryStrategy: {
      attempts: 3,
      evaluateOnExit: [
        { onStatusReason: 'Host EC2*', action: 'RETRY' },
        { onReason: '*', action: 'EXIT' },
      ],
    },
    tags: { team: 'ml' },
  };

  test('a definition tells its newest revision, its limits, its rules for retries, and never a variable’s value', async () => {
    await registers(here, 'rich');
    await registers(here, 'rich', rich);
    const plain = await plainOf('defs rich');
    expect(plain).toContain('rich:2  ·  newest revision  ·  EC2');
    expect(plain).toContain('Image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/rich:7');
    expect(plain).toContain('Command: python train.py --epochs Ref::epochs');
    expect(plain).toContain('Asks for: 4 vCPU, 16 GiB, 1 GPU');
    expect(plain).toContain('times out after 1 h an attempt  ·  PYBATCH_TIMEOUT 2 h from submission  ·  3 attempts');
    expect(plain).toContain('retry on status reason “Host EC2∗”; give up on reason “∗”');
    expect(plain).toContain('Roles: trainer, puller (execution)');
    expect(plain).toContain('Log: awslogs /teams/rich');
    expect(plain).toContain('Variables: DB_PASSWORD, PYBATCH_TIMEOUT');
    expect(plain).not.toContain('hunter2');
    expect(plain).toContain('Parameters: epochs=10');
    expect(plain).toContain('2 active revisions\n2: not used as far as I know\n1: not used as far as I know');
    expect(plain).toContain('team=ml');
  });

  test('an older revision is shown by its number; one that is not active names those that are', async () => {
    for (let n = 0; n < 3; n++) await registers(here, 'aged');
    await here.batch.send(new DeregisterJobDefinitionCommand({ jobDefinition: 'aged:1' }));
    const older = await asks(here, 'defs aged:2');
    expect(older.plain).toContain('aged:2  ·  the newest is 3');
    const newest = only(await here.ada.presses('Newest revision', older));
    expect(newest.plain).toContain('aged:3  ·  newest revision');
    const refused = await asks(here, 'defs aged:1');
    expect(refused.plain).toContain('Revision 1 of aged is not active: 2 are, from 2 to 3.');
    expect(only(await here.ada.presses('/batch defs aged', refused)).plain).toContain('aged:3');
  });

  test('last use comes from history, by revision, with what failed, and leads to the jobs', async () => {
    const id = await here.submit('uses-it', { LOCAL_OUTCOME: 'exit:3', LOCAL_RUN_SECONDS: '1' });
    await here.until('its end', async () =>
      /failed (?:just now|\d+ s ago)/.test(await plainOf(`job ${id}`)) ? true : undefined,
    );
    const card = await here.until('its use', async () => {
      const seen = await asks(here, 'defs scene');
      return seen.plain.includes('failed in 7 days') ? seen : undefined;
    });
    expect(card.plain).toMatch(/1 job, last (?:just now|\d+ s ago) {2}· {2}1 job failed in 7 days/);
    expect(card.plain).toMatch(/\n1: 1 job, last/);
    expect(only(await here.ada.presses('Failed', card)).plain).toContain('uses-it');
    expect(await plainOf('defs sce*')).toContain('scene:1');
    expect((await plainOf('defs sort:used')).split('\n')[1]).toMatch(/^scene {2}· {2}revision 1 /);
  });

  test('a list tells newest revision, active ones, image, resources and use', async () => {
    await registers(here, 'list-a', rich);
    await registers(here, 'list-b', { ...rich, platformCapabilities: ['FARGATE'] });
    const plain = await plainOf('defs list-*');
    expect(plain).toMatch(/^2 definitions, 2 active revisions/);
    expect(plain).toContain('list-a  ·  revision 1  ·  EC2');
    expect(plain).toContain('rich:7  ·  4 vCPU, 16 GiB, 1 GPU');
    expect(plain).toContain('not used in 30 days  ·  times out after 1 h');
    expect(await plainOf('defs list type:fargate')).toContain('list-b:1');
    expect(await plainOf('defs image:*/rich:7')).toMatch(/list-a[\s\S]*list-b/);
  });

  test('a multi-node definition and one of several containers are told as such', async () => {
    const container = (name: string) => ({
      name,
      image: 'busybox',
      resourceRequirements: [
        { type: 'VCPU' as const, value: '1' },
        { type: 'MEMORY' as const, value: '512' },
      ],
    });
    const { containerProperties } = rich;
    await here.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'nodes',
        type: 'multinode',
        nodeProperties: {
          numNodes: 4,
          mainNode: 0,
          nodeRangeProperties: [{ targetNodes: '0:3', container: containerProperties }],
        },
      }),
    );
    await here.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'sidecar',
        type: 'container',
        ecsProperties: { taskProperties: [{ containers: [container('main'), container('proxy')] }] },
      }),
    );
    expect(await plainOf('defs nodes')).toContain('4 nodes');
    const sidecar = await plainOf('defs sidecar');
    expect(sidecar).toContain('2 containers');
    expect(sidecar).toContain('Asks for: 2 vCPU, 1 GiB');
  });

  test('unknown names get the nearest; wrong types get the right ones', async () => {
    expect(await plainOf('defs genomics-algin')).toContain('Did you mean genomics-align?');
    expect(await plainOf('defs type:lambda')).toContain('it is one of container, multinode, ec2, fargate, eks');
  });

  test('one definition takes one call to AWS, and a missing permission is told by its name', async () => {
    const calls = () => here.world.aws.counts()['batch.DescribeJobDefinitions']?.calls ?? 0;
    const before = calls();
    await plainOf('defs genomics-align');
    expect(calls() - before).toBe(1);
    here.world.aws.setFaults({ deny: ['batch:DescribeJobDefinitions'] });
    try {
      expect(await plainOf('defs')).toContain('AWS does not let me call batch:DescribeJobDefinitions');
    } finally {
      here.world.aws.setFaults({ deny: [] });
    }
  });
});

test('hundreds of definitions come ten a page, sorted, from as many pages of AWS as there are', async () => {
  const here = await scene({ furnished: false });
  try {
    const names = Array.from({ length: 499 }, (_, n) => `made-${n}`);
    for (let at = 0; at < names.length; at += 100)
      await Promise.all(names.slice(at, at + 100).map((name) => registers(here, name)));
    const calls = () => here.world.aws.counts()['batch.DescribeJobDefinitions']?.calls ?? 0;
    const before = calls();
    const first = await asks(here, 'defs');
    expect(calls() - before).toBe(5);
    expect(first.plain).toContain('500 definitions, 500 active revisions');
    expect(first.plain.match(/made-\d+/g)?.filter((name, n, all) => all.indexOf(name) === n)).toEqual(
      names.slice(0, 10),
    );
    const second = only(await here.ada.presses('Next', first));
    expect(second.plain).toContain('11-20 of 500');
    expect((await asks(here, 'defs page:50')).plain).toContain('scene');
  } finally {
    await here.end();
  }
});
