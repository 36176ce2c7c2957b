import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { fargateSize } from '../../src/jobs/fargateSizes';
import { RETRY_OF, RETRY_OP, type RetryTerms, resubmission, UnretriableError } from '../../src/jobs/retry';
import { commandWithIndex, indexesIn, indexText, indexWayOf } from '../../src/jobs/retryIndexes';
import { containerOverrides, requirementsOf } from '../../src/jobs/retryOverrides';
import type { Container, ContainerOverrides, Definition, DescribedJob } from '../../src/jobs/retryShapes';

const ID = '8d3e5a1c-0000-4000-8000-000000000001';
const job = (more: Partial<DescribedJob> = {}): DescribedJob => ({
  jobId: ID,
  jobName: 'align',
  jobQueue: 'arn:aws:batch:us-east-1:123456789012:job-queue/spot',
  jobDefinition: 'arn:aws:batch:us-east-1:123456789012:job-definition/align:3',
  status: 'FAILED',
  container: {
    command: ['align', 'chr1'],
    environment: [
      { name: 'STAGE', value: 'prod' },
      { name: 'SAMPLE', value: 'S1' },
      { name: 'AWS_BATCH_JOB_ID', value: 'x' },
    ],
    resourceRequirements: [
      { type: 'VCPU', value: '2' },
      { type: 'MEMORY', value: '4096' },
    ],
  },
  tags: { team: 'genomics', resourceArn: 'arn', 'aws:cloudformation:stack-name': 'x' },
  propagateTags: false,
  ...more,
});
const definition: Definition = {
  containerProperties: {
    command: ['align', 'Ref::region'],
    environment: [{ name: 'STAGE', value: 'prod' }],
    resourceRequirements: [
      { type: 'VCPU', value: '2' },
      { type: 'MEMORY', value: '4096' },
    ],
  },
  parameters: { region: 'chr1' },
};
const terms = (more: Partial<RetryTerms> = {}): RetryTerms => ({
  op: 'K7F2Q',
  changes: {},
  ran: definition,
  runs: 'align:3',
  dependencies: new Map(),
  sharesFairly: false,
  ...more,
});
const submission = (more: Partial<DescribedJob> = {}, on: Partial<RetryTerms> = {}) =>
  resubmission(job(more), terms(on)).submission;

describe('a job as it was', () => {
  test('is submitted with what its submission had set beyond the definition, and two tags more', () => {
    expect(submission()).toEqual({
      jobName: 'align',
      jobQueue: 'spot',
      jobDefinition: 'align:3',
      containerOverrides: { environment: [{ name: 'SAMPLE', value: 'S1' }] },
      propagateTags: false,
      tags: { team: 'genomics', [RETRY_OF]: ID, [RETRY_OP]: 'K7F2Q' },
    });
  });

  test('gets all that is known of it where Batch has its definition no more', () => {
    const { containerOverrides: all } = submission({}, { ran: undefined });
    expect(all?.command).toEqual(['align', 'chr1']);
    expect(all?.environment?.map(({ name }) => name)).toEqual(['STAGE', 'SAMPLE']);
    expect(all?.resourceRequirements).toHaveLength(2);
  });

  test('keeps its rules, time limit, share and consumables, but only where they are not the definition’s', () => {
    const own = {
      retryStrategy: { attempts: 3, evaluateOnExit: [{ onReason: '*', action: 'EXIT' as const }] },
      timeout: { attemptDurationSeconds: 600 },
      shareIdentifier: 'teamA',
      schedulingPriority: 7,
      consumableResourceProperties: { consumableResourceList: [{ consumableResource: 'licence', quantity: 1 }] },
    };
    expect(submission(own, { sharesFairly: true })).toMatchObject({
      retryStrategy: own.retryStrategy,
      timeout: own.timeout,
      shareIdentifier: 'teamA',
      schedulingPriorityOverride: 7,
      consumableResourcePropertiesOverride: own.consumableResourceProperties,
    });
    const sameAsDefined = submission(own, { ran: { ...definition, ...own } });
    for (const field of ['retryStrategy', 'timeout', 'shareIdentifier', 'consumableResourcePropertiesOverride'])
      expect(sameAsDefined).not.toHaveProperty(field);
  });

  test('can’t go to a queue that shares by a policy without a share', () => {
    expect(() => submission({}, { sharesFairly: true })).toThrow('wants a share identifier');
  });

  test('with 49 tags has no room for the two by which it is found again', () => {
    const tags = Object.fromEntries(Array.from({ length: 49 }, (_, n) => [`t${n}`, 'x']));
    expect(() => submission({ tags })).toThrow(UnretriableError);
    const { t48: _, ...fewer } = tags;
    expect(submission({ tags: { ...fewer, [RETRY_OF]: 'another' } }).tags[RETRY_OF]).toBe(ID);
  });
});

describe('what was asked to be changed', () => {
  test.each([
    [{ memoryTimes: 2 }, 'MEMORY', '8192'],
    [{ memoryMiB: 16_384 }, 'MEMORY', '16384'],
    [{ vcpus: 8 }, 'VCPU', '8'],
  ] as const)('%j is set', (changes, type, value) => {
    expect(submission({}, { changes }).containerOverrides?.resourceRequirements).toEqual([{ type, value }]);
  });

  test('queue, time limit and attempts replace the job’s own', () => {
    const changes = { queue: 'ondemand', timeoutSeconds: 7_200, attempts: 2 };
    const rules = [{ onReason: '*', action: 'EXIT' as const }];
    expect(submission({ retryStrategy: { attempts: 5, evaluateOnExit: rules } }, { changes })).toMatchObject({
      jobQueue: 'ondemand',
      timeout: { attemptDurationSeconds: 7_200 },
      retryStrategy: { attempts: 2, evaluateOnExit: rules },
    });
  });

  test('on Fargate it becomes the next size there is, and says so', () => {
    const on = { changes: { memoryTimes: 4 } };
    const { submission: sent, notes } = resubmission(job({ platformCapabilities: ['FARGATE'] }), terms(on));
    expect(sent.containerOverrides?.resourceRequirements).toEqual([{ type: 'MEMORY', value: '16384' }]);
    expect(notes).toEqual([]);
    const more = resubmission(job({ platformCapabilities: ['FARGATE'] }), terms({ changes: { memoryTimes: 8 } }));
    expect(more.submission.containerOverrides?.resourceRequirements).toEqual([
      { type: 'VCPU', value: '8' },
      { type: 'MEMORY', value: '32768' },
    ]);
    expect(more.notes).toEqual(['gets 8 vCPU and 32768 MiB, the next size that Fargate has']);
    expect(() => submission({ platformCapabilities: ['FARGATE'] }, { changes: { memoryTimes: 80 } })).toThrow(
      'no size that big',
    );
  });

  test('several containers take a factor, never an amount', () => {
    const containers = ['main', 'proxy'].map((name) => ({
      name,
      resourceRequirements: [{ type: 'MEMORY' as const, value: '512' }],
    }));
    const several = { container: {}, ecsProperties: { taskProperties: [{ containers }] } };
    const { ecsPropertiesOverride } = submission(several, { ran: several, changes: { memoryTimes: 2 } });
    expect(ecsPropertiesOverride?.taskProperties[0]?.containers).toEqual(
      ['main', 'proxy'].map((name) => ({ name, resourceRequirements: [{ type: 'MEMORY', value: '1024' }] })),
    );
    expect(() => submission(several, { changes: { memoryMiB: 4_096 } })).toThrow('2 containers');
  });

  test('nodes and pods are changed where theirs is set', () => {
    const nodeProperties = {
      numNodes: 4,
      nodeRangeProperties: [{ targetNodes: '0:', container: { ...definition.containerProperties } }],
    };
    const onNodes = submission(
      { container: undefined, nodeProperties },
      { ran: { nodeProperties: { ...nodeProperties, numNodes: 2 } }, changes: { memoryTimes: 2 } },
    );
    expect(onNodes.nodeOverrides).toEqual({
      numNodes: 4,
      nodePropertyOverrides: [
        { targetNodes: '0:', containerOverrides: { resourceRequirements: [{ type: 'MEMORY', value: '8192' }] } },
      ],
    });
    const pod = {
      podProperties: { containers: [{ name: 'main', resources: { limits: { memory: '2Gi', cpu: '1' } } }] },
    };
    const onPods = submission({ eksProperties: pod }, { ran: { eksProperties: pod }, changes: { memoryTimes: 2 } });
    expect(onPods.eksPropertiesOverride?.podProperties.containers).toEqual([
      { name: 'main', resources: { limits: { memory: '4096Mi', cpu: '1' } } },
    ]);
  });
});

test('a newer revision gets only what the old submission had set, and says what else is newer', () => {
  const { submission: sent, notes } = resubmission(job(), terms({ runs: 'align:5' }));
  expect(sent.jobDefinition).toBe('align:5');
  expect(sent.containerOverrides).toEqual({ environment: [{ name: 'SAMPLE', value: 'S1' }] });
  expect(notes.join()).toContain('secrets are those of align:5');
});

test('dependencies are kept where they still make sense', () => {
  const dependsOn = ['done', 'runs', 'failed', 'again', 'forgotten'].map((jobId) => ({ jobId }));
  const dependencies = new Map([
    ['done', { status: 'SUCCEEDED' }],
    ['runs', { status: 'RUNNING' }],
    ['failed', { status: 'FAILED' }],
    ['again', { status: 'FAILED', retriedAs: 'again-2' }],
  ]);
  const { submission: sent, notes } = resubmission(job({ dependsOn }), terms({ dependencies }));
  expect(sent.dependsOn).toEqual([{ jobId: 'runs' }, { jobId: 'again-2' }]);
  expect(notes).toHaveLength(2);
});

describe('arrays', () => {
  const shell = { ...job().container, command: ['bash', '-lc', 'work $AWS_BATCH_JOB_ARRAY_INDEX'] };
  const listing = { ...job().container, environment: [{ name: 'ARRAY_INDEXES', value: '' }] };

  test('run whole again, in their order, where no index can be handed over', () => {
    const sent = submission(
      { arrayProperties: { size: 40 }, dependsOn: [{ type: 'SEQUENTIAL' }] },
      { failedIndexes: [3] },
    );
    expect(sent).toMatchObject({ arrayProperties: { size: 40 }, dependsOn: [{ type: 'SEQUENTIAL' }] });
  });

  test('run only their failed indexes where the job reads a list of them', () => {
    const sent = submission({ container: listing, arrayProperties: { size: 40 } }, { failedIndexes: [3, 4, 17] });
    expect(sent.arrayProperties).toEqual({ size: 3 });
    expect(sent.containerOverrides?.environment).toContainEqual({ name: 'ARRAY_INDEXES', value: '3-4,17' });
    const one = submission({ container: listing, arrayProperties: { size: 40 } }, { failedIndexes: [3] });
    expect(one.arrayProperties).toBeUndefined();
    const again = { ...listing, environment: [{ name: 'ARRAY_INDEXES', value: '3-4,17' }] };
    const third = submission({ container: again, arrayProperties: { size: 3 } }, { failedIndexes: [1, 2] });
    expect(third.containerOverrides?.environment).toContainEqual({ name: 'ARRAY_INDEXES', value: '4,17' });
  });

  test('hand a shell’s script its index', () => {
    const parent = job({ arrayProperties: { size: 40 } });
    const sent = submission({ container: shell, arrayProperties: { index: 17 } }, { parent });
    expect(sent.arrayProperties).toBeUndefined();
    expect(sent.containerOverrides?.command).toEqual([
      'bash',
      '-lc',
      'export AWS_BATCH_JOB_ARRAY_INDEX=17 AWS_BATCH_JOB_ARRAY_SIZE=40\nwork $AWS_BATCH_JOB_ARRAY_INDEX',
    ]);
  });

  test('refuse one child of them whose index would be lost', () => {
    expect(() => submission({ arrayProperties: { index: 17 } })).toThrow('retry the whole array');
  });

  test.each([
    [['sh', '-c', 'x'], 'shell'],
    [['/bin/bash', '-euo', 'pipefail', '-c', 'x'], 'shell'],
    [['/bin/bash', '-e', '-c', 'x'], 'shell'],
    [['bash', 'run.sh', '-c', 'x'], 'whole'],
    [['sh', '-c'], 'whole'],
    [['python', '-c', 'x'], 'whole'],
  ] as const)('%j goes by %s', (command, way) => {
    expect(indexWayOf({ container: { command: [...command] } })).toBe(way);
  });

  test('a real shell sees the index, and its arguments as they were', () => {
    const script = '#!/bin/sh\nset -eu\necho "$AWS_BATCH_JOB_ARRAY_INDEX of $AWS_BATCH_JOB_ARRAY_SIZE: $0 $1"';
    const [shellName = '', ...rest] = commandWithIndex(['sh', '-c', script, 'a b', 'c'], 17, 40) ?? [];
    expect(execFileSync(shellName, rest, { encoding: 'utf8' })).toBe('17 of 40: a b c\n');
  });

  test('a list of indexes is read as it was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(9_999), { maxLength: 300 }), (indexes) => {
        expect(indexesIn(indexText(indexes) ?? '')).toEqual([...indexes].sort((a, b) => a - b));
      }),
    );
    expect(indexText(Array.from({ length: 5_000 }, (_, n) => n * 2))).toBeUndefined();
  });
});

describe('overrides', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_.=-]{1,8}$/);
  const pairs = fc.dictionary(fc.constantFrom('A', 'B', 'C', 'D'), word).map((map) => Object.entries(map));
  const container = fc.record({
    command: fc.array(word, { minLength: 1, maxLength: 4 }),
    environment: pairs.map((all) => all.map(([name, value]) => ({ name, value }))),
    resourceRequirements: fc
      .tuple(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 4, max: 400_000 }))
      .map(([vcpus, memory]) => [
        { type: 'VCPU' as const, value: String(vcpus) },
        { type: 'MEMORY' as const, value: String(memory) },
      ]),
  });
  const environmentOf = ({ environment = [] }: Container) =>
    Object.fromEntries(environment.map(({ name = '', value }) => [name, value]));
  /** As SubmitJob joins the two. */
  const joined = (defined: Container, overrides: ContainerOverrides = {}) => ({
    command: overrides.command ?? defined.command,
    environment: { ...environmentOf(defined), ...environmentOf(overrides) },
    requirements: Object.fromEntries([...requirementsOf(defined), ...requirementsOf(overrides)]),
  });

  test('on top of the definition give the job that ran, whatever was overridden', () => {
    fc.assert(
      fc.property(container, container, (defined, overrides) => {
        const ran = joined(defined, overrides);
        const actual: Container = {
          command: ran.command ?? [],
          environment: Object.entries(ran.environment).map(([name, value]) => ({ name, value })),
          resourceRequirements: overrides.resourceRequirements,
        };
        expect(joined(defined, containerOverrides(actual, defined, {}, {}, false))).toEqual(ran);
        expect(containerOverrides(actual, actual, {}, {}, false)).toBeUndefined();
      }),
    );
  });
});

test('a size of Fargate has at least what was asked, and is one that exists', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 130_000 }), (quarters, memoryMiB) => {
      const size = fargateSize(quarters / 4, memoryMiB);
      if (size === undefined) return memoryMiB > 120 * 1_024;
      const again = fargateSize(size.vcpus, size.memoryMiB);
      return (
        size.vcpus >= quarters / 4 && size.memoryMiB >= memoryMiB && JSON.stringify(again) === JSON.stringify(size)
      );
    }),
  );
  expect(fargateSize(0.25, 600)).toEqual({ vcpus: 0.25, memoryMiB: 1_024 });
  expect(fargateSize(1, 9_000)).toEqual({ vcpus: 2, memoryMiB: 9_216 });
  expect(fargateSize(17, 1)).toBeUndefined();
});
