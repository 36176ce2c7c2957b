/** The attempts of a job, and which of what Batch says belongs to its present run: during a retry some of it is old. */
import type { JobDetail } from './batchShapes';
import { type Attempt, type BatchStatus, type ContainerRun, isDone, type Job } from './job';

type Outcome = { exitCode?: number | undefined; reason?: string | undefined; logStreamName?: string | undefined };
type Named = Outcome & { name?: string | undefined; essential?: boolean | undefined };
type Placement = { taskArn?: string | undefined; containerInstanceArn?: string | undefined };
type Task = Placement & { containers?: Named[] | undefined };
type Run = {
  [K in keyof Pick<
    Job,
    | 'statusReason'
    | 'containerReason'
    | 'exitCode'
    | 'startedAt'
    | 'stoppedAt'
    | 'logStream'
    | 'taskArn'
    | 'containerInstanceArn'
    | 'containers'
    | 'pod'
    | 'podNode'
  >]: Job[K] | undefined;
};

/** The attempts that have ended, oldest first. */
export function readAttempts(read: JobDetail, status: BatchStatus): Attempt[] {
  const ofPods = (read.eksAttempts ?? [])
    // A pod that still runs is the present attempt.
    .filter((attempt) => isDone({ status }) || attempt.stoppedAt !== undefined)
    .map(({ containers, podName, podNamespace, nodeName, ...ran }) =>
      present({ ...ran, ...ofPod(containers, podName, nodeName, podNamespace) }),
    );
  if (ofPods.length > 0) return ofPods;
  return (read.attempts ?? []).map(({ container, taskProperties, ...ran }) =>
    present({
      ...ran,
      ...(taskProperties?.length ? ofTasks(withEssentials(taskProperties, read)) : remains(container)),
    }),
  );
}

/** Attempts tell their containers' names, and only the job itself which of them are essential. */
function withEssentials(tasks: Task[], { ecsProperties }: JobDetail): Task[] {
  const known = (ecsProperties?.taskProperties ?? []).flatMap(({ containers }) => containers ?? []);
  const essential = new Map(known.map((container) => [container.name, container.essential]));
  return tasks.map((task) => ({
    ...task,
    containers: task.containers?.map((container) => ({ ...container, essential: essential.get(container.name) })),
  }));
}

/** The state's own fields: of the run that goes on now, or of the last one when the job has ended. */
export function presentRun(read: JobDetail, status: BatchStatus, attempts: Attempt[]): Partial<Run> {
  const now = runningContainer(read);
  const last = attempts.at(-1);
  if (isDone({ status })) {
    const fallback = last && isOfAnother(now, last) ? {} : now;
    const run = { ...fallback, ...last };
    return {
      ...run,
      // Where the last attempt tells nothing of its end, the newest that does is the best account there is.
      containerReason: run.containerReason ?? (tellsEnd(run, read) ? undefined : newestReason(attempts)),
      statusReason: read.statusReason ?? last?.statusReason,
      startedAt: last?.startedAt ?? unlessOf(attempts.slice(0, -1), read.startedAt),
      stoppedAt: read.stoppedAt ?? last?.stoppedAt,
    };
  }
  const started = status === 'STARTING' || status === 'RUNNING';
  const fresh = started && (attempts.length === 0 || isNew(now, attempts));
  return {
    ...(fresh ? { ...now, exitCode: undefined } : {}),
    statusReason: read.statusReason,
    startedAt: status === 'RUNNING' ? unlessOf(attempts, read.startedAt) : undefined,
  };
}

const tellsEnd = (run: Partial<Run>, { statusReason }: JobDetail): boolean =>
  run.exitCode !== undefined || (statusReason ?? run.statusReason) !== undefined;

function newestReason(attempts: Attempt[]): string | undefined {
  const told = attempts.findLast(
    ({ containerReason, statusReason }) => (containerReason ?? statusReason) !== undefined,
  );
  return told?.containerReason ?? told?.statusReason;
}

/** What Batch keeps at the top for the present, or the last, container. */
function runningContainer(read: JobDetail): Partial<Run> {
  const pod = read.eksProperties?.podProperties;
  if (pod?.containers?.length) return ofPod(pod.containers, pod.podName, pod.nodeName, pod.metadata?.namespace);
  const tasks = read.ecsProperties?.taskProperties;
  return tasks?.length ? ofTasks(tasks) : remains(read.container);
}

function ofTasks(tasks: Task[] | undefined): Partial<Run> {
  const containers = (tasks ?? []).flatMap((task) => task.containers ?? []);
  return remains({
    ...decisive(containers),
    taskArn: tasks?.[0]?.taskArn,
    containerInstanceArn: tasks?.[0]?.containerInstanceArn,
    containers: containers.length > 1 ? containers.map(toRun) : undefined,
  });
}

function ofPod(
  containers: Named[] | undefined,
  name: string | undefined,
  node: string | undefined,
  namespace: string | undefined,
): Partial<Run> {
  return remains({
    ...decisive(containers),
    containers: containers?.length ? containers.map(toRun) : undefined,
    pod: name === undefined || namespace === undefined ? name : `${namespace}/${name}`,
    podNode: node,
  });
}

const toRun = ({ name, exitCode, reason, logStreamName }: Named): ContainerRun =>
  present({ name, exitCode, reason, logStream: logStreamName });

const failed = ({ exitCode }: Outcome): boolean => exitCode !== undefined && exitCode !== 0;
const tells = ({ reason }: Outcome): boolean => reason !== undefined;

/**
 * Of several containers the one that tells most of how it went: an essential one, since another's end is not the job's,
 * unless no essential one came to run, as when a container that they wait for has failed.
 */
function decisive<T extends Named>(containers: T[] = []): T | undefined {
  const essential = containers.filter((container) => container.essential !== false);
  return (
    essential.find(failed) ??
    essential.find(tells) ??
    essential.find(({ exitCode }) => exitCode !== undefined) ??
    containers.find(failed) ??
    containers.find(tells) ??
    essential[0] ??
    containers[0]
  );
}

function remains(
  container: (Outcome & Placement & Partial<Pick<Run, 'containers' | 'pod' | 'podNode'>>) | undefined,
): Partial<Run> {
  return present({
    exitCode: container?.exitCode,
    containerReason: container?.reason,
    logStream: container?.logStreamName,
    taskArn: container?.taskArn,
    containerInstanceArn: container?.containerInstanceArn,
    containers: container?.containers,
    pod: container?.pod,
    podNode: container?.podNode,
  });
}

/** A pod's own name, which an attempt may tell with its namespace and the job without. */
const podName = (pod: string | undefined): string | undefined => pod?.split('/').at(-1);

/** Told by its ECS task or pod, or by its log stream where there is none, that no attempt had before. */
function isNew(run: Partial<Run>, attempts: Attempt[]): boolean {
  if (run.pod !== undefined) return attempts.every(({ pod }) => podName(pod) !== podName(run.pod));
  if (run.taskArn !== undefined) return attempts.every((attempt) => attempt.taskArn !== run.taskArn);
  return run.logStream !== undefined && attempts.every((attempt) => attempt.logStream !== run.logStream);
}

function isOfAnother(run: Partial<Run>, attempt: Attempt): boolean {
  if (run.pod !== undefined && attempt.pod !== undefined) return podName(run.pod) !== podName(attempt.pod);
  return run.taskArn !== undefined && attempt.taskArn !== undefined && run.taskArn !== attempt.taskArn;
}

/** The job's own `startedAt`, unless it is still that of an earlier attempt. */
function unlessOf(attempts: Attempt[], startedAt: number | undefined): number | undefined {
  return attempts.some((attempt) => attempt.startedAt === startedAt) ? undefined : startedAt;
}

function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
