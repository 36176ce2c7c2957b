/** Real payloads of AWS Batch, of every kind of job and of every age, read as jobs. */
import { causeOf } from '../../src/jobs/causes';
import { jobFromDetail, jobFromSummary, MalformedJobError, parseBatchEvent } from '../../src/jobs/fromBatch';
import { jobSchema } from '../../src/jobs/job';
import { payload, payloadJobs, payloadText } from './payload';

const NOW = 1_800_000_000_000;
const detail = (name: string, index = 0) => jobFromDetail(payloadJobs(name)[index], NOW);

describe('events', () => {
  test('RUNNABLE, of the user guide', () => {
    const event = parseBatchEvent(payload('batch-event-runnable-docs.json'));
    const time = Date.parse('2022-01-11T23:36:40Z');
    expect(event).toEqual({
      time,
      type: 'Batch Job State Change',
      region: 'us-east-1',
      account: '123456789012',
      job: {
        id: '4c7599ae-0a82-49aa-ba5a-4727fcce14a8',
        arn: 'arn:aws:batch:us-east-1:123456789012:job/4c7599ae-0a82-49aa-ba5a-4727fcce14a8',
        name: 'event-test',
        queue: 'PexjEHappyPathCanary2JobQueue',
        definition: 'first-run-job-definition:1',
        image: '137112412989.dkr.ecr.us-east-1.amazonaws.com/amazonlinux:latest',
        command: ['sleep', '600'],
        createdAt: 1_641_944_200_058,
        vcpus: 2,
        memoryMiB: 256,
        maxAttempts: 2,
        status: 'RUNNABLE',
        endedAttempts: 0,
        seenAt: time,
        whole: true,
        attempts: [],
        entered: { '1.RUNNABLE': time },
        // Batch's own `resourceArn` is no tag of anybody.
        tags: { seenAt: time, values: {} },
      },
    });
  });

  test('a blocked queue: the job at its head, which did not become RUNNABLE only now', () => {
    const event = parseBatchEvent(payload('batch-event-job-queue-blocked-docs.json'));
    expect(event).toMatchObject({
      type: 'Batch Job Queue Blocked',
      queueArn: 'arn:aws:batch:us-east-1:123456789012:job-queue/PexjEHappyPathCanary2JobQueue',
      job: { status: 'RUNNABLE', statusReason: '{{blocked-reason}}', entered: {} },
    });
    expect(event?.job).not.toHaveProperty('tags');
  });

  test('SUCCEEDED of 2017, with vcpus and memory, without an ARN or tags', () => {
    const event = parseBatchEvent(payload('batch-event-succeeded-2017-masked-account.json'));
    expect(event).toMatchObject({
      region: 'us-west-2',
      account: '************',
      job: {
        id: 'fddb88dd-33f0-478b-933e-27799c94d1b0',
        queue: 'mybatchjob',
        definition: 'mybatchjob:3',
        status: 'SUCCEEDED',
        vcpus: 1,
        memoryMiB: 512,
        exitCode: 0,
        maxAttempts: 1,
        startedAt: 1_509_078_455_720,
        stoppedAt: 1_509_078_493_270,
        logStream: 'mybatchjob/default/xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxx',
        endedAttempts: 1,
        attempts: [{ exitCode: 0, startedAt: 1_509_078_455_720, stoppedAt: 1_509_078_493_270 }],
        entered: {},
      },
    });
    for (const field of ['arn', 'tags', 'platform', 'statusReason ', 'dependsOn', 'gpus'])
      expect(event?.job).not.toHaveProperty(field);
  });

  test('SUCCEEDED of Nextflow, alone and as the body of an SQS record', () => {
    const { Records } = payload('batch-event-succeeded-inside-sqs-record.json') as { Records: { body: string }[] };
    const inside = parseBatchEvent(Records[0]?.body);
    const alone = parseBatchEvent(payloadText('batch-event-succeeded-nextflow-parameters-json-string.json'));
    for (const event of [inside, alone])
      expect(event).toMatchObject({
        region: 'ap-southeast-2',
        job: {
          id: 'bbbBB8ce-b82d-4235-a878-72735337110e',
          name: 'oncoanalyser__wgs__SBJ99999__L9999991__L9999992__20230911wgsaaaaa',
          queue: 'nextflow-pipeline',
          platform: 'EC2',
          vcpus: 2,
          memoryMiB: 15_000,
          exitCode: 0,
          statusReason: 'Essential container in task exited',
          endedAttempts: 1,
        },
      });
  });

  test('the sparse end of an array child is a fragment, and says so', () => {
    const { detail: sparse } = payload('batch-event-array-child-failed-minimal.json') as { detail: unknown };
    expect(jobFromDetail(sparse, NOW)).toEqual({
      id: 'batch-parent:1',
      arrayIndex: 1,
      status: 'FAILED',
      statusReason: 'container exited',
      seenAt: NOW,
      whole: false,
      attempts: [],
      entered: {},
    });
  });

  test('one without time or job id is refused', () => {
    const sparse = payload('batch-event-detail-only-running.json') as object;
    expect(() => parseBatchEvent(sparse)).toThrow(MalformedJobError);
    expect(() => parseBatchEvent(sparse)).toThrow(/^This Batch event has a bad "time"/);
    expect(() => parseBatchEvent({ ...sparse, time: '2024-01-01T00:00:00Z' })).toThrow(
      'This is not a job of AWS Batch: it has no "jobId".',
    );
  });
});

describe('DescribeJobs', () => {
  test('SUBMITTED in 2016', () => {
    expect(detail('batch-api-describe-jobs-docs.json')).toEqual({
      id: 'bcf0b186-a532-4122-842e-2ccab8d54efb',
      name: 'example',
      queue: 'HighPriority',
      definition: 'sleep60:1',
      image: 'busybox',
      command: ['sleep', '60'],
      createdAt: 1_480_483_387_803,
      vcpus: 1,
      memoryMiB: 128,
      status: 'SUBMITTED',
      endedAttempts: 0,
      seenAt: NOW,
      whole: true,
      attempts: [],
      entered: {},
    });
  });

  test('array children, each with its index, none with a size', () => {
    const children = payloadJobs('batch-api-describe-jobs-array-children.json').map((job) => jobFromDetail(job, NOW));
    expect(children.length).toBeGreaterThan(1);
    for (const child of children) {
      expect(child.id).toBe(`e570d7be-dde4-4c3f-93b6-4bf09a0f2d37:${child.arrayIndex}`);
      for (const field of ['arraySize', 'children', 'gpus']) expect(child).not.toHaveProperty(field);
    }
    expect(children[0]).toMatchObject({
      arrayIndex: 1,
      status: 'SUCCEEDED',
      vcpus: 1,
      memoryMiB: 3_000,
      timeoutSeconds: 3_600,
      logStream: 'test_run_pdtqnnunzs_2025_05_27__03_32/default/4f1bf298b20642199195b4efee9d329e',
      startedAt: 1_748_306_353_170,
      tags: { seenAt: NOW, values: {} },
    });
  });

  test('a multi-node job that runs', () => {
    const job = detail('batch-api-describe-jobs-multinode-parent-running.json');
    expect(job).toMatchObject({
      nodes: 2,
      status: 'RUNNING',
      image: '1234567890.dkr.ecr.us-west-2.amazonaws.com/foo/bar',
      command: ['bash', '-c', 'torchrun ...<omitted for test>...'],
      startedAt: 1_656_651_662_589,
      tags: { values: { 'torchx.pytorch.org/app-name': 'fairseq-train' } },
    });
    expect(job).not.toHaveProperty('stoppedAt');
  });

  test('a multi-node job that succeeded', () => {
    expect(detail('batch-api-describe-jobs-multinode-succeeded.json')).toMatchObject({
      ...{ nodes: 2, queue: 'testqueue', definition: 'job-def', vcpus: 1, memoryMiB: 1_000, exitCode: 0 },
      ...{ logStream: 'log_stream', logDriver: 'awslogs', image: 'ghcr.io/pytorch/torchx:0.1.2dev0' },
      command: ['echo', 'your name'],
    });
  });

  test('a blocked job that asks for a GPU', () => {
    const job = detail('batch-api-describe-jobs-runnable-blocked-gpu.json');
    expect(job).toMatchObject({ status: 'RUNNABLE', vcpus: 4, memoryMiB: 16_000, gpus: 1 });
    expect(job.statusReason).toMatch(/^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - /);
    expect(job).not.toHaveProperty('command');
  });

  test('three attempts that are told by their reasons alone', () => {
    const [sparse] = payload('batch-api-describe-jobs-oom-attempts-only.json') as object[];
    expect(() => jobFromDetail(sparse, NOW)).toThrow(
      'Job 8e76ecf5-99a0-43a1-9b97-8e6616b90983 comes without a status.',
    );
    const oom = 'OutOfMemoryError: Container killed due to memory usage';
    expect(jobFromDetail({ ...sparse, status: 'FAILED' }, NOW)).toMatchObject({
      containerReason: oom,
      attempts: [{ containerReason: oom }, { containerReason: 'Something else' }, { containerReason: oom }],
    });
  });

  test('a last attempt that tells nothing leaves the word to the one before', () => {
    const [{ attempts, ...sparse }] = payload('batch-api-describe-jobs-oom-attempts-only.json') as [
      { attempts: object[] },
    ];
    const read = (last: object, more = {}) =>
      jobFromDetail({ ...sparse, ...more, status: 'FAILED', attempts: [...attempts, last] }, NOW);
    expect(causeOf(read({}))?.key).toBe('outOfMemory');
    expect(causeOf(read({ container: {} }))?.key).toBe('outOfMemory');
    for (const told of [read({ container: { exitCode: 3 } }), read({}, { statusReason: 'Host EC2 (i-0) terminated.' })])
      expect(told).not.toHaveProperty('containerReason');
  });

  test('an EKS job: exit code and reason are those of its pod’s container', () => {
    const fragment = payload('batch-api-eks-attempts-fragment.json') as object;
    expect(jobFromDetail({ ...fragment, jobId: 'a', status: 'SUCCEEDED' }, NOW)).toMatchObject({
      platform: 'EKS',
      exitCode: 0,
      containerReason: 'Completed',
      startedAt: 1_676_581_976_000,
      stoppedAt: 1_676_582_036_000,
      attempts: [{ exitCode: 0, stoppedAt: 1_676_582_036_000 }],
    });
  });

  test('an array’s parent: its size, and how its children stand', () => {
    const fragment = payload('batch-api-array-properties-parent-fragment.json') as object;
    const job = jobFromDetail({ ...fragment, jobId: 'a', status: 'PENDING' }, NOW);
    expect(job).toMatchObject({ arraySize: 100, children: { countedAt: NOW } });
    expect(job.children?.counts).toMatchObject({ RUNNING: 1, SUCCEEDED: 99, FAILED: 0 });
    expect(job).not.toHaveProperty('arrayIndex');
  });
});

describe('ListJobs', () => {
  test('a multi-node job', () => {
    const [summary] = payloadJobs('batch-api-list-jobs-multinode.json');
    expect(jobFromSummary(summary, 'arn:aws:batch:us-east-1:761163492645:job-queue/gpu', NOW)).toEqual({
      id: '7b78f42f-fab7-4746-abb8-be761b858ddb',
      arn: 'arn:aws:batch:us-east-1:761163492645:job/7b78f42f-fab7-4746-abb8-be761b858ddb',
      name: 'fairseq-train-wzt5p7p5j3tbqd',
      queue: 'gpu',
      definition: 'fairseq-train-foo:1',
      createdAt: 1_656_651_215_531,
      nodes: 2,
      status: 'RUNNING',
      seenAt: NOW,
      whole: false,
      attempts: [],
      entered: {},
    });
  });

  test('a blocked job without a definition, from no queue that we know', () => {
    const [summary] = payloadJobs('batch-api-list-jobs-runnable-misconfiguration.json');
    const job = jobFromSummary(summary, undefined, NOW);
    expect(job).toMatchObject({ name: 'test-trainer', status: 'RUNNABLE', createdAt: 1_761_182_376_803 });
    expect(job.statusReason).toMatch(/^MISCONFIGURATION/);
    for (const field of ['queue', 'definition', 'endedAttempts']) expect(job).not.toHaveProperty(field);
  });

  test('one without a status tells too little', () => {
    const [summary] = payloadJobs('batch-api-list-jobs-minimal-docs.json');
    expect(() => jobFromSummary(summary, 'q', NOW)).toThrow(
      'Job e66ff5fd-a1ff-4640-b1a2-0b0a142f49bb comes without a status.',
    );
  });
});

test('every job read from a payload can be stored and read again', () => {
  const files = ['docs', 'array-children', 'multinode-parent-running', 'multinode-succeeded', 'runnable-blocked-gpu'];
  for (const job of files.flatMap((file) => payloadJobs(`batch-api-describe-jobs-${file}.json`))) {
    const read = jobFromDetail(job, NOW);
    expect(jobSchema.parse(JSON.parse(JSON.stringify(read)))).toEqual(read);
  }
});
