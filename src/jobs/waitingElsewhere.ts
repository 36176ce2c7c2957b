/** Which other queue could take a job that can't go on in its own. */
import { environmentHealth, queueHealth } from './capacity';
import { fitsNone } from './instanceSizes';
import type { Job } from './job';
import { askedVcpus, type Environment, type Queue } from './waiting';

const isFargate = ({ type }: Environment): boolean => type?.startsWith('FARGATE') ?? false;
const isSpot = ({ type }: Environment): boolean => type === 'SPOT' || type === 'FARGATE_SPOT';

/** Whether Spot could have taken its instance or withheld it: some environment of its queue is Spot. */
export const runsOnSpot = (queue: Queue): boolean => queue.environments.some(isSpot);

function takes(queue: Queue, job: Job, wantsFargate: boolean): boolean {
  if (queueHealth(queue).kind !== 'well' || queue.isFairShare) return false;
  return queue.environments.some(
    (environment) =>
      environmentHealth(environment).kind === 'well' &&
      isFargate(environment) === wantsFargate &&
      !isSpot(environment) &&
      (askedVcpus(job) ?? 0) <= (environment.maxvCpus ?? Number.POSITIVE_INFINITY) &&
      fitsNone(environment.instanceTypes, job) === undefined,
  );
}

const alike = (one: string, other: string): number => {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
};

/**
 * A healthy on-demand queue that is big enough, of the name most like its own; undefined where there is none. A fair-share
 * queue is left out: a job needs a share identifier there.
 */
export function elsewhere(job: Job, own: string, queues: readonly Queue[]): Queue | undefined {
  const wantsFargate =
    job.platform === 'FARGATE' || (queues.find(({ name }) => name === own)?.environments.some(isFargate) ?? false);
  const [best] = queues
    .filter((queue) => queue.name !== own && takes(queue, job, wantsFargate))
    .sort((a, b) => alike(b.name, own) - alike(a.name, own) || a.name.localeCompare(b.name));
  // A queue of another team is not ours to offer: some of the name must be the same.
  return best !== undefined && alike(best.name, own) >= 3 ? best : undefined;
}
