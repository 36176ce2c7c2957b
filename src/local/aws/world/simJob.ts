/** A job inside the local world: what was asked of it, what has become of it, and what will happen to it next. */
import type {
  ContainerDetail,
  EcsProperties,
  EksProperties,
  JobDependency,
  JobStatus,
  NodeProperties,
  PlatformCapability,
  RetryStrategy,
} from '@aws-sdk/client-batch';
import type { Script } from '../script';

/** What SubmitJob and the definition settled; an array's children share their parent's. */
export interface JobSpec {
  name: string;
  queue: string;
  /** `name:revision` */
  definition: string;
  container?: ContainerDetail;
  nodes?: NodeProperties;
  ecs?: EcsProperties;
  eks?: EksProperties;
  retry?: RetryStrategy;
  timeoutSeconds?: number;
  dependsOn: JobDependency[];
  parameters: Record<string, string>;
  tags: Record<string, string>;
  propagateTags: boolean;
  platform: PlatformCapability[];
  shareIdentifier?: string;
  schedulingPriority?: number;
  arraySize?: number;
  vcpus: number;
  memoryMiB: number;
  gpus: number;
  script: Script;
}

/** One run of the container, from STARTING on. */
export interface Attempt {
  taskId: string;
  cluster: string;
  environment: string;
  availabilityZone: string;
  /** Absent on Fargate. */
  instanceId?: string;
  containerInstanceId?: string;
  privateIp?: string;
  createdAt: number;
  startedAt?: number;
  stoppedAt?: number;
  exitCode?: number;
  reason?: string;
  statusReason?: string;
  /** How long the log's story is, in the script's own seconds. */
  storySeconds: number;
  /** When the attempt would end by itself; the log's lines are spread up to here. */
  endsAt?: number;
}

/** What a job does next when its time has come. */
export type Step =
  | 'leaveSubmitted'
  | 'checkDependencies'
  | 'seekCapacity'
  | 'reportBlocked'
  | 'timeLimit'
  | 'run'
  | 'end'
  | 'timeOut'
  | 'stop'
  | 'closeArray';

export interface SimJob {
  id: string;
  spec: JobSpec;
  status: JobStatus;
  statusReason?: string;
  createdAt: number;
  startedAt?: number;
  stoppedAt?: number;
  /** Ended attempts. */
  attempts: Attempt[];
  /** The present attempt, in STARTING and RUNNING. */
  current?: Attempt;
  /** On an array's parent. */
  array?: { counts: Record<JobStatus, number>; countedAt: number; opened: boolean };
  /** On an array's child. */
  index?: number;
  cancelled?: boolean;
  terminated?: boolean;
  stopReason?: string;
  next?: { step: Step; at: number };
}

export const isOver = (job: Pick<SimJob, 'status'>): boolean => job.status === 'SUCCEEDED' || job.status === 'FAILED';

export const noChildren = (): Record<JobStatus, number> => ({
  SUBMITTED: 0,
  PENDING: 0,
  RUNNABLE: 0,
  STARTING: 0,
  RUNNING: 0,
  SUCCEEDED: 0,
  FAILED: 0,
});

export const parentIdOf = (id: string): string | undefined => {
  const colon = id.indexOf(':');
  return colon < 0 ? undefined : id.slice(0, colon);
};

/** The attempt that a job's `container` shows: the present one, or the last once the job is over. */
export const shownAttempt = (job: SimJob): Attempt | undefined =>
  job.current ?? (isOver(job) ? job.attempts.at(-1) : undefined);
