/** What a job that has not started waits for, by the plain rules. */
import fc from 'fast-check';
import { BATCH_STATUSES, type Job } from '../../src/jobs/job';
import {
  type Environment,
  type Front,
  type Obstacle,
  obstaclesOf,
  type Queue,
  type WaitingFacts,
} from '../../src/jobs/waiting';
import { elsewhere } from '../../src/jobs/waitingElsewhere';
import { type Awaited, dependenciesOf } from '../../src/jobs/waitingFor';

const job = (fields: Partial<Job> = {}): Job => ({
  id: 'me',
  status: 'RUNNABLE',
  queue: 'q',
  vcpus: 2,
  memoryMiB: 4_096,
  seenAt: 1,
  whole: true,
  attempts: [],
  entered: {},
  ...fields,
});
const environment = (fields: Partial<Environment> = {}): Environment => ({
  name: 'ce',
  state: 'ENABLED',
  status: 'VALID',
  type: 'EC2',
  maxvCpus: 64,
  desiredvCpus: 0,
  instanceTypes: ['m5'],
  ...fields,
});
const queue = (fields: Partial<Queue> = {}): Queue => ({
  name: 'q',
  state: 'ENABLED',
  status: 'VALID',
  isFairShare: false,
  limits: [],
  environments: [environment()],
  ...fields,
});
const line = (...ids: string[]): Front => ({ jobs: ids.map((id, n) => ({ id, since: n + 1 })) });
const kinds = (facts: Partial<WaitingFacts>): Obstacle['kind'][] =>
  obstaclesOf({ job: job(), dependencies: [], ...facts }).map(({ kind }) => kind);
const awaited = (id: string, status?: Job['status']): Awaited => ({
  id,
  kind: 'job',
  job: status === undefined ? undefined : job({ id, status }),
});
const BLOCKED = 'MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS – Batch service role has a permission issue.';

describe('before the queue', () => {
  test('a new job waits for Batch, one with dependencies for these', () => {
    expect(kinds({ job: job({ status: 'SUBMITTED' }) })).toEqual(['submitted']);
    const dependencies = [awaited('a', 'RUNNING'), awaited('b', 'SUCCEEDED'), awaited('c', 'FAILED'), awaited('d')];
    const [obstacle] = obstaclesOf({ job: job({ status: 'PENDING' }), dependencies });
    expect(obstacle).toMatchObject({
      kind: 'dependencies',
      waiting: [{ id: 'a' }],
      failed: [{ id: 'c' }],
      unknown: [{ id: 'd' }],
      done: 1,
    });
    expect(kinds({ job: job({ status: 'PENDING' }), dependencies: [awaited('b', 'SUCCEEDED')] })).toEqual([
      'dependenciesMet',
    ]);
  });

  test('an array’s parent waits for its children once it has some', () => {
    const parent = job({ status: 'PENDING', arraySize: 3 });
    const dependencies = [awaited('a', 'RUNNING')];
    expect(kinds({ job: parent, dependencies })).toEqual(['dependencies']);
    const counted = { ...parent, children: { countedAt: 1, counts: { RUNNING: 3 } } };
    expect(kinds({ job: counted })).toEqual(['children']);
  });
});

describe('in the queue, the decisive thing comes first', () => {
  test.each<[string, Partial<WaitingFacts>, Obstacle['kind'][]]>([
    ['no queue', { queue: 'gone' }, ['queueGone']],
    ['an invalid queue', { queue: queue({ status: 'INVALID' }), front: line('me') }, ['queueInvalid', 'first']],
    [
      'no environment that works',
      { queue: queue({ environments: [environment({ state: 'DISABLED' }), environment({ status: 'INVALID' })] }) },
      ['environments'],
    ],
    [
      'more vCPUs than any may have, whatever Batch says',
      { job: job({ vcpus: 65, statusReason: BLOCKED }), queue: queue() },
      ['tooBig', 'blocked'],
    ],
    ['a GPU where no type has one', { job: job({ gpus: 1 }), queue: queue() }, ['noType']],
    [
      'what Batch says',
      { job: job({ statusReason: BLOCKED }), queue: queue(), front: line('me') },
      ['blocked', 'first'],
    ],
    [
      'a head that is blocked',
      { queue: queue(), front: line('head', 'me'), head: job({ id: 'head', statusReason: BLOCKED }) },
      ['headBlocked', 'turn'],
    ],
    ['a head that is not blocked', { queue: queue(), front: line('head', 'me'), head: job({ id: 'head' }) }, ['turn']],
    [
      'a head that has started since',
      {
        queue: queue(),
        front: line('head', 'me'),
        head: job({ id: 'head', status: 'RUNNING', statusReason: BLOCKED }),
      },
      ['turn'],
    ],
    [
      'a full environment',
      { queue: queue({ environments: [environment({ desiredvCpus: 63 })] }), front: line('a', 'b', 'me') },
      ['full', 'turn'],
    ],
    [
      'room in the second environment',
      { queue: queue({ environments: [environment({ desiredvCpus: 64 }), environment()] }) },
      ['placing'],
    ],
    ['its place in the line', { queue: queue(), front: line('a', 'b', 'me') }, ['turn']],
    ['nobody before it', { queue: queue(), front: line('me') }, ['first']],
    [
      'a hundred before it',
      { queue: queue(), front: line(...Array.from({ length: 100 }, (_, n) => `${n}`)) },
      ['behind'],
    ],
    ['a line that does not have it yet', { queue: queue(), front: line('a') }, ['placing']],
    ['nothing that could be read', {}, ['placing']],
    [
      'a disabled queue, last',
      { queue: queue({ state: 'DISABLED' }), front: line('a', 'me') },
      ['turn', 'queueDisabled'],
    ],
  ])('%s', (_what, facts, expected) => expect(kinds(facts)).toEqual(expected));

  test('Fargate has no instance types, and its use is the queue’s own', () => {
    const fargate = environment({ type: 'FARGATE', desiredvCpus: undefined, instanceTypes: [], maxvCpus: 4 });
    const facts = { queue: queue({ environments: [fargate] }), front: { ...line('me'), usedVcpus: 3 } };
    expect(kinds(facts)).toEqual(['full', 'first']);
    expect(kinds({ ...facts, front: { ...line('me'), usedVcpus: 2 } })).toEqual(['first']);
  });

  test('all nodes of a multi-node job count', () => {
    const nodes = job({ vcpus: 8, nodes: 9 });
    expect(obstaclesOf({ job: nodes, dependencies: [], queue: queue() })[0]).toMatchObject({
      kind: 'tooBig',
      asked: 72,
      most: 64,
    });
  });

  test('an array’s child stands in the line by its own id or its parent’s', () => {
    const child = job({ id: 'array:3' });
    expect(kinds({ job: child, queue: queue(), front: line('a', 'array') })).toEqual(['turn']);
    expect(kinds({ job: child, queue: queue(), front: line('array:3') })).toEqual(['first']);
  });
});

test('a started job has its place, an ended one waits for nothing', () => {
  expect(kinds({ job: job({ status: 'STARTING' }) })).toEqual(['starting']);
  for (const status of ['RUNNING', 'SUCCEEDED', 'FAILED'] as const) expect(kinds({ job: job({ status }) })).toEqual([]);
});

test('whatever is known, a job that has not started always waits for something, and for each thing once', () => {
  const state = fc.constantFrom('ENABLED', 'DISABLED', undefined);
  const status = fc.constantFrom('VALID', 'INVALID', 'UPDATING', undefined);
  const anyEnvironment = fc.record({
    name: fc.constantFrom('one', 'two'),
    state,
    status,
    type: fc.constantFrom('EC2', 'SPOT', 'FARGATE', undefined),
    maxvCpus: fc.option(fc.nat(64), { nil: undefined }),
    desiredvCpus: fc.option(fc.nat(64), { nil: undefined }),
    instanceTypes: fc.array(fc.constantFrom('m5', 'c6i.large', 'p3', 'optimal', 'odd')),
  });
  const anyQueue = fc.record({
    name: fc.constant('q'),
    state,
    status,
    isFairShare: fc.boolean(),
    limits: fc.constant([]),
    environments: fc.array(anyEnvironment, { maxLength: 3 }),
  });
  const anyJob = fc
    .record({
      id: fc.constantFrom('me', 'array:1'),
      status: fc.constantFrom(...BATCH_STATUSES.slice(0, 4)),
      vcpus: fc.option(fc.nat(128), { nil: undefined }),
      gpus: fc.option(fc.nat(8), { nil: undefined }),
      statusReason: fc.constantFrom(undefined, BLOCKED, 'CAPACITY:x', 'odd'),
    })
    .map((fields) => job(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))));
  const anyLine = fc
    .array(fc.constantFrom('me', 'a', 'b', 'array'), { maxLength: 5 })
    .map((ids) => line(...new Set(ids)));
  fc.assert(
    fc.property(
      anyJob,
      fc.option(fc.oneof(anyQueue, fc.constant('gone' as const)), { nil: undefined }),
      fc.option(anyLine, { nil: undefined }),
      fc.array(fc.constantFrom(...BATCH_STATUSES, undefined), { maxLength: 4 }),
      (waiting, ofQueue, front, standings) => {
        const dependencies = standings.map((one, n) => awaited(`${n}`, one));
        const found = obstaclesOf({ job: waiting, queue: ofQueue, front, dependencies });
        expect(found.length).toBeGreaterThan(0);
        expect(new Set(found.map(({ kind }) => kind)).size).toBe(found.length);
        // The line is no reason while nothing in the queue can start.
        if (found.some(({ kind }) => kind === 'environments'))
          expect(found[0]?.kind).toMatch(/^(?:queueInvalid|environments)$/);
      },
    ),
  );
});

describe('what a job depends on', () => {
  test('whole jobs, and of arrays the child of its own index or the one before', () => {
    const rules = { dependsOn: ['x', 'y'], properties: { nToN: ['y'], sequential: true } };
    expect(dependenciesOf({ id: 'p', ...rules })).toEqual([
      { id: 'x', kind: 'job' },
      { id: 'y', kind: 'N_TO_N' },
    ]);
    expect(dependenciesOf({ id: 'p:4', arrayIndex: 4 }, { id: 'p', ...rules })).toEqual([
      { id: 'x', kind: 'job' },
      { id: 'y:4', kind: 'N_TO_N' },
      { id: 'p:3', kind: 'SEQUENTIAL' },
    ]);
    expect(dependenciesOf({ id: 'p:0', arrayIndex: 0 }, { id: 'p', properties: { sequential: true } })).toEqual([]);
    expect(dependenciesOf({ id: 'single' })).toEqual([]);
  });
});

describe('another queue', () => {
  const spot = queue({ name: 'team-spot', environments: [environment({ type: 'SPOT' })] });
  const good = queue({ name: 'team-ondemand' });
  const find = (...queues: Queue[]) => elsewhere(job(), 'team-spot', [spot, ...queues])?.name;
  test('is on demand, healthy, big enough, and of a name alike', () => {
    expect(find(good)).toBe('team-ondemand');
    expect(find(queue({ name: 'team-other' }), good)).toBe('team-ondemand');
    expect(find(spot)).toBeUndefined();
    expect(find({ ...good, state: 'DISABLED' })).toBeUndefined();
    expect(find({ ...good, status: 'INVALID' })).toBeUndefined();
    expect(find({ ...good, isFairShare: true })).toBeUndefined();
    expect(find({ ...good, environments: [environment({ maxvCpus: 1 })] })).toBeUndefined();
    expect(find({ ...good, environments: [environment({ type: 'SPOT' })] })).toBeUndefined();
    expect(find({ ...good, environments: [environment({ type: 'FARGATE' })] })).toBeUndefined();
    expect(elsewhere(job({ gpus: 1 }), 'team-spot', [spot, good])).toBeUndefined();
    expect(find(queue({ name: 'zoo' }))).toBeUndefined();
  });
});
