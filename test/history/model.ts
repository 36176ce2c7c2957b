/**
 * A history as anything may befall it (jobs, late news, packs that are cut off, two packers, rebuilds, retention), and the
 * plain rules over all that was told, which every search must agree with.
 */
import assert from 'node:assert/strict';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { ingest } from '../../src/history/ingest';
import { endedAt } from '../../src/history/jobItem';
import { jobItems, rowOf } from '../../src/history/jobs';
import { openPacker } from '../../src/history/packing/openPacker';
import { liveRows } from '../../src/history/searching/liveRows';
import { jobSearch, SEARCH_BUDGET, type SearchBudget } from '../../src/history/searching/search';
import { segmentItems } from '../../src/history/searching/segmentItems';
import { isDone, type Job } from '../../src/jobs/job';
import { searchRows } from '../../src/jobs/match';
import type { Query } from '../../src/jobs/query';
import type { Before } from './memoryTable';
import { anyFinishedJob, anyFinishedJobs, anyQuery } from './segments/anyJobs';

/** A table and clients of it, each of which may wait or die before a command. */
export interface Ground {
  table: string;
  /** With so many living rows a segment is full, and its words are listed. */
  fullRows?: number | undefined;
  client(before?: Before): DynamoDBDocumentClient;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

class Killed extends Error {}
const orDie = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
    return undefined;
  });

export interface WorkerOptions {
  /** It dies in place of the write after so many. */
  writesLeft?: number | undefined;
  /** Sees each command first. */
  before?: Before;
  /** Each command waits for its turn. */
  turn?: (() => Promise<void>) | undefined;
  /** Its clock, against that of the others. */
  aheadMs?: number;
  budget?: SearchBudget;
}

const LEASE_MS = 200_000;

export class History {
  /** All that was told and is not removed. */
  readonly known = new Map<string, Job>();
  readonly forgotten: Job[] = [];
  /** Jobs that ended before this are not kept. */
  forgottenBefore: number | undefined;
  readonly #ground: Ground;
  readonly #writer: ReturnType<History['worker']>;
  #clock = 1_000_000;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#writer = this.worker();
  }

  now = (): number => ++this.#clock;
  /** A dead packer's lease runs out. */
  wait(ms = LEASE_MS): void {
    this.#clock += ms;
  }

  /** Every worker has a memory of its own over the same table. */
  worker(options: WorkerOptions = {}) {
    const { writesLeft = Number.POSITIVE_INFINITY, turn, aheadMs = 0, budget = SEARCH_BUDGET } = options;
    let left = writesLeft;
    const before: Before = async (command, input) => {
      await turn?.();
      await options.before?.(command, input);
      if (/^(?:Put|Update|Delete)/.test(command) && left-- <= 0) throw new Killed();
    };
    const { table, fullRows } = this.#ground;
    const doc = this.#ground.client(before);
    const now = () => this.now() + aheadMs;
    const jobs = jobItems(doc, table, () => this.forgottenBefore);
    const items = segmentItems(doc, table);
    const packing = openPacker(doc, table, now, jobs, items, fullRows);
    const remainingMs = () => 600_000;
    return {
      jobs,
      items,
      search: jobSearch(jobs, liveRows(doc, table, now), items, now, budget),
      pack: (leastJobs = 1, mergeAt = 3) => orDie(packing.pack({ now, remainingMs, leastJobs, mergeAt })),
      rebuild: (leastJobs = 1) => orDie(packing.rebuild({ now, remainingMs, leastJobs, mergeAt: 3 })),
      /** How many writes it had left. */
      left: () => left,
    };
  }

  async tell(news: Job, writer = this.#writer): Promise<void> {
    const before = this.known.get(news.id);
    // Batch never changes when a job was created.
    const job = before?.createdAt === undefined ? news : { ...news, createdAt: before.createdAt };
    const { before: was, after, changed } = await ingest(writer.jobs, job, this.now);
    if (was !== undefined || changed) this.known.set(after.id, after);
  }

  /** A pack that went through to its end has removed what is too old. */
  forget(): void {
    const { forgottenBefore } = this;
    if (forgottenBefore === undefined) return;
    for (const job of this.known.values()) {
      if (!isDone(job) || endedAt(job) >= forgottenBefore) continue;
      this.known.delete(job.id);
      this.forgotten.push(job);
    }
  }

  async packWholly(): Promise<void> {
    this.wait();
    const report = await this.worker().pack();
    if (report?.complete !== true) throw new Error(`a pack was not complete: ${JSON.stringify(report)}`);
    this.forget();
  }

  /** A search, its next page, and the page before that one, are as the plain rules say. */
  async agree(searcher: ReturnType<History['worker']>, query: Query, limit = 3): Promise<void> {
    const rows = [...this.known.values()].map(rowOf);
    const compare = async (page: Parameters<typeof searchRows>[2]) => {
      const told = searchRows(rows, query, page);
      assert.deepEqual(plain(await searcher.search.search(query, page)), plain(told));
      return told;
    };
    const first = await compare({ limit });
    if (first.next === undefined) return;
    const second = await compare({ limit, after: first.next });
    if (second.previous !== undefined) await compare({ limit, before: second.previous });
  }
}

/** Lets several go on command by command, each time the one that is chosen, until each has ended; fails if one did. */
export async function interleave(
  choices: readonly number[],
  works: readonly ((turn: () => Promise<void>) => Promise<unknown>)[],
): Promise<void> {
  const waiting: (() => void)[] = [];
  const turn = () => new Promise<void>((resolve) => void waiting.push(resolve));
  let running = works.length;
  const all = Promise.allSettled(works.map((work) => work(turn).finally(() => running--)));
  for (let n = 0; running > 0; n++) {
    await new Promise((resolve) => setImmediate(resolve));
    waiting.splice((choices[n % choices.length] ?? 0) % Math.max(1, waiting.length), 1)[0]?.();
  }
  for (const ended of await all) if (ended.status === 'rejected') throw ended.reason;
}

const killedAfter = fc.option(fc.nat(40), { nil: undefined });
const choices = fc.array(fc.nat(5), { minLength: 1, maxLength: 40 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('jobs' as const), jobs: anyFinishedJobs(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('begins' as const), job: anyFinishedJob }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('late' as const),
      which: fc.nat(),
      reason: fc.string({ minLength: 1 }),
      createdAt: fc.integer({ min: 1, max: 40 }),
      isForgotten: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pack' as const), killedAfter }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rebuild' as const), killedAfter }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('at once' as const),
      choices,
      first: fc.constantFrom('pack' as const, 'rebuild' as const),
      killedAfter,
      isLeaseLost: fc.boolean(),
      late: fc.option(fc.nat(), { nil: undefined }),
      query: anyQuery,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('retention' as const),
      before: fc.integer({ min: 1, max: 40 }),
      killedAfter,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'an hour' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('search' as const),
      query: anyQuery,
      /** Of a job's id, with which the query's words begin. */
      prefix: fc.option(fc.record({ which: fc.nat(), length: fc.integer({ min: 8, max: 38 }) }), { nil: undefined }),
      limit: fc.integer({ min: 1, max: 5 }),
      isFresh: fc.boolean(),
    }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
export const anySteps = fc.array(step, { minLength: 4, maxLength: 16 });

/** Batch's ids are in lower case, and the table's keys know no other. */
const batchJob = (job: Job): Job => ({ ...job, id: job.id.toLowerCase() });
const lateNews = (job: Job, reason: string): Job => ({ ...job, statusReason: reason, seenAt: job.seenAt + 1 });

async function take(history: History, warm: ReturnType<History['worker']>, one: Step): Promise<void> {
  const pick = (which: number, from: Job[]): Job | undefined => from[which % Math.max(1, from.length)];
  switch (one.kind) {
    case 'jobs':
      for (const job of one.jobs) await history.tell(batchJob(job));
      return;
    case 'begins': {
      const { stoppedAt: _, exitCode: __, ...begun } = batchJob(one.job);
      return await history.tell({ ...begun, status: 'RUNNING' });
    }
    case 'late': {
      const job = pick(one.which, one.isForgotten ? history.forgotten : [...history.known.values()]);
      if (job === undefined) return;
      return await history.tell({ createdAt: one.createdAt, ...lateNews(job, one.reason) });
    }
    case 'pack':
    case 'rebuild':
      history.wait();
      await history.worker({ writesLeft: one.killedAfter })[one.kind]();
      if (history.forgottenBefore !== undefined) await history.packWholly();
      return;
    case 'retention':
      history.forgottenBefore = Math.max(history.forgottenBefore ?? 0, one.before);
      history.wait();
      await history.worker({ writesLeft: one.killedAfter }).pack();
      return await history.packWholly();
    case 'an hour':
      return history.wait(3_700_000);
    case 'at once': {
      history.wait();
      const late = one.late === undefined ? undefined : pick(one.late, [...history.known.values()]);
      const searching = late === undefined ? one.query : undefined;
      await interleave(one.choices, [
        (turn) => history.worker({ turn, writesLeft: one.killedAfter })[one.first](),
        (turn) => history.worker({ turn, aheadMs: one.isLeaseLost ? 2 * LEASE_MS : 0 }).pack(),
        async (turn) => {
          if (late !== undefined) await history.tell(lateNews(late, 'late'), history.worker({ turn }));
        },
        // Nothing is removed while it looks, and nothing told: its answer can't depend on who is packing.
        async (turn) => {
          if (searching !== undefined && history.forgottenBefore === undefined)
            await history.agree(history.worker({ turn }), searching);
        },
      ]);
      if (one.isLeaseLost) history.wait(2 * LEASE_MS);
      if (history.forgottenBefore !== undefined) await history.packWholly();
      return;
    }
    case 'search': {
      const { query, prefix, limit } = one;
      const id = prefix === undefined ? undefined : pick(prefix.which, [...history.known.values()])?.id;
      const words = id === undefined ? query.words : [id.slice(0, prefix?.length), ...query.words.slice(1)];
      return await history.agree(one.isFresh ? history.worker() : warm, { ...query, words }, limit);
    }
  }
}

/** Goes through all of it and looks at the end with a warm, and a fresh, worker's eyes. */
export async function live(ground: Ground, steps: readonly Step[]): Promise<void> {
  const history = new History(ground);
  const warm = history.worker();
  for (const one of steps) await take(history, warm, one);
  for (const searcher of [warm, history.worker()]) await history.agree(searcher, { words: [] });
  await history.packWholly();
  for (const searcher of [warm, history.worker()]) await history.agree(searcher, { words: [] });
}
