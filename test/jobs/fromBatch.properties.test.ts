/** How a job was set up, as Batch's answers tell it, and that no secret is kept. */
import { jobFromDetail } from '../../src/jobs/fromBatch';
import { payload } from './payload';

const NOW = 1_800_000_000_000;
const ID = '4c7599ae-0a82-49aa-ba5a-4727fcce14a8';
const read = (detail: object, shows?: (name: string) => boolean) =>
  jobFromDetail({ jobId: ID, status: 'RUNNING', ...detail }, NOW, shows);

test('a container tells its roles, its user, its mounts by where they come from, and its limits', () => {
  const container = {
    jobRoleArn: 'arn:aws:iam::123456789012:role/align',
    executionRoleArn: 'arn:aws:iam::123456789012:role/pull',
    user: '1000:1000',
    privileged: true,
    volumes: [
      { name: 'scratch', host: { sourcePath: '/mnt/scratch' } },
      { name: 'refs', efsVolumeConfiguration: { fileSystemId: 'fs-1', rootDirectory: '/refs' } },
    ],
    mountPoints: [
      { containerPath: '/tmp', sourceVolume: 'scratch' },
      { containerPath: '/refs', sourceVolume: 'refs', readOnly: true },
    ],
    ulimits: [{ name: 'nofile', softLimit: 1024, hardLimit: 65536 }],
    ephemeralStorage: { sizeInGiB: 100 },
    runtimePlatform: { cpuArchitecture: 'ARM64' },
  };
  expect(read({ container }).properties).toEqual({
    jobRole: 'arn:aws:iam::123456789012:role/align',
    executionRole: 'arn:aws:iam::123456789012:role/pull',
    containerUser: '1000:1000',
    privileged: true,
    mounts: [
      { path: '/tmp', source: '/mnt/scratch' },
      { path: '/refs', source: 'fs-1:/refs', readOnly: true },
    ],
    ulimits: ['nofile 1024:65536'],
    ephemeralStorageGiB: 100,
    cpuArchitecture: 'ARM64',
  });
});

test('a variable’s value is kept only where its name may be shown', () => {
  const container = {
    environment: [
      { name: 'STAGE', value: 'prod' },
      { name: 'DB_PASSWORD', value: 'hunter2' },
      { name: 'EMPTY', value: '' },
    ],
    secrets: [{ name: 'TOKEN', valueFrom: 'arn:aws:secretsmanager:us-east-1:1:secret:t' }],
  };
  const job = read({ container }, (name) => name === 'STAGE');
  expect(job.properties).toEqual({
    variables: ['STAGE', 'DB_PASSWORD', 'EMPTY'],
    shownVariables: { STAGE: 'prod' },
    secrets: ['TOKEN'],
  });
  expect(JSON.stringify(job)).not.toMatch(/hunter2|secretsmanager/);
  expect(JSON.stringify(read({ container }))).not.toContain('prod');
});

test('retry rules and dependencies keep their kind', () => {
  const { properties, dependsOn } = read({
    retryStrategy: {
      attempts: 3,
      evaluateOnExit: [
        { onStatusReason: 'Host EC2*', action: 'RETRY' },
        { onReason: '*', action: 'exit' },
      ],
    },
    dependsOn: [{ jobId: 'b', type: 'N_TO_N' }, { jobId: 'c' }, { type: 'SEQUENTIAL' }],
  });
  expect(dependsOn).toEqual(['b', 'c']);
  expect(properties).toEqual({
    retryRules: [
      { action: 'RETRY', onStatusReason: 'Host EC2*' },
      { action: 'EXIT', onReason: '*' },
    ],
    nToN: ['b'],
    sequential: true,
  });
});

test('several containers are told one by one, before and after their end', () => {
  const containers = [
    { name: 'proxy', image: 'envoy', essential: false, resourceRequirements: [{ type: 'VCPU', value: '0.25' }] },
    { name: 'main', image: 'align:7', essential: true, command: ['align'], user: 'batch' },
  ];
  const taskProperties = [{ taskRoleArn: 'role/align', containers: [...containers] }];
  const ran = [
    { name: 'proxy', exitCode: 0, logStreamName: 'proxy/1' },
    { name: 'main', exitCode: 3, logStreamName: 'main/1', reason: 'oh' },
  ];
  const job = read({
    status: 'FAILED',
    ecsProperties: { taskProperties },
    attempts: [{ taskProperties: [{ containers: ran }] }],
  });
  expect(job.properties).toMatchObject({
    jobRole: 'role/align',
    containerUser: 'batch',
    containers: [
      { name: 'proxy', image: 'envoy', essential: false, vcpus: 0.25 },
      { name: 'main', image: 'align:7', essential: true, command: ['align'] },
    ],
  });
  const outcome = [
    { name: 'proxy', exitCode: 0, logStream: 'proxy/1' },
    { name: 'main', exitCode: 3, logStream: 'main/1', reason: 'oh' },
  ];
  expect(job.attempts[0]?.containers).toEqual(outcome);
  expect(job.containers).toEqual(outcome);
});

test('a container beside the essential one ends as it will, without being taken for the job', () => {
  const containers = [{ name: 'proxy', essential: false }, { name: 'main' }];
  const attempt = (proxy: object, main: object) => ({
    taskProperties: [
      {
        containers: [
          { name: 'proxy', ...proxy },
          { name: 'main', ...main },
        ],
      },
    ],
  });
  const job = (one: object) =>
    read({ status: 'FAILED', ecsProperties: { taskProperties: [{ containers }] }, attempts: [one] });
  expect(job(attempt({ exitCode: 143 }, { exitCode: 0 }))).toMatchObject({ exitCode: 0 });
  expect(job(attempt({ exitCode: 143 }, { exitCode: 3 }))).toMatchObject({ exitCode: 3 });
  expect(job(attempt({ exitCode: 5 }, {}))).toMatchObject({ exitCode: 5 });
});

test('a pod tells its name, its node and its containers, also of a real attempt', () => {
  const job = read({
    status: 'SUCCEEDED',
    eksProperties: { podProperties: { serviceAccountName: 'align', containers: [{ name: 'main', image: 'a' }] } },
    ...(payload('batch-api-eks-attempts-fragment.json') as object),
  });
  expect(job.properties).toMatchObject({ serviceAccount: 'align' });
  expect(job.attempts).toMatchObject([
    {
      pod: 'aws-batch.fa024ec9-4232-3e82-b09b-4ba6ba396ec2',
      podNode: 'ip-10-0-81-102.us-west-2.compute.internal',
      containers: [{ exitCode: 0, reason: 'Completed' }],
    },
  ]);
});

test('a second pod is not taken for the first', () => {
  const eksAttempts = [{ podName: 'pod-1', podNamespace: 'batch', startedAt: 1, stoppedAt: 2, containers: [] }];
  const pod = (podName: string) => ({ podProperties: { podName, containers: [{ name: 'main', exitCode: 9 }] } });
  expect(read({ eksAttempts, eksProperties: pod('pod-1') })).not.toHaveProperty('pod');
  expect(read({ eksAttempts, eksProperties: pod('pod-2') })).toMatchObject({ pod: 'pod-2' });
});

test('a multi-node job tells its ranges and its main node, a node which one it is', () => {
  const { jobs } = payload('batch-api-describe-jobs-multinode-succeeded.json') as { jobs: object[] };
  expect(jobFromDetail(jobs[0], NOW).properties).toMatchObject({
    mainNode: 0,
    nodeRanges: [
      {
        ...{ name: '0:1', image: 'ghcr.io/pytorch/torchx:0.1.2dev0', vcpus: 1, memoryMiB: 1000 },
        variables: ['TORCHX_ROLE_IDX', 'TORCHX_ROLE_NAME', 'TORCHX_RANK0_HOST'],
      },
    ],
    retryRules: [{ action: 'EXIT', onExitCode: '0' }],
  });
  expect(read({ nodeDetails: { nodeIndex: 3, isMainNode: false } }).properties).toEqual({
    nodeIndex: 3,
    isMainNode: false,
  });
});

test('an array’s child leaves to its parent what both would say', () => {
  const container = { environment: [{ name: 'A', value: '1' }] };
  expect(read({ container, arrayProperties: { index: 3 } })).not.toHaveProperty('properties');
  expect(read({ container, arrayProperties: { size: 4 } })).toHaveProperty('properties.variables', ['A']);
});
