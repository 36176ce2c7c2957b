/** Many pieces of news become one job, in whatever order and however often they arrive. */
import fc from 'fast-check';
import { type Attempt, attemptSchema, type Job, jobSchema } from '../../src/jobs/job';
import { merge, onlySeenAgain, sameJob } from '../../src/jobs/merge';
import { anyAttempt, anyLife, anyNews } from './anyNews';

const ID = '4c7599ae-0a82-49aa-ba5a-4727fcce14a8';
const mergeAll = (news: readonly Job[]): Job => news.reduce((known, next) => merge(known, next));
const news = (fields: Partial<Job>): Job => ({
  ...{ id: ID, status: 'RUNNABLE', seenAt: 1_000, whole: true, attempts: [], entered: {} },
  ...fields,
});

describe('any news at all', () => {
  test('either may come first', () => {
    fc.assert(fc.property(anyNews, anyNews, (a, b) => expect(merge(a, b)).toEqual(merge(b, a))));
  });

  test('it makes no difference which two are merged first', () => {
    fc.assert(
      fc.property(anyNews, anyNews, anyNews, (a, b, c) => expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)))),
    );
  });

  test('the same news again changes nothing', () => {
    fc.assert(
      fc.property(anyNews, anyNews, (a, b) => {
        expect(merge(a, a)).toEqual(a);
        expect(merge(merge(a, b), b)).toEqual(merge(a, b));
        expect(merge(merge(a, b), a)).toEqual(merge(a, b));
      }),
    );
  });

  test('what comes out is a job that can be stored and read again', () => {
    fc.assert(
      fc.property(anyNews, anyNews, (a, b) => {
        const merged = merge(a, b);
        expect(jobSchema.parse(JSON.parse(JSON.stringify(merged)))).toEqual(merged);
      }),
    );
  });

  test('a job that has ended is never opened again', () => {
    fc.assert(
      fc.property(anyNews, anyNews, (a, b) => {
        fc.pre(a.status === 'SUCCEEDED' || a.status === 'FAILED');
        expect(['SUCCEEDED', 'FAILED']).toContain(merge(a, b).status);
      }),
    );
  });

  test('an exit code stands beside the log stream that was told with it', () => {
    fc.assert(
      fc.property(anyNews, anyNews, (a, b) => {
        const told = ({ status, exitCode, logStream, statusReason, seenAt }: Job) =>
          [status, exitCode, logStream, statusReason, seenAt] as const;
        expect([told(a), told(b)]).toContainEqual(told(merge(a, b)));
      }),
    );
  });
});

test('the news of one life end the same in any order, with any of it twice', () => {
  fc.assert(
    fc.property(
      anyLife.chain((life) =>
        fc.tuple(
          fc.constant(life),
          fc.shuffledSubarray(life, { minLength: life.length }),
          fc.array(fc.constantFrom(...life), { maxLength: 6 }),
        ),
      ),
      ([life, shuffled, again]) => {
        const inOrder = mergeAll(life);
        expect(mergeAll([...shuffled, ...again])).toEqual(inOrder);
        expect(mergeAll([...again, ...shuffled])).toEqual(inOrder);
      },
    ),
  );
});

test('a life told in order ends in its last whole news', () => {
  fc.assert(
    fc.property(anyLife, (life) => {
      const last = life.filter(({ whole }) => whole).at(-1);
      const { status, attempts, endedAttempts, exitCode, logStream } = mergeAll(life);
      expect({ status, attempts, endedAttempts, exitCode, logStream }).toEqual({
        status: last?.status,
        attempts: last?.attempts,
        endedAttempts: last?.endedAttempts,
        exitCode: last?.exitCode,
        logStream: last?.logStream,
      });
    }),
  );
});

describe('late news', () => {
  const first: Attempt = { startedAt: 2_000, stoppedAt: 3_000, exitCode: 1, logStream: 'first' };

  test('RUNNING of the first attempt doesn’t beat RUNNABLE after it', () => {
    const running = news({ status: 'RUNNING', logStream: 'first', endedAttempts: 0, seenAt: 9_000 });
    const retry = news({ status: 'RUNNABLE', attempts: [first], endedAttempts: 1, seenAt: 3_000 });
    for (const merged of [merge(running, retry), merge(retry, running)]) {
      expect(merged).toMatchObject({ status: 'RUNNABLE', attempts: [first] });
      expect(merged).not.toHaveProperty('logStream');
    }
  });

  test('RUNNING after the end changes nothing but what it adds', () => {
    const failed = news({ status: 'FAILED', exitCode: 1, attempts: [first], endedAttempts: 1 });
    const late = news({ status: 'RUNNING', image: 'busybox', entered: { '1.RUNNING': 2_100 }, seenAt: 9_000 });
    expect(merge(failed, late)).toEqual({ ...failed, image: 'busybox', entered: { '1.RUNNING': 2_100 } });
  });

  test('a sparse FAILED is filled by the whole one, and never empties it, in any order', () => {
    const fragment = news({ status: 'FAILED', whole: false, statusReason: 'container exited', seenAt: 9_000 });
    const whole = news({ status: 'FAILED', exitCode: 137, logStream: 'first', attempts: [first], endedAttempts: 1 });
    const started = news({ status: 'RUNNING', endedAttempts: 0, tags: { seenAt: 1_000, values: { user: 'ada' } } });
    const orders = [
      [fragment, whole, started],
      [whole, fragment, started],
      [started, fragment, whole],
      [started, whole, fragment],
    ];
    for (const order of orders)
      expect(mergeAll(order)).toMatchObject({ exitCode: 137, logStream: 'first', attempts: [first], whole: true });
  });

  test('of two ends without an attempt the whole one wins, however late the fragment', () => {
    const whole = news({ status: 'FAILED', statusReason: 'Dependent Job failed', endedAttempts: 0 });
    const fragment = news({ status: 'FAILED', whole: false, seenAt: 9_000 });
    for (const merged of [merge(whole, fragment), merge(fragment, whole)])
      expect(merged).toMatchObject({ statusReason: 'Dependent Job failed', whole: true });
  });

  test('a ListJobs summary never takes a retry back to where it was', () => {
    const retry = news({ status: 'RUNNABLE', attempts: [first], endedAttempts: 1 });
    const summary = news({ status: 'RUNNING', whole: false, seenAt: 9_000 });
    expect(merge(retry, summary)).toMatchObject({ status: 'RUNNABLE', endedAttempts: 1 });
  });

  test('the later count of an array’s children wins, whenever the parent was seen', () => {
    const early = news({ status: 'PENDING', arraySize: 3, children: { countedAt: 1_000, counts: { RUNNING: 3 } } });
    const late = { ...early, seenAt: 500, children: { countedAt: 2_000, counts: { SUCCEEDED: 3 } } };
    expect(merge(late, early).children?.counts).toEqual({ SUCCEEDED: 3 });
  });

  test('the first time of a status is kept', () => {
    const known = news({ entered: { '1.RUNNABLE': 2_000, '1.STARTING': 3_000 } });
    const again = news({ entered: { '1.RUNNABLE': 1_000, '1.STARTING': 4_000, '1.RUNNING': 5_000 } });
    expect(merge(known, again).entered).toEqual({ '1.RUNNABLE': 1_000, '1.STARTING': 3_000, '1.RUNNING': 5_000 });
  });

  test('a wish to stop is never forgotten', () => {
    expect(merge(news({ terminated: true }), news({ terminated: false }))).toMatchObject({ terminated: true });
    expect(merge(news({}), news({ cancelled: true }))).toMatchObject({ cancelled: true });
  });
});

/** One job with every field, each unlike a default: whoever adds a field adds it here and gives it a rule. */
const attempt: Required<Attempt> = {
  startedAt: 2_000,
  stoppedAt: 3_000,
  exitCode: 1,
  statusReason: 'Essential container in task exited',
  containerReason: 'OutOfMemoryError: Container killed due to memory usage',
  logStream: 'align/default/1',
  taskArn: 'task/1',
  containerInstanceArn: 'container-instance/1',
  containers: [{ name: 'main', exitCode: 1 }],
  pod: 'batch/aws-batch.1',
  podNode: 'ip-10-0-0-1',
};
const everything: Required<Job> = {
  ...attempt,
  id: ID,
  arn: `arn:aws:batch:us-east-1:123456789012:job/${ID}`,
  name: 'align',
  queue: 'prod',
  definition: 'align:3',
  image: 'busybox',
  command: ['sleep', '60'],
  createdAt: 1_000,
  vcpus: 2,
  memoryMiB: 512,
  gpus: 1,
  maxAttempts: 2,
  timeoutSeconds: 60,
  environmentTimeoutSeconds: 90,
  environmentTimeoutGarbage: '1h',
  logGroup: '/aws/batch/job',
  logRegion: 'us-east-1',
  logDriver: 'awslogs',
  platform: 'EC2',
  dependsOn: ['b'],
  arraySize: 2,
  arrayIndex: 1,
  nodes: 2,
  properties: { jobRole: 'role', variables: ['A'], shownVariables: { A: '1' } },
  status: 'FAILED',
  endedAttempts: 1,
  seenAt: 3_000,
  whole: true,
  attempts: [attempt],
  entered: { '1.RUNNING': 2_000 },
  cancelled: true,
  terminated: true,
  tags: { seenAt: 3_000, values: { user: 'ada' } },
  children: { countedAt: 3_000, counts: { FAILED: 2 } },
  placement: { attempt: 1, instanceType: 'm7g.large', availabilityZone: 'us-east-1a', architecture: 'arm64' },
  lostAt: 2_500,
};

test('every field that a job or an attempt can have comes through a merge', () => {
  expect(Object.keys(everything).sort()).toEqual(Object.keys(jobSchema.shape).sort());
  expect(Object.keys(attempt).sort()).toEqual(Object.keys(attemptSchema.shape).sort());
  const nothing = news({ seenAt: 0 });
  expect(merge(everything, nothing)).toEqual(everything);
  expect(merge(nothing, everything)).toEqual(everything);
});

test('every field of the arbitrary news is tried', () => {
  const tried = new Set(fc.sample(anyNews, { numRuns: 200, seed: 1 }).flatMap((job) => Object.keys(job)));
  expect([...tried].sort()).toEqual(Object.keys(jobSchema.shape).sort());
  const triedOfAttempts = new Set(fc.sample(anyAttempt, { numRuns: 100, seed: 1 }).flatMap((one) => Object.keys(one)));
  expect([...triedOfAttempts].sort()).toEqual(Object.keys(attemptSchema.shape).sort());
});

describe('what need not be written', () => {
  test('the same job, whatever the order of its fields', () => {
    fc.assert(
      fc.property(anyNews, (job) =>
        expect(sameJob(job, Object.fromEntries(Object.entries(job).reverse()) as Job)).toBe(true),
      ),
    );
    expect(sameJob(news({ exitCode: 0 }), news({ exitCode: 1 }))).toBe(false);
    expect(sameJob(news({ exitCode: 0 }), news({}))).toBe(false);
    expect(sameJob(news({ tags: { seenAt: 1, values: { a: '1' } } }), news({ tags: { seenAt: 1, values: {} } }))).toBe(
      false,
    );
  });

  test('a job that was only seen again, unless it had been thought lost', () => {
    const tags = (seenAt: number) => ({ seenAt, values: { user: 'ada' } });
    const known = news({ tags: tags(1_000) });
    expect(onlySeenAgain(known, merge(known, news({ seenAt: 2_000, tags: tags(2_000) })))).toBe(true);
    expect(onlySeenAgain(known, merge(known, news({ status: 'STARTING', seenAt: 2_000 })))).toBe(false);
    const lost = { ...known, lostAt: 1_500 };
    expect(onlySeenAgain(lost, merge(lost, news({ seenAt: 2_000 })))).toBe(false);
  });
});

test('two jobs can’t become one', () => {
  expect(() => merge(news({}), news({ id: 'another' }))).toThrow(`Job ${ID} can't be merged with job another.`);
});
