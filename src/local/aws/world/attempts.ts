/** One run of a job's container, from its place on a host to its end. */
import { randomBytes } from 'node:crypto';
import { type Ending, endingOf } from '../script';
import { taskChanged } from './events';
import { clusterOf, hostFor, isFargate, occupy, privateIp, vacate, ZONES } from './hosts';
import {
  CONTAINER_NOT_STARTED,
  EXITED,
  hostLost,
  OUT_OF_MEMORY,
  pullFailed,
  SPOT_TASK_LOST,
  START_FAILED,
  TIMED_OUT,
} from './reasons';
import { retries } from './retry';
import type { Attempt, SimJob } from './simJob';
import { finish, setStatus } from './status';
import { addTask, pause, plan, planAt, type World } from './world';

const hangs = ({ kind }: Ending): boolean => kind === 'hang' || kind === 'undying';

/** A hanging job's log tells this long a story, and then falls silent. */
const HANG_STORY_SECONDS = 40;

/** STARTING: the job has its vCPUs, and a host of its own if that host is going to be reclaimed. */
export function startAttempt(world: World, job: SimJob, environmentName: string, ending: Ending): void {
  const environment = world.environments.get(environmentName);
  if (environment) environment.usedVcpus += job.spec.vcpus;
  const host = isFargate(world, environmentName)
    ? undefined
    : hostFor(world, environmentName, job.spec, ending.kind === 'spot');
  if (host) occupy(host, job.spec);
  const { runSeconds } = job.spec.script;
  const attempt: Attempt = {
    taskId: randomBytes(16).toString('hex'),
    cluster: clusterOf(world, environmentName),
    environment: environmentName,
    availabilityZone: host?.availabilityZone ?? world.random.pick(ZONES),
    ...(host
      ? { instanceId: host.instanceId, containerInstanceId: host.containerInstanceId }
      : { privateIp: privateIp(world) }),
    createdAt: world.now(),
    storySeconds: hangs(ending) ? HANG_STORY_SECONDS : (runSeconds ?? world.random.between(20, 90)),
  };
  job.current = attempt;
  addTask(world, job, attempt);
  setStatus(world, job, 'STARTING');
  if (ending.kind !== 'starting') plan(world, job, 'run', pause(world, 2, 5));
}

const presentEnding = (job: SimJob): Ending => endingOf(job.spec.script, job.attempts.length + 1, job.index);

/** RUNNING, unless the image cannot be pulled or the container not be started. */
export function runAttempt(world: World, job: SimJob): void {
  const attempt = job.current;
  if (!attempt) return;
  const ending = presentEnding(job);
  if (ending.kind === 'pull' || ending.kind === 'start') {
    const usual = ending.kind === 'pull' ? pullFailed(job.spec.container?.image ?? 'image') : CONTAINER_NOT_STARTED;
    const reason = job.spec.script.reason ?? usual;
    endAttempt(world, job, { statusReason: START_FAILED, reason });
    return;
  }
  const now = world.now();
  attempt.startedAt = now;
  attempt.endsAt = now + (attempt.storySeconds * 1000) / world.speed;
  job.startedAt = now;
  setStatus(world, job, 'RUNNING');
  taskChanged(world, job, attempt);
  const { timeoutSeconds } = job.spec;
  const timeOutAt =
    timeoutSeconds === undefined ? Number.POSITIVE_INFINITY : now + (timeoutSeconds * 1000) / world.speed;
  const endAt = hangs(ending) ? Number.POSITIVE_INFINITY : attempt.endsAt;
  if (timeOutAt < endAt) planAt(world, job, 'timeOut', timeOutAt);
  else if (endAt !== Number.POSITIVE_INFINITY) planAt(world, job, 'end', endAt);
}

/** The container ends by itself, or is killed by its kernel or with its host. */
export function comeToEnd(world: World, job: SimJob): void {
  const ending = presentEnding(job);
  if (ending.kind === 'oom') endAttempt(world, job, { statusReason: EXITED, exitCode: 137, reason: OUT_OF_MEMORY });
  else if (ending.kind === 'exit') endAttempt(world, job, { statusReason: EXITED, exitCode: ending.code });
  else if (ending.kind === 'spot') {
    const { instanceId } = job.current ?? {};
    endAttempt(world, job, { statusReason: instanceId === undefined ? SPOT_TASK_LOST : hostLost(instanceId) });
  } else endAttempt(world, job, { statusReason: EXITED, exitCode: 0 });
}

/** Batch sends SIGTERM, and SIGKILL 30 s later; no retry follows (user guide, *Job timeouts*). */
export function timeOut(world: World, job: SimJob): void {
  endAttempt(world, job, { statusReason: TIMED_OUT, exitCode: 137 }, false);
}

/** TerminateJob's reason becomes the status reason; a terminated job is not retried. */
export function stopAttempt(world: World, job: SimJob): void {
  const started = job.current?.startedAt !== undefined;
  endAttempt(world, job, { statusReason: job.stopReason ?? 'Terminated', ...(started && { exitCode: 143 }) }, false);
}

function endAttempt(
  world: World,
  job: SimJob,
  how: { statusReason: string; exitCode?: number; reason?: string },
  mayRetry = true,
): void {
  const attempt = job.current;
  if (!attempt) return;
  attempt.stoppedAt = world.now();
  Object.assign(attempt, how);
  taskChanged(world, job, attempt);
  job.attempts.push(attempt);
  delete job.current;
  const environment = world.environments.get(attempt.environment);
  if (environment) environment.usedVcpus -= job.spec.vcpus;
  const reclaimed = how.statusReason.startsWith('Host EC2');
  if (attempt.instanceId !== undefined) vacate(world, attempt.instanceId, job.spec, reclaimed);

  if (how.exitCode === 0) finish(world, job, 'SUCCEEDED', how.statusReason);
  else if (mayRetry && retries(job.spec.retry, job.attempts.length, attempt)) {
    delete job.startedAt;
    setStatus(world, job, 'RUNNABLE');
    plan(world, job, 'seekCapacity', pause(world, 2, 5));
  } else finish(world, job, 'FAILED', how.statusReason);
}
