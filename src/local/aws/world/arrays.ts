/** Array jobs: the parent stays PENDING while its children live, and ends when the last of them has ended. */

import { dependencyState, watchDependencies } from './dependencies';
import { jobChanged } from './events';
import { CHILD_FAILED, EXITED } from './reasons';
import { noChildren, type SimJob } from './simJob';
import { finish, setStatus } from './status';
import { addJob, pause, plan, type World } from './world';

/** Gives birth to the children; those that wait for nothing become RUNNABLE at once. */
export function openArray(world: World, parent: SimJob): void {
  if (!parent.array || parent.array.opened) return;
  const size = parent.spec.arraySize ?? 0;
  parent.array = { counts: { ...noChildren(), PENDING: size }, countedAt: world.now(), opened: true };
  if (parent.status !== 'PENDING') setStatus(world, parent, 'PENDING');
  for (let index = 0; index < size; index++) {
    const child: SimJob = {
      id: `${parent.id}:${index}`,
      spec: parent.spec,
      status: 'PENDING',
      createdAt: world.now(),
      attempts: [],
      index,
    };
    addJob(world, child);
    if (dependencyState(world, child) === 'met') {
      plan(world, child, 'checkDependencies', 0);
    } else {
      watchDependencies(world, child);
      jobChanged(world, child);
    }
  }
  // The counts are whole once every child exists: look again at the ones whose dependency has failed already.
  for (const child of world.families.get(parent.id) ?? []) {
    if (!child.next && dependencyState(world, child) === 'failed') plan(world, child, 'checkDependencies', 0);
  }
}

export function closeArray(world: World, parent: SimJob): void {
  const failed = (parent.array?.counts.FAILED ?? 0) > 0;
  if (failed) finish(world, parent, 'FAILED', parent.stopReason ?? CHILD_FAILED);
  else finish(world, parent, 'SUCCEEDED', EXITED);
}

/** Delay between an array's submission and its children. */
export const openDelay = (world: World): number => pause(world, 0.2, 0.6);
