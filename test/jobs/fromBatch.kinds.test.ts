/** Kinds of jobs of which there is no real payload, retries, and news that make no sense. */
import fc from 'fast-check';
import { jobFromDetail, jobFromSummary, MalformedJobError, parseBatchEvent } from '../../src/jobs/fromBatch';

const NOW = 1_800_000_000_000;
const ID = '4c7599ae-0a82-49aa-ba5a-4727fcce14a8';
const read = (detail: object) => jobFromDetail({ jobId: ID, ...detail }, NOW);

describe('a job of several containers', () => {
  const sidecar = { name: 'proxy', image: 'envoy', essential: false };
  const main = {
    ...{ name: 'main', image: 'align:7', essential: true, command: ['align'] },
    environment: [{ name: 'PYBATCH_TIMEOUT', value: '600' }],
    logConfiguration: {
      logDriver: 'awslogs',
      options: { 'awslogs-group': '/team/align', 'awslogs-region': 'eu-west-1' },
    },
    resourceRequirements: [
      { type: 'VCPU', value: '0.5' },
      { type: 'MEMORY', value: '1024' },
    ],
  };
  const needs = { resourceRequirements: [{ type: 'VCPU', value: '0.25' }] };

  test('is told by its essential one, and asks for the sum of all', () => {
    const taskProperties = [{ taskArn: 'task/1', containers: [{ ...sidecar, ...needs }, main] }];
    expect(read({ status: 'RUNNING', container: {}, attempts: [], ecsProperties: { taskProperties } })).toMatchObject({
      ...{ image: 'align:7', command: ['align'], vcpus: 0.75, memoryMiB: 1_024, environmentTimeoutSeconds: 600 },
      ...{ logGroup: '/team/align', logRegion: 'eu-west-1', logDriver: 'awslogs', taskArn: 'task/1' },
    });
  });

  test('fails by the container that failed', () => {
    const attempt = {
      stoppedAt: 2_000,
      startedAt: 1_000,
      taskProperties: [
        {
          taskArn: 'task/1',
          containers: [
            { exitCode: 0, logStreamName: 'proxy/1' },
            { exitCode: 3, logStreamName: 'main/1', reason: 'oh' },
          ],
        },
      ],
    };
    expect(read({ status: 'FAILED', attempts: [attempt], ecsProperties: {} })).toMatchObject({
      exitCode: 3,
      containerReason: 'oh',
      logStream: 'main/1',
      attempts: [{ exitCode: 3, logStream: 'main/1', taskArn: 'task/1', startedAt: 1_000, stoppedAt: 2_000 }],
    });
  });
});

test('a Fargate job has its platform from its container where the capabilities are silent', () => {
  const container = { fargatePlatformConfiguration: { platformVersion: 'LATEST' } };
  expect(read({ status: 'RUNNING', container })).toMatchObject({ platform: 'FARGATE' });
  expect(read({ status: 'RUNNING', container, platformCapabilities: ['FARGATE'] })).toMatchObject({
    platform: 'FARGATE',
  });
});

test('an EKS job asks for what its pod asks for', () => {
  const eksProperties = {
    podProperties: {
      containers: [
        {
          image: 'align:7',
          command: ['align'],
          args: ['--fast'],
          resources: { limits: { cpu: '1500m', memory: '2Gi', 'nvidia.com/gpu': '1' } },
        },
        { image: 'envoy', resources: { requests: { cpu: '1', memory: '512Mi' } } },
      ],
    },
  };
  expect(read({ status: 'STARTING', eksProperties })).toMatchObject({
    ...{ platform: 'EKS', image: 'align:7', command: ['align', '--fast'] },
    ...{ vcpus: 2.5, memoryMiB: 2_560, gpus: 1 },
  });
});

test('a multi-node job is what its main node runs', () => {
  const nodeRangeProperties = [
    { targetNodes: '1:', container: { image: 'worker' } },
    { targetNodes: ':0', container: { image: 'leader' } },
  ];
  const nodeProperties = { numNodes: 4, mainNode: 0, nodeRangeProperties };
  expect(read({ status: 'RUNNING', nodeProperties })).toMatchObject({ image: 'leader', nodes: 4 });
});

describe('while a job is tried again', () => {
  const first = {
    ...{ startedAt: 1_000, stoppedAt: 2_000, statusReason: 'Host EC2 (instance i-04b17daec78ef4a0b) terminated.' },
    container: { exitCode: 1, reason: 'gone', logStreamName: 'align/default/1', taskArn: 'task/1' },
  };
  const stale = { image: 'align:7', ...first.container };
  const fromBefore = ['exitCode', 'containerReason', 'logStream', 'taskArn', 'startedAt', 'stoppedAt'];

  test.each(['RUNNABLE', 'STARTING', 'RUNNING'])('%s shows nothing of the attempt before', (status) => {
    const job = read({ status, attempts: [first], container: stale, startedAt: 1_000, stoppedAt: 2_000 });
    for (const field of fromBefore) expect(job).not.toHaveProperty(field);
    expect(job).toMatchObject({ endedAttempts: 1, attempts: [{ exitCode: 1, logStream: 'align/default/1' }] });
  });

  test('RUNNING shows its own log and start as soon as Batch tells them', () => {
    const container = { image: 'align:7', taskArn: 'task/2', logStreamName: 'align/default/2' };
    expect(read({ status: 'RUNNING', attempts: [first], container, startedAt: 3_000 })).toMatchObject({
      ...{ logStream: 'align/default/2', taskArn: 'task/2', startedAt: 3_000, endedAttempts: 1 },
    });
  });

  test('an event enters the status in the second attempt', () => {
    const time = '2024-01-01T00:00:00Z';
    const detail = { jobId: ID, status: 'RUNNABLE', attempts: [first] };
    const event = parseBatchEvent({ source: 'aws.batch', 'detail-type': 'Batch Job State Change', time, detail });
    expect(event?.job.entered).toEqual({ '2.RUNNABLE': Date.parse(time) });
  });

  test('a summary tells of its end only once it has ended', () => {
    const summary = { jobId: ID, startedAt: 1_000, stoppedAt: 2_000, container: { exitCode: 1, reason: 'gone' } };
    const waiting = jobFromSummary({ ...summary, status: 'RUNNABLE' }, 'prod', NOW);
    for (const field of fromBefore) expect(waiting).not.toHaveProperty(field);
    expect(jobFromSummary({ ...summary, status: 'FAILED' }, 'prod', NOW)).toMatchObject({
      ...{ exitCode: 1, containerReason: 'gone', startedAt: 1_000, stoppedAt: 2_000 },
    });
  });
});

describe('odd news', () => {
  test('fields that nobody knows pass, and a field of the wrong type is left out', () => {
    const job = read({
      ...{ status: 'FAILED', brandNew: { deep: [1] }, jobName: 7, createdAt: 'yesterday', tags: { user: 'ada', n: 3 } },
      ...{ dependsOn: [{ jobId: 'b', type: 'N_TO_N' }, { type: 'SEQUENTIAL' }, null] },
      attempts: ['odd', { exitCode: 'no', container: { exitCode: 9, extra: true } }],
    });
    expect(job).toEqual({
      ...{ id: ID, status: 'FAILED', seenAt: NOW, whole: true, entered: {}, exitCode: 9, endedAttempts: 2 },
      ...{ attempts: [{}, { exitCode: 9 }], dependsOn: ['b'], tags: { seenAt: NOW, values: { user: 'ada' } } },
      properties: { nToN: ['b'], sequential: true },
    });
  });

  test('the timeout of the environment counts only when it is a number of seconds', () => {
    const withValue = (value: string) =>
      read({ status: 'RUNNING', container: { environment: [{ name: 'PYBATCH_TIMEOUT', value }] } });
    expect(withValue(' 90 ')).toMatchObject({ environmentTimeoutSeconds: 90 });
    for (const value of ['0', '-5', '1h', '1e3', '9'.repeat(30)]) {
      expect(withValue(value)).not.toHaveProperty('environmentTimeoutSeconds');
      expect(withValue(value)).toMatchObject({ environmentTimeoutGarbage: value });
    }
    for (const value of ['', '  ', '90']) expect(withValue(value)).not.toHaveProperty('environmentTimeoutGarbage');
    expect(withValue('x'.repeat(1_000))).toMatchObject({ environmentTimeoutGarbage: 'x'.repeat(40) });
  });

  test('another variable may hold it, and of several containers the first that has one counts', () => {
    const environment = (value: string) => [
      { name: 'PYBATCH_TIMEOUT', value: '60' },
      { name: 'MOST_SECONDS', value },
    ];
    const shows = Object.assign(() => false, { timeoutVariable: 'MOST_SECONDS' });
    const ofTwo = {
      taskProperties: [{ containers: ['soon', '120'].map((value) => ({ environment: environment(value) })) }],
    };
    const detail = { jobId: ID, status: 'RUNNING' };
    expect(jobFromDetail({ ...detail, container: { environment: environment('90') } }, NOW, shows)).toMatchObject({
      environmentTimeoutSeconds: 90,
    });
    expect(jobFromDetail({ ...detail, ecsProperties: ofTwo }, NOW, shows)).toMatchObject({
      environmentTimeoutSeconds: 120,
    });
  });

  test.each([
    ['no object', 'text', 'This is not a job of AWS Batch: it has no "jobId".'],
    ['no id', { status: 'FAILED' }, 'This is not a job of AWS Batch: it has no "jobId".'],
    ['an empty id', { jobId: '', status: 'FAILED' }, 'This is not a job of AWS Batch: it has no "jobId".'],
    ['no status', { jobId: 'a' }, 'Job a comes without a status.'],
    ['a strange status', { jobId: 'a', status: 'DONE' }, 'Job a has a status that Batch does not know: "DONE".'],
    ['a status of another type', { jobId: 'a', status: null }, 'Job a has a status that Batch does not know: null.'],
  ])('%s is refused in a sentence', (_what, news, sentence) => {
    expect(() => jobFromDetail(news, NOW)).toThrow(new MalformedJobError(sentence));
    expect(() => jobFromSummary(news, 'prod', NOW)).toThrow(new MalformedJobError(sentence));
  });

  test('a refusal stays short, whatever came', () => {
    expect.assertions(1);
    try {
      jobFromDetail({ jobId: 'a'.repeat(5_000), status: 'b'.repeat(5_000) }, NOW);
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(300);
    }
  });

  test.each([
    ['not JSON', '{"source":', 'This event is not JSON.'],
    ['null', 'null', 'This is not an event: it has no "source" or no "detail-type".'],
    ['a list', [], 'This is not an event: it has no "source" or no "detail-type".'],
  ])('an event that is %s is refused', (_what, body, sentence) => {
    expect(() => parseBatchEvent(body)).toThrow(new MalformedJobError(sentence));
  });

  test.each([
    ['of ECS', { source: 'aws.ecs', 'detail-type': 'ECS Task State Change' }],
    ['of a service job', { source: 'aws.batch', 'detail-type': 'Batch Service Job State Change' }],
    ['of somebody who poses as Batch', { source: 'my.app', 'detail-type': 'Batch Job State Change' }],
  ])('an event %s is not ours', (_what, event) => {
    expect(parseBatchEvent({ ...event, time: '2024-01-01T00:00:00Z', detail: {} })).toBeUndefined();
  });
});

describe('whatever JSON arrives', () => {
  const onlyMalformed = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof MalformedJobError)) throw error;
      expect(error.message).toMatch(/^(?:This|Job) .+\.$/su);
    }
  };
  const status = fc.constantFrom('FAILED', 'RUNNING', 'RUNNABLE', 'SUCCEEDED');
  const anyJson = fc.jsonValue({ maxDepth: 3 });
  const keys = ['attempts', 'container', 'eksAttempts', 'eksProperties', 'ecsProperties', 'nodeProperties'];
  const more = ['arrayProperties', 'tags', 'dependsOn', 'retryStrategy', 'timeout', 'platformCapabilities', 'jobQueue'];
  const almost = fc.tuple(status, fc.dictionary(fc.constantFrom(...keys, ...more), anyJson));

  test('it is a job or refused, never anything else', () => {
    fc.assert(
      fc.property(anyJson, (news) => {
        onlyMalformed(() => jobFromDetail(news, NOW));
        onlyMalformed(() => jobFromSummary(news, undefined, NOW));
        onlyMalformed(() => parseBatchEvent(news));
        onlyMalformed(() => parseBatchEvent(JSON.stringify(news)));
      }),
    );
  });

  test('with an id and a status it is always a job', () => {
    fc.assert(
      fc.property(almost, ([known, odd]) => {
        expect(read({ ...odd, status: known })).toMatchObject({ id: ID, status: known });
        expect(jobFromSummary({ ...odd, jobId: ID, status: known }, 'prod', NOW)).toMatchObject({ queue: 'prod' });
      }),
    );
  });
});
