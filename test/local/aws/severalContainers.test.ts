/** Jobs of several containers and on EKS, as Batch describes them and CloudWatch keeps their logs. */
import {
  DescribeJobsCommand,
  RegisterJobDefinitionCommand,
  type RegisterJobDefinitionCommandInput,
  SubmitJobCommand,
} from '@aws-sdk/client-batch';
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { localAws } from './localClients';

const environment = [{ name: 'LOCAL_OUTCOME', value: 'exit:3' }];

async function ended(given: Partial<RegisterJobDefinitionCommandInput>) {
  const here = await localAws();
  await here.batch.send(
    new RegisterJobDefinitionCommand({ jobDefinitionName: 'several', type: 'container', ...given }),
  );
  const { jobId = '' } = await here.batch.send(
    new SubmitJobCommand({ jobName: 'several', jobQueue: 'sandbox', jobDefinition: 'several' }),
  );
  for (;;) {
    const { jobs } = await here.batch.send(new DescribeJobsCommand({ jobs: [jobId] }));
    if (jobs?.[0]?.status === 'FAILED') return { ...here, job: jobs[0] };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('each container of a task tells its own end and has a log of its own', async () => {
  const containers = [
    { name: 'proxy', image: 'envoy:1', essential: false },
    {
      ...{ name: 'main', image: 'align:7', environment },
      logConfiguration: { logDriver: 'awslogs' as const, options: { 'awslogs-group': '/team' } },
    },
  ];
  const { job, logs, close } = await ended({ ecsProperties: { taskProperties: [{ containers }] } });
  expect(job.container).toBeUndefined();
  const [proxy, main] = job.attempts?.[0]?.taskProperties?.[0]?.containers ?? [];
  expect(proxy).toMatchObject({ name: 'proxy', exitCode: 0 });
  expect(main).toMatchObject({ name: 'main', exitCode: 3 });
  expect(job.ecsProperties?.taskProperties?.[0]?.containers?.[1]).toMatchObject({ image: 'align:7', exitCode: 3 });
  const lines = async (logGroupName: string, logStreamName: string | undefined) =>
    (await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName }))).events ?? [];
  expect(await lines('/aws/batch/job', proxy?.logStreamName)).toMatchObject([{ message: 'proxy is ready' }]);
  expect((await lines('/team', main?.logStreamName)).length).toBeGreaterThan(1);
  await close();
});

test('a pod tells its attempts in a list of their own, with name, node and containers', async () => {
  const containers = [{ name: 'main', image: 'align:7', env: environment }];
  const { job, close } = await ended({ eksProperties: { podProperties: { containers } } });
  expect(job.attempts).toEqual([]);
  expect(job.eksAttempts).toMatchObject([
    { podNamespace: 'default', containers: [{ name: 'main', exitCode: 3 }], startedAt: expect.any(Number) },
  ]);
  expect(job.eksProperties?.podProperties?.podName).toBe(job.eksAttempts?.[0]?.podName);
  await close();
});
