/** The world on disk, so that it survives a restart. */
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JobDefinition, JobQueueDetail } from '@aws-sdk/client-batch';
import type { SavedLogs } from './logs/groups';
import type { SavedQueue } from './sqs/queue';
import type { Host } from './world/hosts';
import { type JobSpec, parentIdOf, type SimJob } from './world/simJob';
import { addJob, type Environment, type World } from './world/world';

/** Raised when an older file can no longer be read; such a file is left alone and a new world begins. */
const VERSION = 1;

export interface Birth {
  bornAt: number;
  seed: number;
  pastJobs: number;
}

export interface SavedWorld extends Birth {
  version: number;
  /** Children leave their specification to their parent. */
  jobs: (Omit<SimJob, 'spec'> & { spec?: JobSpec })[];
  definitions: JobDefinition[];
  queues: JobQueueDetail[];
  environments: Environment['detail'][];
  hosts: Host[];
  logs: SavedLogs;
  sqs: SavedQueue[];
}

export function readState(file: string | undefined): SavedWorld | undefined {
  if (file === undefined) return undefined;
  try {
    const saved = JSON.parse(readFileSync(file, 'utf8')) as SavedWorld;
    return saved.version === VERSION ? saved : undefined;
  } catch {
    return undefined;
  }
}

export function savedWorld(world: World, birth: Birth, others: Pick<SavedWorld, 'logs' | 'sqs'>): SavedWorld {
  return {
    version: VERSION,
    ...birth,
    jobs: [...world.jobs.values()].map((job) => {
      if (parentIdOf(job.id) === undefined) return job;
      const { spec: _, ...rest } = job;
      return rest;
    }),
    definitions: [...world.definitions.values()],
    queues: [...world.queues.values()],
    environments: [...world.environments.values()].map(({ detail }) => detail),
    hosts: [...world.hosts.values()],
    ...others,
  };
}

export function loadJobs(world: World, saved: SavedWorld): void {
  for (const environment of saved.environments) {
    world.environments.set(environment.computeEnvironmentName ?? '', { detail: environment, usedVcpus: 0 });
  }
  for (const host of saved.hosts) world.hosts.set(host.instanceId, host);
  // A parent comes before its children, since it was there before them.
  for (const job of saved.jobs) {
    const spec = job.spec ?? world.jobs.get(parentIdOf(job.id) ?? '')?.spec;
    if (spec) addJob(world, { ...job, spec });
  }
}

/** Writes beside the file and renames, so that a crash leaves the old state whole. One write at a time. */
export function stateWriter(file: string | undefined): (state: () => SavedWorld) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (state) => {
    if (file === undefined) return Promise.resolve();
    last = last.then(async () => {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(`${file}.new`, JSON.stringify(state()));
      await rename(`${file}.new`, file);
    });
    return last;
  };
}
