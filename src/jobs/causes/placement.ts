/** Causes outside of the job: other jobs, its queue and definition, limits, and why Batch finds no place for it. */
import { ended, has, type Row, withoutCode } from './row';

export const OTHERS: readonly Row[] = [
  {
    // User guide, "Job dependencies": a dependency that fails takes its dependents from PENDING to FAILED.
    key: 'dependencyFailed',
    example: { statusReason: 'Dependent Job failed', dependsOn: ['8d3e5f0a-1111-4222-8333-444455556666'] },
    fits: has(/^Dependent Job failed/im),
    headline: 'a dependency failed',
    sentence: (job) =>
      `A job that it depends on failed${job.dependsOn === undefined || job.dependsOn.length < 2 ? '' : ` (one of ${job.dependsOn.length})`}, so it never started.`,
    nextStep: 'See why the job it depends on failed and run that one again, then this one.',
    evidence: ['dependencies'],
  },
  {
    // The file of observed reasons; user guide, "Array jobs".
    key: 'arrayChildFailed',
    example: { statusReason: 'Array Child Job failed', arraySize: 20 },
    fits: has(/^Array Child Job failed/im),
    headline: 'some children failed',
    sentence: () => 'Some of its children failed, which fails the array.',
    nextStep: 'Look at the failed children.',
    evidence: ['children'],
  },
  {
    // The file of observed reasons; API reference, DeleteJobQueue terminates all jobs of the queue.
    key: 'queueDeleted',
    example: { statusReason: 'JobQueue deleted' },
    fits: has(/^JobQueue deleted/im),
    headline: 'its queue was deleted',
    sentence: () => 'Its queue was deleted while it waited.',
    nextStep: 'Submit it to another queue.',
  },
  {
    // SubmitJob's own refusal of an INACTIVE revision, as workflow tools quote it in their jobs' reasons.
    key: 'definitionGone',
    example: { statusReason: 'Job definition align:7 is INACTIVE' },
    fits: has(
      /^(?:Unable to find )?job ?definition\b.*(?:not found|inactive|not active|not in ACTIVE|deregistered|does not exist)/im,
    ),
    headline: 'its definition was deregistered',
    sentence: () => 'Its job definition was deregistered or never existed.',
    nextStep: 'Register the definition again, and submit it with the new revision.',
  },
  {
    // The file of observed reasons ("Maximum number of jobs supported"); EC2's MaxSpotInstanceCountExceeded and VcpuLimitExceeded.
    key: 'quota',
    example: {
      statusReason: 'CLIENT_ERROR - VcpuLimitExceeded: You have requested more vCPU capacity than your current limit',
    },
    fits: has(/Maximum number of jobs supported|LimitExceeded|quota exceeded|MaxSpotInstanceCountExceeded/i),
    headline: 'an AWS limit was reached',
    sentence: () => 'A limit of the account was reached.',
    nextStep: 'Ask AWS for a higher quota, or run fewer at once.',
  },
];

/** What Batch says of the job at the head of a queue that can't go on (user guide, "Jobs stuck in a RUNNABLE status"). */
export const PLACEMENT: readonly Row[] = [
  {
    // User guide, "Jobs stuck in RUNNABLE due to capacity".
    key: 'noCapacity',
    example: {
      statusReason:
        'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for instance type [p3.2xlarge]',
    },
    fits: has(/^CAPACITY:/m),
    headline: 'no capacity',
    sentence: ({ statusReason = '' }) => {
      const [, types] = /instance type \[([^\]]+)\]/.exec(statusReason) ?? [];
      return types === undefined || types === 'instanceTypeName'
        ? 'EC2 has no instances of the types that its compute environment allows.'
        : `EC2 has no ${types} to give now, and its compute environment allows nothing else that it has.`;
    },
    nextStep: 'Allow more instance types or zones, or use an on-demand queue.',
    evidence: ['environments'],
  },
  {
    // User guide, "Jobs stuck in RUNNABLE due to misconfiguration".
    key: 'maxResource',
    example: {
      statusReason:
        'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the CPU requirement of the job.',
    },
    fits: has(/^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE/m),
    headline: 'asks for more than the environment’s maximum',
    sentence: () => 'It asks for more vCPUs than its compute environment’s maximum.',
    nextStep: 'Raise maxvCpus, or ask for less.',
    evidence: ['environments'],
  },
  {
    // The same page, and a DescribeJobs answer of a real GPU job (test/payloads).
    key: 'resourceRequirement',
    example: {
      statusReason:
        'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.',
    },
    fits: has(/^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT/m),
    headline: 'no instance type fits',
    sentence: () =>
      'No instance type of its queue’s compute environments has the vCPUs, memory or GPUs that it asks for.',
    nextStep: 'Ask for less, or add bigger instance types.',
    evidence: ['environments'],
  },
  {
    // The same page: types not offered in the zones, or a launch template that does not go with them.
    key: 'instanceConfiguration',
    example: {
      statusReason:
        'MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - Your compute environment associated with this job queue has an unsupported instance type configuration.',
    },
    fits: has(/^MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED/m),
    headline: 'instance types don’t go with zones or template',
    sentence: () =>
      'Its compute environment’s instance types are not offered in its zones, or don’t go with its launch template.',
    nextStep: 'Check the types against the region’s zones and the launch template, or use newer generations.',
    evidence: ['environments'],
  },
  {
    // The same page; AWS writes an en dash here.
    key: 'serviceRole',
    example: { statusReason: 'MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS – Batch service role has a permission issue.' },
    fits: has(/^MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS/m),
    headline: 'Batch’s service role lacks a permission',
    sentence: () => 'Batch’s service role lacks a permission that it needs to start instances.',
    nextStep: 'Use the service-linked role AWSServiceRoleForBatch, or give the role what AWSBatchServiceRole has.',
    evidence: ['environments'],
  },
  {
    // The same page: all compute environments of the queue are INVALID.
    key: 'environmentInvalid',
    example: { statusReason: 'ACTION_REQUIRED - CE(s) associated with the job queue are invalid.' },
    fits: has(/^ACTION_REQUIRED/m),
    headline: 'its compute environments are invalid',
    sentence: () => 'All compute environments of its queue are invalid.',
    nextStep: 'Mend what each environment’s own reason names.',
    evidence: ['environments'],
  },
  {
    // hashicorp/terraform-provider-aws#21281, aws/aws-cdk#6427: CLIENT_ERROR is what a compute environment says of itself.
    key: 'misconfiguration',
    example: { statusReason: 'CLIENT_ERROR - Launch Template UserData is not MIME multipart format' },
    fits: has(/^(?:MISCONFIGURATION:|CLIENT_ERROR)/m),
    headline: 'a setting is wrong',
    sentence: (job) => `Batch says that a setting is wrong: ${ended(withoutCode(job.statusReason ?? ''))}`,
    nextStep: 'Mend what the reason names.',
    evidence: ['environments'],
  },
  {
    // The beginnings that compute environments use beside CLIENT_ERROR (user guide, "INVALID compute environment").
    key: 'awsError',
    example: { statusReason: 'INTERNAL_ERROR - Internal service error' },
    fits: has(/^(?:INTERNAL|SERVER)_ERROR\b/m),
    headline: 'an error inside of AWS',
    sentence: (job) => `AWS had an error of its own: ${ended(withoutCode(job.statusReason ?? ''))}`,
    nextStep: 'Run it again; if it repeats, ask AWS support with the job’s id.',
  },
  {
    // User guide, "Jobs stuck in a RUNNABLE status", its last reason; apache/airflow#38298 (Spot without capacity).
    key: 'undetermined',
    example: { statusReason: 'UNDETERMINED - Batch job is blocked, root cause is undetermined.' },
    fits: has(/^UNDETERMINED/m),
    headline: 'blocked, Batch can’t say why',
    sentence: () => 'It is blocked, and Batch can’t tell why.',
    nextStep: 'Look at its compute environment’s instances and events.',
    evidence: ['environments'],
  },
];
