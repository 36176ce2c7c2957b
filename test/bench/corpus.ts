/** Jobs for the search benchmark: from a file of one job a line, or made here with the naming habits of pipelines. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { JobMetrics, PackableJob } from '../../src/history/segments';

/** A job as a corpus file tells it; times in ms. */
export interface CorpusJob {
  id: string;
  name: string;
  queue: string;
  /** `name:revision`. */
  def: string;
  image?: string;
  status: string;
  reason?: string | null;
  exit?: number | null;
  created: number;
  runnable?: number | null;
  starting?: number | null;
  started?: number | null;
  stopped?: number | null;
  itype?: string | null;
  arch?: string | null;
  az?: string | null;
  vcpus?: number;
  mem?: number;
  array?: { size?: number; index?: number } | null;
  attempts?: number;
  user?: string;
  command?: string[];
  tags?: Record<string, string>;
}

export interface PlacedJob {
  job: PackableJob;
  placement: JobMetrics;
}

const given = <T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

export function placedJob(corpus: CorpusJob): PlacedJob {
  const { user, array } = corpus;
  const values = { ...corpus.tags, ...(user === undefined ? {} : { user }) };
  const seenAt = corpus.stopped ?? corpus.created;
  return {
    job: {
      id: corpus.id,
      status: corpus.status === 'FAILED' ? 'FAILED' : 'SUCCEEDED',
      seenAt,
      createdAt: corpus.created,
      ...given({
        name: corpus.name,
        queue: corpus.queue,
        definition: corpus.def,
        image: corpus.image,
        command: corpus.command,
        statusReason: corpus.reason,
        exitCode: corpus.exit,
        startedAt: corpus.started,
        stoppedAt: corpus.stopped,
        vcpus: corpus.vcpus,
        memoryMiB: corpus.mem,
        arraySize: array?.size,
        arrayIndex: array?.index,
      }),
      ...(Object.keys(values).length === 0 ? {} : { tags: { seenAt, values } }),
    },
    placement: given({
      runnableAt: corpus.runnable,
      startingAt: corpus.starting,
      instanceType: corpus.itype,
      availabilityZone: corpus.az,
      architecture: corpus.arch,
      attempts: corpus.attempts,
    }),
  };
}

export async function* corpusFile(path: string): AsyncGenerator<CorpusJob> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (line.trim() !== '') yield JSON.parse(line) as CorpusJob;
  }
}
