/**
 * Takes jobs of a file into the history as news of the past: merged with what is known, never announced, and packed as it
 * goes, so that a long import never leaves a long live index behind.
 *
 * DynamoDB's BatchWriteItem can't be conditional, and would put an older state over a newer one. So jobs are read in
 * batches, and each that the file tells something new of is written by one conditional put, as an event's is (`ingest`).
 */
import { isDone, type Job } from '../../jobs/job';
import { merge } from '../../jobs/merge';
import { ingest, seenToByCaller } from '../ingest';
import type { JobItems, StoredJob } from '../jobs';
import type { PackReport } from '../packing/pack';
import type { FileEntry } from './readJobs';

export interface ImportReport {
  /** Jobs of the file that were not known, that changed what was known, and that told nothing. */
  added: number;
  changed: number;
  unchanged: number;
  /** Those of `added` and `changed` that had not ended, and were not heard of for so long that they count as lost. */
  lost: number;
  /** Jobs that ended longer ago than the history is kept. */
  forgotten: number;
  bad: number;
  /** False when it was stopped before the end of the file. */
  complete: boolean;
}

export interface ImportOptions {
  now: () => number;
  /** Tells what would happen, and writes nothing. */
  isDryRun: boolean;
  isStopped: () => boolean;
  onProgress: (report: Readonly<ImportReport>) => void;
  onBad: (line: number, problem: string) => void;
  /** Called once for each field that means nothing here. */
  onIgnored: (field: string, line: number) => void;
  /** Moves finished jobs from the live index into segments, until too few are left. */
  pack: () => Promise<PackReport>;
  /** Every job is taken in, and the last ones are packed now. */
  onPacking: () => void;
}

/** BatchGetItem reads so many (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html). */
const JOBS_PER_READ = 100;
const READS_AT_ONCE = 4;
const WRITES_PER_READ = 16;
/** Every worker keeps the live index in its memory: it is packed before it grows by more than this. */
const JOBS_PER_PACK = 16_384;
/**
 * A file tells of a running job as of when it was written. A bot that is at work hears of every running job within
 * minutes, so that one not heard of for a day runs nowhere that it knows; if it does, the next sweep tells so.
 */
const LOST_AFTER_MS = 24 * 3_600_000;

type Told = { line: number; job: Job };

export async function importJobs(
  entries: AsyncIterable<FileEntry>,
  jobs: JobItems,
  options: ImportOptions,
): Promise<ImportReport> {
  const report: ImportReport = { added: 0, changed: 0, unchanged: 0, lost: 0, forgotten: 0, bad: 0, complete: false };
  const ignored = new Set<string>();
  const target: JobItems = options.isDryRun ? { ...jobs, put: async () => true } : jobs;
  const packing = options.isDryRun ? undefined : packAsItGoes(options.pack);

  function bad(line: number, problem: string): void {
    report.bad++;
    options.onBad(line, problem);
  }

  async function takeIn({ line, job }: Told, known: StoredJob | undefined): Promise<void> {
    const news = lostIfOld(job, options.now());
    try {
      const { before, changed } = await ingest(target, news, options.now, known ?? 'new', seenToByCaller);
      if (!changed) {
        report[before === undefined ? 'forgotten' : 'unchanged']++;
        return;
      }
      report[before === undefined ? 'added' : 'changed']++;
      if (news.lostAt !== undefined && job.lostAt === undefined) report.lost++;
      if (isDone(job)) packing?.count();
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      bad(line, 'the job is larger than the 400 KB of a DynamoDB item');
    }
  }

  async function takeBatch(batch: readonly Told[]): Promise<void> {
    const known = new Map(
      (await jobs.getMany(batch.map(({ job }) => job.id))).map((stored) => [stored.job.id, stored]),
    );
    const rest = batch.values();
    await Promise.all(
      Array.from({ length: WRITES_PER_READ }, async () => {
        for (const told of rest) await takeIn(told, known.get(told.job.id));
      }),
    );
    await packing?.whenDue();
    options.onProgress(report);
  }

  /** A job that comes twice in a batch is merged here: writing both at once would set them racing. */
  async function* batches(): AsyncGenerator<Told[]> {
    let batch = new Map<string, Told>();
    for await (const entry of entries) {
      if (options.isStopped()) return;
      if ('problem' in entry) {
        bad(entry.line, entry.problem);
        continue;
      }
      for (const field of entry.ignored) {
        if (ignored.has(field)) continue;
        ignored.add(field);
        options.onIgnored(field, entry.line);
      }
      const { line, job } = entry;
      const twin = batch.get(job.id);
      batch.set(job.id, twin === undefined ? { line, job } : { line: twin.line, job: merge(twin.job, job) });
      if (twin !== undefined) report.unchanged++;
      if (batch.size < JOBS_PER_READ) continue;
      yield [...batch.values()];
      batch = new Map();
    }
    if (batch.size > 0) yield [...batch.values()];
    report.complete = true;
  }

  const shared = batches();
  const workers = Array.from({ length: READS_AT_ONCE }, async () => {
    for await (const batch of shared) await takeBatch(batch);
  });
  // All come to rest before an error is told.
  const ends = await Promise.allSettled(workers);
  await packing?.rest();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  if (report.complete && report.added + report.changed > 0 && packing !== undefined) {
    options.onPacking();
    await options.pack();
  }
  options.onProgress(report);
  return report;
}

/** The same answer whenever it is asked, so that a second import changes nothing. */
function lostIfOld(job: Job, now: number): Job {
  const isOld = !isDone(job) && job.lostAt === undefined && now - job.seenAt > LOST_AFTER_MS;
  return isOld ? { ...job, lostAt: job.seenAt + 1 } : job;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html: a ValidationException, told apart by its text. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationException' && /item size/i.test(error.message);

/** One packing at a time beside the writing; writing waits when it is a whole segment ahead. */
function packAsItGoes(pack: () => Promise<PackReport>) {
  let due = 0;
  let underWay: Promise<unknown> = Promise.resolve();
  let failure: { error: unknown } | undefined;
  const rest = async (): Promise<void> => {
    await underWay;
    if (failure !== undefined) throw failure.error;
  };
  return {
    count: () => {
      due++;
    },
    async whenDue(): Promise<void> {
      if (due < JOBS_PER_PACK) return;
      due = 0;
      const before = underWay;
      underWay = before.then(pack).catch((error: unknown) => {
        failure ??= { error };
      });
      await before;
      if (failure !== undefined) throw failure.error;
    },
    rest,
  };
}
