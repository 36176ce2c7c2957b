/** Looks up where a job's attempt runs, or ran, as late news of the job: Batch tells the container instance, ECS its type and zone. */
import type { ContainerInstances } from '../aws/ecs';
import { errorFields } from '../errors';
import type { Job, Placement } from '../jobs/job';
import { attemptNumber } from '../jobs/lifecycle';
import type { Log } from '../log';
import { ingest } from './ingest';
import type { JobItems } from './jobs';

/** Hosts remembered in one process: each is asked for once, however many jobs it runs. */
const MOST_HOSTS = 5_000;

type Host = Omit<Placement, 'attempt'>;

/**
 * The agent's own attributes of a container instance
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html, "Built-in attributes").
 */
const ATTRIBUTES: Readonly<Record<string, keyof Host>> = {
  'ecs.instance-type': 'instanceType',
  'ecs.availability-zone': 'availabilityZone',
  'ecs.cpu-architecture': 'architecture',
};

export function jobPlaces(ecs: ContainerInstances, jobs: JobItems, now: () => number, log: Log) {
  const hosts = new Map<string, Promise<Host | undefined>>();

  async function lookUp(arn: string): Promise<Host | undefined> {
    const instance = await ecs.describe(arn);
    const told = (instance?.attributes ?? []).flatMap(({ name = '', value }) => {
      const field = ATTRIBUTES[name];
      return field === undefined || value === undefined ? [] : [[field, value] as const];
    });
    return told.length === 0 ? undefined : Object.fromEntries(told);
  }

  function hostOf(arn: string): Promise<Host | undefined> {
    const known = hosts.get(arn);
    if (known !== undefined) return known;
    if (hosts.size >= MOST_HOSTS) hosts.clear();
    const looking = lookUp(arn).catch((error: unknown) => {
      hosts.delete(arn);
      throw error;
    });
    hosts.set(arn, looking);
    return looking;
  }

  return {
    /** @returns the job with its place, if that could be found out; a job is worth telling of without it */
    async place(job: Job): Promise<Job> {
      const attempt = attemptNumber(job);
      const arn = job.containerInstanceArn;
      if (arn === undefined || job.placement?.attempt === attempt) return job;
      try {
        const host = await hostOf(arn);
        if (host === undefined) return job;
        return (await ingest(jobs, { ...job, placement: { attempt, ...host } }, now)).after;
      } catch (error) {
        log.warn("a job's host could not be looked up", { job: job.id, arn, ...errorFields(error) });
        return job;
      }
    },
  };
}
