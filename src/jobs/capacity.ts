/** Whether a queue or a compute environment does its work, and if not, the plain reason and the next step. */

/** As much of a compute environment as its health needs; names and values are AWS's. */
export interface EnvironmentState {
  /** ENABLED or DISABLED. */
  state?: string | undefined;
  /** VALID, INVALID, CREATING, UPDATING, DELETING, DELETED. */
  status?: string | undefined;
  statusReason?: string | undefined;
}

export interface Health {
  /** `off`: somebody has switched it off; `changing`: AWS is at it. */
  kind: 'well' | 'ill' | 'off' | 'changing';
  /** `enabled`, `disabled`, `invalid`, `updating`, `blocked`. */
  word: string;
  /** What AWS says, where it says more than that all is well. */
  reason?: string | undefined;
  nextStep?: string | undefined;
}

/** Batch's own words for health: `ComputeEnvironment Healthy`, `JobQueue Healthy`. */
const UNTELLING = /^(?:\w+ )?healthy\.?$/i;

const told = (reason: string | undefined): string | undefined =>
  reason === undefined || reason.trim() === '' || UNTELLING.test(reason.trim()) ? undefined : reason.trim();

/**
 * What ails an INVALID environment, by words of its `statusReason`; the causes are those of the user guide's page
 * "INVALID compute environment" (https://docs.aws.amazon.com/batch/latest/userguide/invalid_compute_environment.html).
 */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /sts:AssumeRole|assume the (?:service )?role|serviceRole|trust relationship/i,
    'Check its service role: that it exists, and that its trust policy lets batch.amazonaws.com assume it.',
  ],
  [
    /instance ?profile|instanceRole|ecsInstanceRole/i,
    'Check its instance role: Batch wants the ARN of an instance profile that exists.',
  ],
  [/spot ?(?:iam)? ?fleet|spotIamFleetRole/i, 'Check its Spot fleet role: its ARN, and that it exists.'],
  [
    /launch template|launchTemplate/i,
    'Check its launch template: that it and the version exist, and that its network settings fit the environment’s.',
  ],
  [/security ?group|subnet|\bvpc\b/i, 'Check its subnets and security groups: that all exist and are of one VPC.'],
  [
    /\bami\b|image ?id|imageId/i,
    'Check its AMI: that it exists, is shared with this account and fits the instance types.',
  ],
  [
    /instance type|instanceType/i,
    'Check its instance types: each must be offered in the zones of its subnets, and fit the AMI’s architecture.',
  ],
  [/key ?pair/i, 'Check its key pair: it must exist in this region.'],
  [/limit|quota/i, 'Ask AWS for a higher quota, or lower maxvCpus.'],
  [/eks|kubernetes|namespace/i, 'Check its EKS cluster and namespace, and that Batch may use them.'],
  [/INTERNAL_ERROR/i, 'AWS has a fault of its own here; if it stays, disable and enable the environment.'],
];

/** What mends an INVALID environment, as far as its reason tells. */
const remedyOf = (reason: string | undefined): string =>
  REMEDIES.find(([words]) => words.test(reason ?? ''))?.[1] ??
  'Mend what the reason names, then update the environment; to delete it, disable it first.';

function changing(status: string): Health {
  return { kind: 'changing', word: status.toLowerCase() };
}

export function environmentHealth({ state, status, statusReason }: EnvironmentState): Health {
  const reason = told(statusReason);
  if (status === 'INVALID') return { kind: 'ill', word: 'invalid', reason, nextStep: remedyOf(reason) };
  if (status !== 'VALID') return { ...changing(status ?? 'unknown'), reason };
  if (state !== 'ENABLED')
    return { kind: 'off', word: 'disabled', reason, nextStep: 'Enable it to let it start jobs again.' };
  return { kind: 'well', word: 'enabled', reason };
}

export interface QueueState extends EnvironmentState {
  /** In the order in which Batch tries them. */
  environments: readonly (EnvironmentState & { name: string })[];
  /** Why its first waiting job can't be placed, if Batch has said so. */
  blocked?: { headline: string; nextStep: string } | undefined;
}

const SWITCHED_OFF = 'It takes no new jobs; those in it go on. Enable it to take jobs again.';

export function queueHealth({ state, status, statusReason, environments, blocked }: QueueState): Health {
  const reason = told(statusReason);
  if (status === 'INVALID')
    return {
      kind: 'ill',
      word: 'invalid',
      reason,
      nextStep: 'Mend what the reason names, or its compute environments.',
    };
  if (status !== 'VALID') return { ...changing(status ?? 'unknown'), reason };
  if (state !== 'ENABLED') return { kind: 'off', word: 'disabled', reason, nextStep: SWITCHED_OFF };
  const ill = environments.filter((environment) => environmentHealth(environment).kind !== 'well');
  if (environments.length > 0 && ill.length === environments.length)
    return {
      kind: 'ill',
      word: 'blocked',
      reason: `No job can start: ${ill.map((environment) => `${environment.name} is ${environmentHealth(environment).word}`).join(', ')}.`,
      nextStep: 'Mend or enable one of its compute environments.',
    };
  if (blocked !== undefined)
    return {
      kind: 'ill',
      word: 'blocked',
      reason: `Its first job waits: ${blocked.headline}.`,
      nextStep: blocked.nextStep,
    };
  return { kind: 'well', word: 'enabled', reason };
}
