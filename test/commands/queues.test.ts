import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  CreateSchedulingPolicyCommand,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
} from '@aws-sdk/client-batch';
import { runCommand } from '../../src/commands/run';
import type { Message } from '../../src/local/slack/server';
import { only, type Scene, scene } from '../scene';

const asks = async (here: Scene, text: string): Promise<Message> => only(await here.ada.says(`/batch ${text}`));

/** The lines of a message that tell of one queue. */
const about = (plain: string, name: string): string =>
  plain.slice(plain.indexOf(`${name}`)).split(/\n(?=[✔✖◌◔])/)[0] ?? '';

async function calls(here: Scene, run: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = here.world.aws.counts();
  await run();
  return Object.fromEntries(
    Object.entries(here.world.aws.counts())
      .map(([name, { calls }]) => [name, calls - (before[name]?.calls ?? 0)] as const)
      .filter(([name, n]) => n > 0 && /^(?:batch|ecs|ec2|logs)\./.test(name)),
  );
}

describe('in an account with twenty teams', () => {
  let here: Scene;
  beforeAll(async () => {
    here = await scene({ teams: 20 });
  });
  afterAll(() => here.end());

  test('a queue tells its depth by status, an array’s children one by one, its vCPUs and its oldest wait', async () => {
    await here.submit('one', { LOCAL_OUTCOME: 'hang' }, { jobQueue: 'maps-prod-spot' });
    await here.submit('many', { LOCAL_OUTCOME: 'hang' }, { jobQueue: 'maps-prod-spot', arrayProperties: { size: 5 } });
    await here.submit('blocked-job', { LOCAL_OUTCOME: 'stuck' }, { jobQueue: 'maps-prod-spot' });
    const message = await here.until('six that run', async () => {
      const seen = await asks(here, 'queues maps-prod*');
      return seen.plain.includes('6 running, 1 runnable') ? seen : undefined;
    });
    const card = await asks(here, 'queues maps-prod-spot');
    expect(message.plain).toContain('First job');
    expect(card.plain).toContain('priority 1');
    expect(card.plain).toMatch(/6 of 256 vCPU in use, \d+ rented/);
    expect(card.plain).toContain('first come, first served');
    expect(card.plain).toMatch(/1\. ✔\sce-maps-prod-spot {2}· {2}Spot {2}· {2}\d+ of 256 vCPU rented/);
    expect(card.plain).toMatch(/Next in line\n1\. blocked-job {2}· {2}waits \d+ s/);
    const list = await asks(here, 'queues maps');
    expect(about(list.plain, 'maps-prod-spot')).toMatch(/6 running, 1 runnable.*oldest waits \d+ s/);
    expect(about(list.plain, 'maps-prod-spot')).toMatch(/6 of 256 vCPU in use/);
    expect(list.plain.indexOf('maps-prod-spot')).toBeLessThan(list.plain.indexOf('maps-gpu'));
  });

  test('what blocks a queue’s head stands on it, with what helps, and it comes before the healthy ones', async () => {
    await here.submit('too-big', { LOCAL_OUTCOME: 'stuck' }, { jobQueue: 'fraud-prod-spot' });
    const list = await here.until('the reason', async () => {
      await here.world.app.tick(() => 60_000);
      const seen = await asks(here, 'queues prod-spot');
      return /fraud-prod-spot {2}· {2}blocked/.test(seen.plain) ? seen : undefined;
    });
    expect(about(list.plain, 'fraud-prod-spot')).toContain('Its first job waits: ');
    expect(list.plain).toMatch(/\d not healthy/);
    expect(only(await here.ada.presses('Unhealthy', list)).plain).toContain('fraud-prod-spot');
  });

  test('a card’s buttons lead on: the jobs that wait, the environments, the first job', async () => {
    await here.submit('waits-here', { LOCAL_OUTCOME: 'stuck' }, { jobQueue: 'growth-prod-spot' });
    const card = await here.until('it waits', async () => {
      const seen = await asks(here, 'queues growth-prod-spot');
      return seen.plain.includes('Next in line') ? seen : undefined;
    });
    expect(only(await here.ada.presses('Waiting', card)).plain).toContain('waits-here');
    expect(only(await here.ada.presses('First job', card)).plain).toContain('waits-here');
    expect(only(await here.ada.presses('Envs', card)).plain).toContain('ce-growth-prod-spot');
  });

  test('a disabled queue says so, and so does one whose environments are all off', async () => {
    await here.batch.send(new UpdateJobQueueCommand({ jobQueue: 'pricing-prod-spot', state: 'DISABLED' }));
    const off = { computeEnvironment: 'ce-billing-prod-spot', state: 'DISABLED' } as const;
    await here.batch.send(new UpdateComputeEnvironmentCommand(off));
    const disabled = await asks(here, 'queues pricing-prod-spot');
    expect(disabled.plain).toContain('disabled');
    expect(disabled.plain).toContain('It takes no new jobs; those in it go on.');
    const blocked = await asks(here, 'queues billing-prod-spot');
    expect(blocked.plain).toContain('No job can start: ce-billing-prod-spot is disabled.');
    const both = (await asks(here, 'queues state:unhealthy pr*')).plain;
    expect(both).toContain('pricing-prod-spot');
    expect((await asks(here, 'queues state:disabled')).plain).not.toContain('billing-prod-spot');
    expect((await asks(here, 'queues env:ce-billing-prod*')).plain).toContain('billing-prod-spot');
  });

  test('a queue with an INVALID environment quotes AWS’s reason and the next step', async () => {
    await here.batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: 'ce-broken',
        type: 'MANAGED',
        serviceRole: 'arn:aws:iam::999999999999:role/elsewhere',
        computeResources: { type: 'EC2', maxvCpus: 64, instanceTypes: ['m5'], subnets: ['subnet-1'] },
      }),
    );
    await here.batch.send(
      new CreateJobQueueCommand({
        jobQueueName: 'broken',
        priority: 5,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce-broken' }],
      }),
    );
    const { plain } = await asks(here, 'queues broken');
    expect(plain).toContain('No job can start: ce-broken is invalid.');
    expect(plain).toContain('CLIENT_ERROR - Not authorized to perform sts:AssumeRole');
    expect(plain).toContain('Check its service role');
  });

  test('a fair share policy is told with its shares, and a queue’s own time limits', async () => {
    const { arn } = await here.batch.send(
      new CreateSchedulingPolicyCommand({
        name: 'fair',
        fairsharePolicy: {
          shareDecaySeconds: 3600,
          computeReservation: 10,
          shareDistribution: [{ shareIdentifier: 'prod*', weightFactor: 0.5 }, { shareIdentifier: 'dev' }],
        },
      }),
    );
    await here.batch.send(
      new UpdateJobQueueCommand({
        jobQueue: 'ads-prod-spot',
        schedulingPolicyArn: arn,
        jobStateTimeLimitActions: [
          {
            reason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
            state: 'RUNNABLE',
            maxTimeSeconds: 3600,
            action: 'CANCEL',
          },
        ],
      }),
    );
    const { plain } = await asks(here, 'queues ads-prod-spot');
    expect(plain).toContain('shares by policy fair');
    expect(plain).toContain('use is forgotten after 1 h');
    expect(plain).toContain('weights prod∗ 0.5, dev 1');
    expect(plain).toContain('jobs blocked by CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY are cancelled after 1 h');
  });

  test('a misspelt name gets the nearest one, as a button that works', async () => {
    const refused = await asks(here, 'queues sandbax');
    expect(refused.plain).toContain('None of the 43 queues fits "sandbax". Did you mean sandbox?');
    expect(only(await here.ada.presses('/batch queues sandbox', refused)).plain).toContain('priority 1');
    expect((await asks(here, 'queues state:off')).plain).toContain('it is one of enabled, disabled');
    expect((await asks(here, 'queues queue:x')).plain).toContain('queues has no filter "queue:"');
  });

  test('a shared list is seen by all, says by whom, and has no controls', async () => {
    const list = await asks(here, 'queues sandbox*');
    const shared = only(await here.ada.presses('Share', list));
    expect(shared.ephemeral_to).toBeUndefined();
    expect(shared.plain).toContain('shared by');
    expect(shared.plain).not.toContain('[Share]');
  });

  test('it takes two calls to AWS for a list of idle queues, and two more for a queue with a policy', async () => {
    expect(await calls(here, () => asks(here, 'queues oncology'))).toEqual({
      'batch.DescribeJobQueues': 1,
      'batch.DescribeComputeEnvironments': 1,
    });
    expect(await calls(here, () => asks(here, 'queues ads-prod-spot'))).toEqual({
      'batch.DescribeJobQueues': 1,
      'batch.DescribeComputeEnvironments': 1,
      'batch.GetJobQueueSnapshot': 1,
      'batch.DescribeSchedulingPolicies': 1,
    });
  });

  test('calls that AWS refuses as too many are made again, and the answer comes', async () => {
    const refused = () => here.world.aws.counts()['batch.DescribeJobQueues']?.refused ?? 0;
    const before = refused();
    here.world.aws.setFaults({ throttle: 1 });
    const answer = asks(here, 'queues imaging');
    await here.until('a refusal', () => refused() > before || undefined);
    here.world.aws.setFaults({ throttle: 0 });
    expect((await answer).plain).toContain('imaging-prod-spot');
  });

  test('when AWS goes on refusing, it says so in the time that is left, and offers to try again', async () => {
    here.world.aws.setFaults({ throttle: 1 });
    try {
      const request = {
        kind: 'command' as const,
        id: 'throttled',
        text: 'queues imaging',
        typed: true,
        user: { id: 'U0ADA00001', name: 'ada' },
        channel: { id: 'C0GENERAL1', name: 'general' },
        replace: false,
        inputs: {},
      };
      await expect(runCommand(request, here.world.app.room, () => 5_500)).rejects.toMatchObject({
        message: 'AWS took too long to answer, so I gave up. Try again in a minute.',
        suggestion: 'queues imaging',
      });
    } finally {
      here.world.aws.setFaults({ throttle: 0 });
    }
  });

  test('a permission that is missing is told by its name; one that only adds to the answer, in a note', async () => {
    here.world.aws.setFaults({ deny: ['batch:DescribeJobQueues'] });
    try {
      expect((await asks(here, 'queues')).plain).toContain('AWS does not let me call batch:DescribeJobQueues');
      here.world.aws.setFaults({ deny: ['batch:GetJobQueueSnapshot'] });
      const { plain } = await asks(here, 'queues imaging-prod-spot');
      expect(plain).toContain('priority 1');
      expect(plain).toContain('AWS does not let me call batch:GetJobQueueSnapshot');
    } finally {
      here.world.aws.setFaults({ deny: [] });
    }
  });
});

test('two hundred queues come ten a page, each once, from as many pages of AWS as there are', async () => {
  const here = await scene({ furnished: false, quota: 200 });
  try {
    await here.batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: 'all',
        type: 'MANAGED',
        computeResources: { type: 'FARGATE', maxvCpus: 64, subnets: ['subnet-1'] },
      }),
    );
    const names = Array.from({ length: 200 }, (_, n) => `${'long-'.repeat(20)}queue-${String(n).padStart(3, '0')}`);
    for (let at = 0; at < names.length; at += 50) {
      await Promise.all(
        names.slice(at, at + 50).map((jobQueueName) =>
          here.batch.send(
            new CreateJobQueueCommand({
              jobQueueName,
              priority: 1,
              computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'all' }],
            }),
          ),
        ),
      );
    }
    let list = await asks(here, 'queues sort:name');
    expect(list.plain).toContain('200 queues, 0 jobs running');
    const seen: string[] = [];
    for (let pages = 1; ; pages++) {
      seen.push(...(list.plain.match(/queue-\d{3}/g) ?? []));
      if (!list.plain.includes('[Next]')) break;
      expect(pages).toBeLessThan(20);
      list = only(await here.ada.presses('Next', list));
    }
    expect(list.plain).toContain('191-200 of 200');
    expect(seen).toEqual(names.map((name) => name.slice(-9)));
    expect(only(await here.ada.presses('Previous', list)).plain).toContain('181-190 of 200');
    expect((await asks(here, 'queues page:99')).plain).toContain('191-200 of 200');
    expect((await asks(here, 'queues page:0')).plain).toContain('page:0 is not usable');
  } finally {
    await here.end();
  }
});

test('an empty account says that there are none', async () => {
  const here = await scene({ furnished: false });
  try {
    expect((await asks(here, 'queues')).plain).toContain('There are no queues in this account and region.');
  } finally {
    await here.end();
  }
});
