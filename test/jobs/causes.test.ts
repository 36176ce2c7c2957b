/** Why a job failed or waits, as people are told it. */
import fc from 'fast-check';
import { CAUSES, type Cause, causeOf, type Explained, exitMeaning, tellCauses } from '../../src/jobs/causes';
import { jobFromDetail } from '../../src/jobs/fromBatch';
import { payloadJobs, payloadText } from './payload';

const failed = (fields: Partial<Explained>): Explained => ({ status: 'FAILED', ...fields });
const keyOf = (fields: Partial<Explained>): string | undefined => causeOf(failed(fields))?.key;
const EXITED = 'Essential container in task exited';
const OOM = 'OutOfMemoryError: Container killed due to memory usage';

/** In the order of the lines of the file. */
const OBSERVED: [beginning: string, key: string][] = [
  [EXITED, 'unknown'],
  ['Host EC2 (instance i-04b17daec78ef4a0b) terminated.', 'hostTerminated'],
  ['Host EC2 (instance i-0282b396e52b4c95d) terminated', 'hostTerminated'],
  ['Host EC2 (instance i-06aab15feb4568492) stopped.', 'hostTerminated'],
  ['Task failed to start', 'startFailed'],
  ['OutOfMemoryError: Container', 'outOfMemory'],
  ['OutOfMemoryError: container', 'outOfMemory'],
  ['CannotInspectContainerError', 'dockerTimeout'],
  ['CannotPullContainerError', 'imageNotFound'],
  ['Job attempt duration exceeded timeout', 'timeout'],
  ['Array Child Job failed', 'arrayChildFailed'],
  ['JobQueue deleted', 'queueDeleted'],
  ['MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT', 'resourceRequirement'],
  ['UNDETERMINED', 'undetermined'],
  ['CLIENT_ERROR', 'misconfiguration'],
  ['ECS was unable to assume the role', 'role'],
  ['Task failed ELB health checks', 'unknown'],
  ['Error executing request', 'quota'],
];
const lines = payloadText('batch-status-reasons-observed.txt').trim().split('\n');

const isToldWell = (cause: Cause | undefined) => {
  expect(cause?.headline).toMatch(/^\S.{2,50}$/);
  expect(cause?.sentence).toMatch(/^[A-Z“].{10,}/s);
  if (cause?.key !== 'terminated' && cause?.key !== 'cancelledFromSlack')
    expect(cause?.nextStep).toMatch(/^[A-Z].+\.$/);
};

describe('every reason that was seen', () => {
  test('is in the table', () => expect(lines).toHaveLength(OBSERVED.length));

  test.each(OBSERVED.map(([beginning, key], n) => [lines[n] ?? '', beginning, key]))('%s', (line, beginning, key) => {
    expect(line).toContain(beginning);
    for (const fields of [{ statusReason: line }, { statusReason: EXITED, containerReason: line }]) {
      const cause = causeOf(failed(fields));
      expect(cause?.key).toBe(key);
      isToldWell(cause);
    }
  });
});

describe('every row of the table', () => {
  const NOTHING_TO_DO = new Set(['cancelledFromSlack', 'terminated']);
  const rows = CAUSES.map((row, n) => [`${n} ${row.key}`, row] as const);

  test.each(rows)('%s is the first to fit its own example, and tells it well', (_name, row) => {
    const cause = causeOf(failed(row.example));
    expect(cause?.key).toBe(row.key);
    isToldWell(cause);
    if (!NOTHING_TO_DO.has(row.key)) expect(cause?.nextStep).not.toBe('');
    expect(`${cause?.sentence} ${cause?.headline}`).not.toMatch(/undefined|NaN|\[object/);
  });

  test('is in the README’s table once', () => {
    const told = tellCauses().map(({ headline }) => headline);
    expect(new Set(told).size).toBe(told.length);
    expect(told).toHaveLength(new Set(CAUSES.map(({ key }) => key)).size);
  });
});

/** As AWS, Docker and Kubernetes write them; the source stands with the row that each must reach. */
const WRITTEN: [key: string, reason: string][] = [
  ['outOfMemory', 'OOMKilled'],
  ['outOfMemory', 'OutOfMemoryError: Container killed due to memory usage'],
  ['timeout', 'DeadlineExceeded'],
  ['spotInterrupted', 'Your Spot Task was interrupted.'],
  ['hostTerminated', 'Host EC2 (instance i-0282b396e52b4c95d) terminated'],
  [
    'diskFull',
    'CannotPullContainerError: failed to register layer: write /usr/local/lib/libopenblasp-r0.3.10.so: no space left on device',
  ],
  [
    'diskFull',
    'CannotCreateContainerError: Error response from daemon: mkdir /var/lib/docker/overlay2: no space left on device',
  ],
  [
    'imageRateLimit',
    'CannotPullContainerError: Error response from daemon: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit',
  ],
  ['imageRateLimit', 'CannotPullContainerError: Error response from daemon: toomanyrequests: Rate exceeded'],
  ['imagePlatform', 'CannotPullContainerError: no matching manifest for linux/arm64/v8 in the manifest list entries'],
  [
    'imagePlatform',
    "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/arm64'.",
  ],
  [
    'imageAccess',
    'CannotPullContainerError: Error response from daemon: pull access denied for align, repository does not exist or may require ‘docker login’',
  ],
  [
    'imageAccess',
    'CannotPullECRContainerError: AccessDeniedException: User: arn:aws:sts::1:assumed-role/x is not authorized to perform: ecr:GetAuthorizationToken',
  ],
  [
    'imageAccess',
    'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref x: pulling from host x failed with status code [manifests latest]: 403 Forbidden',
  ],
  [
    'imageNotFound',
    'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/library/align:9: docker.io/library/align:9: not found',
  ],
  ['imageNotFound', 'InvalidImageName'],
  [
    'imageUnreachable',
    'CannotPullContainerError: Error response from daemon: Get https://1.dkr.ecr.us-east-1.amazonaws.com/v2/: net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
  ],
  ['imageUnreachable', 'CannotPullContainerError: context canceled'],
  ['imagePull', 'ImagePullBackOff'],
  ['imagePull', 'CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy'],
  [
    'noRoute',
    'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 5 time(s): RequestCanceled: request context canceled caused by: context deadline exceeded',
  ],
  ['noRoute', 'ResourceInitializationError: failed to validate logger args: : signal: killed'],
  [
    'noRoute',
    'CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: RequestError: send request failed caused by: Post https://logs.us-east-2.amazonaws.com/: dial tcp 10.20.10.16:443: i/o timeout',
  ],
  [
    'logDriver',
    'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: User: arn:aws:sts::1:assumed-role/x',
  ],
  [
    'logDriver',
    'CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log group: AccessDeniedException',
  ],
  [
    'secret',
    'Fetching secret data from AWS Secrets Manager in region us-east-1: secret arn:aws:secretsmanager:us-east-1:1:secret:x: ResourceNotFoundException: Secrets Manager can’t find the specified secret.',
  ],
  [
    'secret',
    'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException',
  ],
  [
    'volume',
    'ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve "fs-1.efs.us-east-1.amazonaws.com"',
  ],
  ['networkInterface', 'Timeout waiting for network interface provisioning to complete.'],
  ['networkInterface', 'Timeout waiting for EphemeralStorage provisioning to complete.'],
  [
    'gpuDriver',
    'CannotStartContainerError: Error response from daemon: could not select device driver "nvidia" with capabilities: [[gpu]]',
  ],
  ['role', 'ECS was unable to assume the role arn:aws:iam::1:role/x that was provided for this task.'],
  ['dockerTimeout', 'DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s'],
  ['dockerTimeout', 'ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m'],
  [
    'commandNotInImage',
    'CannotStartContainerError: Error response from daemon: OCI runtime create failed: container_linux.go:348: starting container process caused "exec: \\"/tmp/script.sh\\": stat /tmp/script.sh: no such file or directory": unknown',
  ],
  [
    'commandNotAllowed',
    'CannotStartContainerError: Error response from daemon: OCI runtime create failed: exec: "/run.sh": permission denied: unknown',
  ],
  ['startFailed', 'CannotStartContainerError: failed to get container status'],
  ['dependencyFailed', 'Dependent Job failed'],
  ['arrayChildFailed', 'Array Child Job failed'],
  ['queueDeleted', 'JobQueue deleted'],
  ['quota', 'CLIENT_ERROR - Max spot instance count exceeded: MaxSpotInstanceCountExceeded'],
  [
    'instanceConfiguration',
    'MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - Your compute environment associated with this job queue has an unsupported instance type configuration.',
  ],
  ['environmentInvalid', 'ACTION_REQUIRED - CE(s) associated with the job queue are invalid.'],
  ['stateTimeLimit', 'Terminated by JobStateTimeLimit action due to reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT'],
];
test.each(WRITTEN)('%s: %s', (key, reason) => {
  // Batch puts it in the status reason (Fargate) or beside "Task failed to start" (EC2).
  const both: Partial<Explained>[] = [
    { statusReason: reason },
    { statusReason: reason, containerReason: reason },
    ...(/^(?:Cannot|Docker|Fetching|Container)/.test(reason)
      ? [{ statusReason: 'Task failed to start', containerReason: reason }]
      : []),
  ];
  for (const fields of both) {
    expect(keyOf(fields)).toBe(key);
    isToldWell(causeOf(failed(fields)));
    // Somebody's request to end it came too late.
    if (key !== 'stateTimeLimit') expect(keyOf({ ...fields, exitCode: 137 })).toBe(key);
  }
});

describe('any reason at all', () => {
  const words = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.constantFrom(...WRITTEN.map(([, reason]) => reason)),
  );
  const job = fc.record(
    {
      statusReason: words,
      containerReason: words,
      exitCode: fc.integer({ min: 0, max: 255 }),
      terminated: fc.boolean(),
      cancelled: fc.boolean(),
      memoryMiB: fc.integer({ min: 4, max: 4_000_000 }),
      timeoutSeconds: fc.integer({ min: 60, max: 1_000_000 }),
      image: words,
      dependsOn: fc.array(fc.uuid(), { maxLength: 20 }),
    },
    { requiredKeys: [] },
  );

  test('gives a failed job one cause with words, and the same job the same cause', () => {
    fc.assert(
      fc.property(job, (fields) => {
        const cause = causeOf(failed(fields as Partial<Explained>));
        expect(cause?.headline.length).toBeGreaterThan(0);
        expect(cause?.sentence.length).toBeGreaterThan(0);
        expect(cause?.sentence).not.toMatch(/\bundefined\b.*\bundefined\b|NaN/);
        expect(cause).toEqual(causeOf(failed({ ...fields } as Partial<Explained>)));
      }),
    );
  });

  test('never makes a succeeded job one that failed', () => {
    fc.assert(
      fc.property(job, (fields) => {
        expect(causeOf({ ...(fields as Partial<Explained>), status: 'SUCCEEDED' })).toBeUndefined();
      }),
    );
  });
});

describe('two failures have the same cause', () => {
  const identity = (fields: Partial<Explained>) => causeOf(failed(fields))?.identity;
  test('whatever instance, image or memory they name', () => {
    expect(identity({ statusReason: 'Host EC2 (instance i-04b17daec78ef4a0b) terminated.' })).toBe(
      identity({ statusReason: 'Host EC2 (instance i-0282b396e52b4c95d) terminated' }),
    );
    expect(identity({ containerReason: OOM, memoryMiB: 1 })).toBe(identity({ containerReason: OOM, memoryMiB: 2 }));
    expect(identity({ statusReason: 'Odd thing 17 in 8d3e5f0a-1111-4222-8333-444455556666' })).toBe(
      identity({ statusReason: 'Odd thing 18 in 9d3e5f0a-1111-4222-8333-444455556666' }),
    );
  });
  test('but not two exit codes, nor two odd things', () => {
    expect(identity({ exitCode: 3 })).not.toBe(identity({ exitCode: 4 }));
    expect(identity({ exitCode: 134 })).not.toBe(identity({ exitCode: 139 }));
    expect(identity({ statusReason: 'Odd thing' })).not.toBe(identity({ statusReason: 'Other thing' }));
  });
});

describe('a remedy', () => {
  const remedy = (fields: Partial<Explained>) => causeOf(failed(fields))?.remedy;
  test('is twice the memory, twice the time, or the same again, as words of a command', () => {
    expect(remedy({ containerReason: OOM, memoryMiB: 8_192 })).toEqual({
      ...{ verb: 'retry', label: 'Retry with 16 GiB', words: 'memory:16384' },
    });
    expect(remedy({ exitCode: 137, memoryMiB: 512 })?.words).toBe('memory:1024');
    expect(remedy({ statusReason: 'Job attempt duration exceeded timeout', timeoutSeconds: 3_600 })).toEqual({
      ...{ verb: 'retry', label: 'Retry with 2 h', words: 'timeout:7200' },
    });
    expect(remedy({ statusReason: 'Your Spot Task was interrupted.' })?.words).toBe('');
  });
  test('is not there where nobody knows what to double, or where the same again would fail again', () => {
    expect(remedy({ containerReason: OOM })).toBeUndefined();
    expect(remedy({ statusReason: 'Job attempt duration exceeded timeout' })).toBeUndefined();
    expect(remedy({ exitCode: 127 })).toBeUndefined();
    expect(remedy({ statusReason: 'JobQueue deleted' })).toBeUndefined();
  });
});

test('a blocked job is told why it waits, a job that is well is not', () => {
  const blocked = payloadJobs('batch-api-describe-jobs-runnable-blocked-gpu.json').map((job) => jobFromDetail(job, 1));
  expect(blocked.map((job) => causeOf(job)?.key)).toEqual(['resourceRequirement']);
  expect(causeOf({ status: 'RUNNING' })).toBeUndefined();
  expect(causeOf({ status: 'RUNNING', statusReason: 'what nobody knows' })).toBeUndefined();
  expect(causeOf({ status: 'SUCCEEDED', statusReason: OOM })).toBeUndefined();
});

describe('the first cause that fits', () => {
  const ours = 'cancelled from Slack by ada (op 01J)';
  test.each<[string, Partial<Explained>, string]>([
    [
      'ours beats anything',
      { statusReason: ours, containerReason: OOM, exitCode: 137, terminated: true },
      'cancelledFromSlack',
    ],
    [
      'the queue’s limit beats what blocked it',
      {
        statusReason: 'Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
        cancelled: true,
      },
      'stateTimeLimit',
    ],
    ['memory beats exit 137', { statusReason: EXITED, containerReason: OOM, exitCode: 137 }, 'outOfMemory'],
    ['a timeout beats exit 137', { statusReason: 'Job attempt duration exceeded timeout', exitCode: 137 }, 'timeout'],
    [
      'a lost host beats its exit code',
      { statusReason: 'Host EC2 (instance i-04b17daec78ef4a0b) terminated.', exitCode: 1 },
      'hostTerminated',
    ],
    [
      'an image beats a start that failed',
      { statusReason: 'Task failed to start', containerReason: 'CannotPullContainerError: not found' },
      'imageNotFound',
    ],
    [
      'a role beats a start that failed',
      { statusReason: 'Task failed to start', containerReason: 'ECS was unable to assume the role x' },
      'role',
    ],
    ['a request beats an exit code', { statusReason: 'no more', terminated: true, exitCode: 143 }, 'terminated'],
    ['a request without words', { terminated: true, exitCode: 137 }, 'terminated'],
    [
      'Batch’s own end beats a request that came too late',
      { statusReason: EXITED, containerReason: OOM, terminated: true },
      'outOfMemory',
    ],
    ['exit 127', { statusReason: EXITED, exitCode: 127 }, 'commandNotFound'],
    ['exit 137 alone', { statusReason: EXITED, exitCode: 137 }, 'killed'],
    ['another exit code', { statusReason: EXITED, exitCode: 3 }, 'commandFailed'],
    ['a dependency', { statusReason: 'Dependent Job failed' }, 'dependencyFailed'],
    ['no capacity', { statusReason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - none' }, 'noCapacity'],
    [
      'more than the maximum',
      { statusReason: 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - no' },
      'maxResource',
    ],
    ['another misconfiguration', { statusReason: 'MISCONFIGURATION:WHATEVER_COMES_NEXT - no' }, 'misconfiguration'],
    ['nothing known', {}, 'unknown'],
    ['success of the container, failure of the job', { exitCode: 0 }, 'unknown'],
  ])('%s', (_what, fields, key) => {
    const cause = causeOf(failed(fields));
    expect(cause?.key).toBe(key);
    isToldWell(cause);
  });
});

describe('what somebody typed when they stopped a job', () => {
  const typed = [
    'hit our timeout, cancelled',
    'timeout',
    'timeout exceeded, terminated by hand',
    'waiting for: timeout',
    'out of memory again, see #42',
    'OutOfMemoryError was fixed in 1.2',
    'the dependency failed anyway',
    'Host EC2 was wrong, terminated',
    'job dependency changed',
    'over quota exceeded last month',
    'retry of CannotPullContainerError',
    'my_reason',
  ];
  test.each(typed)('%s', (statusReason) => {
    expect(causeOf(failed({ statusReason, terminated: true, exitCode: 143 }))).toMatchObject({
      ...{ key: 'terminated', headline: 'terminated on request', nextStep: '' },
      sentence: `Somebody terminated it: “${statusReason}”.`,
    });
    expect(causeOf(failed({ statusReason, cancelled: true }))?.headline).toBe('cancelled on request');
  });

  test.each(['Terminated by ada: timeout', 'Killed by bo, out of memory', 'User terminated', 'Canceled by cy'])(
    '%s, where Batch doesn’t say that it was asked',
    (statusReason) => expect(keyOf({ statusReason, exitCode: 137 })).toBe('terminated'),
  );

  test.each(typed)('%s is no timeout, whatever Batch says of it', (statusReason) => {
    expect(keyOf({ statusReason, exitCode: 143 })).not.toBe('timeout');
    expect(keyOf({ statusReason, terminated: true })).not.toBe('timeout');
  });
});

test('sentences tell what is known', () => {
  const sentence = (fields: Partial<Explained>) => causeOf(failed(fields))?.sentence;
  expect(sentence({ containerReason: OOM, exitCode: 137, memoryMiB: 2_048 })).toBe(
    'Out of memory: killed at 2 GiB, exit 137.',
  );
  expect(sentence({ containerReason: OOM })).toBe('Out of memory: killed.');
  expect(sentence({ statusReason: 'Job attempt duration exceeded timeout', timeoutSeconds: 60 })).toContain('of 1 min');
  expect(sentence({ statusReason: 'Host EC2 (instance i-06aab15feb4568492) stopped.' })).toContain(
    'i-06aab15feb4568492',
  );
  expect(sentence({ containerReason: 'CannotPullContainerError: x', image: 'busybox:2' })).toContain('busybox:2');
  expect(sentence({ statusReason: 'Dependent Job failed', dependsOn: ['a', 'b'] })).toContain('one of 2');
  expect(sentence({ statusReason: 'CLIENT_ERROR - A group is missing' })).toBe(
    'Batch says that a setting is wrong: A group is missing.',
  );
  expect(sentence({ statusReason: 'MISCONFIGURATION:NEW_ONE' })).toContain('MISCONFIGURATION:NEW_ONE');
  expect(sentence({ statusReason: 'odd', containerReason: 'odder' })).toBe('It failed. AWS says: odd / odder.');
  expect(sentence({})).toBe('It failed, and AWS gave no reason.');
  expect(sentence({ statusReason: EXITED })).toBe('It failed. AWS says: Essential container in task exited.');
  expect(sentence({ statusReason: 'Went away!' })).toBe('It failed. AWS says: Went away!');
});

test('a cause that nobody knows has a headline that reads on after “failed:”', () => {
  const headline = (fields: Partial<Explained>) => causeOf(failed(fields))?.headline;
  expect(headline({})).toBe('no cause given');
  expect(headline({ statusReason: EXITED })).toBe('no cause given');
  expect(headline({ statusReason: 'Task failed ELB health checks.' })).toBe('Task failed ELB health checks');
  expect(headline({ statusReason: `${'long '.repeat(30)}` })).toMatch(/^long .{40,44}…$/);
});

test.each([
  [0, 'success'],
  [1, 'itself'],
  [137, 'SIGKILL'],
  [139, 'SIGSEGV'],
  [143, 'SIGTERM'],
  [193, 'own error code'],
  [160, 'ended by signal 32'],
  [255, 'own error code'],
])('exit %d', (code, words) => {
  expect(exitMeaning(code)).toContain(words);
});
