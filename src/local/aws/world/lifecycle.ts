/** A job's way from SUBMITTED to its end, step by step; each step plans the next one. */
import { randomUUID } from 'node:crypto';
import { closeArray, openArray, openDelay } from './arrays';
import { comeToEnd, runAttempt, stopAttempt, timeOut } from './attempts';
import { dependencyState, watchDependencies } from './dependencies';
import { endWhenIdle } from './hosts';
import { place, placeIn, reportBlocked, seekCapacity } from './placement';
import { DEPENDENT_FAILED, timeLimited } from './reasons';
import { isOver, type JobSpec, noChildren, type SimJob, type Step } from './simJob';
import { finish, setStatus } from './status';
import { withdrawn } from './stopping';
import { addJob, listUnder, pause, plan, planAt, type World } from './world';

/** A new job, SUBMITTED; Batch sends no event for that. */
export function submit(world: World, spec: JobSpec): SimJob {
  const job: SimJob = {
    id: randomUUID(),
    spec,
    status: 'SUBMITTED',
    createdAt: world.now(),
    attempts: [],
    ...(spec.arraySize !== undefined && {
      array: { counts: noChildren(), countedAt: world.now(), opened: false },
    }),
  };
  addJob(world, job);
  watchDependencies(world, job);
  plan(world, job, 'leaveSubmitted', job.array ? openDelay(world) : pause(world, 0.3, 1.2));
  return job;
}

function checkDependencies(world: World, job: SimJob): void {
  const state = dependencyState(world, job);
  if (state === 'waiting') {
    if (job.status === 'SUBMITTED') setStatus(world, job, 'PENDING');
  } else if (job.stopReason !== undefined) {
    withdrawn(world, job);
  } else if (state === 'failed') {
    finish(world, job, 'FAILED', DEPENDENT_FAILED);
  } else if (job.array) {
    openArray(world, job);
  } else {
    setStatus(world, job, 'RUNNABLE');
    plan(world, job, 'seekCapacity', pause(world, 1.5, 5));
  }
}

export function perform(world: World, job: SimJob, step: Step): void {
  if (isOver(job)) return;
  const environment = job.current?.environment;
  switch (step) {
    case 'leaveSubmitted':
    case 'checkDependencies':
      checkDependencies(world, job);
      break;
    case 'seekCapacity':
      seekCapacity(world, job);
      break;
    case 'reportBlocked':
      reportBlocked(world, job);
      break;
    case 'timeLimit':
      finish(world, job, 'FAILED', timeLimited(job.statusReason ?? ''));
      break;
    case 'run':
      runAttempt(world, job);
      break;
    case 'end':
      comeToEnd(world, job);
      break;
    case 'timeOut':
      timeOut(world, job);
      break;
    case 'stop':
      if (job.current) stopAttempt(world, job);
      else withdrawn(world, job);
      break;
    case 'closeArray':
      closeArray(world, job);
      break;
  }
  if (environment !== undefined && !job.current) placeIn(world, environment);
}

/** Goes on where the saved world stopped: what each job was to do next, who waits for capacity, which hosts are in use. */
export function resume(world: World): void {
  for (const job of world.jobs.values()) {
    if (isOver(job)) continue;
    watchDependencies(world, job);
    if (job.next) planAt(world, job, job.next.step, job.next.at);
    else if (job.status === 'RUNNABLE' && job.statusReason === undefined)
      listUnder(world.waiting, job.spec.queue).push(job);
    if (!job.current) continue;
    const environment = world.environments.get(job.current.environment);
    if (environment) environment.usedVcpus += job.spec.vcpus;
  }
  for (const host of world.hosts.values())
    if (host.tasks === 0 && host.terminatedAt === undefined) endWhenIdle(world, host);
  for (const queue of world.waiting.keys()) place(world, queue);
}
