/** The account's furniture: twenty teams with their queues, compute environments, and job definitions in revisions. */
import type { ComputeEnvironmentDetail, JobDefinition, JobQueueDetail } from '@aws-sdk/client-batch';
import { ACCOUNT, clusterArn, definitionArn, environmentArn, queueArn, REGION, roleArn } from '../aws/arns';
import { randomFrom } from './random';

export const TEAMS = [
  'genomics',
  'oncology',
  'proteomics',
  'imaging',
  'pathology',
  'climate',
  'weather',
  'hydrology',
  'vision',
  'speech',
  'robotics',
  'search',
  'ads',
  'pricing',
  'fraud',
  'billing',
  'ledger',
  'growth',
  'maps',
  'platform',
] as const;
export const SUBMITTERS = [
  'ada',
  'bruno',
  'chiara',
  'deepak',
  'elena',
  'fatou',
  'goran',
  'hana',
  'ivan',
  'joana',
  'kenji',
  'lucia',
] as const;
export const STEPS = [
  'fastqc',
  'trim',
  'align',
  'sort',
  'markdup',
  'call',
  'annotate',
  'multiqc',
  'extract',
  'transform',
  'load',
  'train',
  'evaluate',
  'render',
  'export',
] as const;
const SECOND_QUEUES = ['ondemand', 'highmem', 'gpu', 'arm'] as const;

/** A queue where jobs get stuck: its environment is smaller than what people send to it. */
export const STUCK_QUEUE = 'robotics-gpu';

export interface Catalog {
  environments: ComputeEnvironmentDetail[];
  queues: JobQueueDetail[];
  definitions: JobDefinition[];
}

const INSTANCES: Record<string, string[]> = {
  spot: ['c6i', 'm6i', 'm5'],
  ondemand: ['m5', 'c5'],
  highmem: ['r6i', 'r5'],
  gpu: ['g4dn', 'g5', 'p3'],
  arm: ['m7g', 'c7g'],
};

function environment(queue: string, kind: string, seed: number): ComputeEnvironmentDetail {
  const name = `ce-${queue}`;
  const uuid = randomFrom(`environment ${name} ${seed}`).uuid();
  const fargate = kind === 'fargate';
  const size = queue === STUCK_QUEUE ? 16 : 256;
  return {
    computeEnvironmentName: name,
    computeEnvironmentArn: environmentArn(name),
    ecsClusterArn: clusterArn(`AWSBatch-${name}-${uuid}`),
    tags: {},
    type: 'MANAGED',
    state: 'ENABLED',
    status: 'VALID',
    statusReason: 'ComputeEnvironment Healthy',
    computeResources: {
      type: fargate ? 'FARGATE' : kind === 'spot' ? 'SPOT' : 'EC2',
      ...(!fargate && {
        allocationStrategy: kind === 'spot' ? 'SPOT_PRICE_CAPACITY_OPTIMIZED' : 'BEST_FIT_PROGRESSIVE',
        minvCpus: 0,
        instanceTypes: queue === STUCK_QUEUE ? ['g4dn'] : (INSTANCES[kind] ?? ['optimal']),
        instanceRole: `arn:aws:iam::${ACCOUNT}:instance-profile/ecsInstanceRole`,
      }),
      maxvCpus: size,
      subnets: ['subnet-0a1b2c3d4e5f60718', 'subnet-0b2c3d4e5f6071829'],
      securityGroupIds: ['sg-0c3d4e5f60718293a'],
    },
    serviceRole: roleArn('aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch'),
    containerOrchestrationType: 'ECS',
    uuid,
  };
}

const queueOf = (name: string, priority: number): JobQueueDetail => ({
  jobQueueName: name,
  jobQueueArn: queueArn(name),
  state: 'ENABLED',
  status: 'VALID',
  statusReason: 'JobQueue Healthy',
  priority,
  computeEnvironmentOrder: [{ order: 1, computeEnvironment: environmentArn(`ce-${name}`) }],
  tags: {},
  jobStateTimeLimitActions: [],
});

/** The queues of a team: its Spot queue and one of another kind. */
export const queuesOf = (team: (typeof TEAMS)[number]): [string, string] => {
  const second = SECOND_QUEUES[TEAMS.indexOf(team) % SECOND_QUEUES.length] ?? 'ondemand';
  return [`${team}-prod-spot`, `${team}-${second}`];
};

export const definitionName = (team: string, step: string): string => `${team}-${step}`;

/** How many revisions a definition has had, and what it asks for. */
export function definitionFacts(team: string, step: string): { revisions: number; vcpus: number; memoryMiB: number } {
  const random = randomFrom(`definition ${team} ${step}`);
  const vcpus = random.pick([1, 2, 4, 8]);
  return { revisions: random.between(1, 40), vcpus, memoryMiB: vcpus * random.pick([1024, 2048, 3072]) };
}

export const imageOf = (team: string, step: string, revision: number): string =>
  `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${team}/${step}:1.${revision}.0`;

export function definitionAt(team: string, step: string, revision: number): JobDefinition {
  const name = definitionName(team, step);
  const { vcpus, memoryMiB } = definitionFacts(team, step);
  return {
    jobDefinitionName: name,
    jobDefinitionArn: definitionArn(`${name}:${revision}`),
    revision,
    status: 'ACTIVE',
    type: 'container',
    parameters: {},
    retryStrategy: { attempts: 1, evaluateOnExit: [] },
    containerProperties: {
      image: imageOf(team, step, revision),
      command: ['python', `/app/${step}.py`],
      jobRoleArn: roleArn(`${team}-batch-job`),
      volumes: [],
      environment: [{ name: 'TEAM', value: team }],
      mountPoints: [],
      ulimits: [],
      resourceRequirements: [
        { type: 'VCPU', value: String(vcpus) },
        { type: 'MEMORY', value: String(memoryMiB) },
      ],
      logConfiguration: { logDriver: 'awslogs', options: {}, secretOptions: [] },
      secrets: [],
    },
    tags: {},
    propagateTags: false,
    platformCapabilities: ['EC2'],
    containerOrchestrationType: 'ECS',
  };
}

/** A definition to play with by hand: `aws batch submit-job --job-queue sandbox --job-definition sandbox …`. */
const sandbox = (name: string, platform: 'EC2' | 'FARGATE'): JobDefinition => ({
  jobDefinitionName: name,
  jobDefinitionArn: definitionArn(`${name}:1`),
  revision: 1,
  status: 'ACTIVE',
  type: 'container',
  parameters: {},
  containerProperties: {
    image: 'public.ecr.aws/docker/library/busybox:latest',
    command: ['sleep', '30'],
    volumes: [],
    environment: [],
    mountPoints: [],
    ulimits: [],
    resourceRequirements: [
      { type: 'VCPU', value: platform === 'FARGATE' ? '0.5' : '1' },
      { type: 'MEMORY', value: '1024' },
    ],
    ...(platform === 'FARGATE' && {
      executionRoleArn: roleArn('ecsTaskExecutionRole'),
      fargatePlatformConfiguration: { platformVersion: 'LATEST' },
      networkConfiguration: { assignPublicIp: 'ENABLED' },
    }),
    secrets: [],
  },
  tags: {},
  propagateTags: false,
  platformCapabilities: [platform],
  containerOrchestrationType: 'ECS',
});

/** Older revisions than these few are inactive, and left out. */
const KEPT_REVISIONS = 3;

/** @param teams how many of the teams have come; all by default */
export function catalog(seed: number, teams: number = TEAMS.length): Catalog {
  const environments: ComputeEnvironmentDetail[] = [];
  const queues: JobQueueDetail[] = [];
  const definitions: JobDefinition[] = [];
  const add = (queue: string, kind: string, priority: number) => {
    environments.push(environment(queue, kind, seed));
    queues.push(queueOf(queue, priority));
  };
  for (const team of TEAMS.slice(0, teams)) {
    const [spot, second] = queuesOf(team);
    add(spot, 'spot', 1);
    add(second, second.slice(team.length + 1), 10);
    for (const step of STEPS) {
      const { revisions } = definitionFacts(team, step);
      for (let revision = Math.max(1, revisions - KEPT_REVISIONS + 1); revision <= revisions; revision++) {
        definitions.push(definitionAt(team, step, revision));
      }
    }
  }
  add('sandbox', 'ondemand', 1);
  add('sandbox-fargate', 'fargate', 1);
  definitions.push(sandbox('sandbox', 'EC2'), sandbox('sandbox-fargate', 'FARGATE'));
  return { environments, queues, definitions };
}
