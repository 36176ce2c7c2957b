/**
 * `/batch retry <id | search words>`: submits jobs again as they were, or with more memory, another queue, another time
 * limit; shows first exactly which, freezes them, and submits each once when it is confirmed.
 */
import * as z from 'zod';
import { UserError } from '../errors';
import { arrayParentOf, isDone, isLost, type JobRow } from '../jobs/job';
import { formatQuery } from '../jobs/queryText';
import { parseReference } from '../jobs/reference';
import type { RetryChanges } from '../jobs/retry';
import type { Token } from '../jobs/words';
import type { Answer } from '../slack/deliver';
import { nameOf } from '../views/jobLine';
import { type LeftOut, nothingToRetry, retryPreview } from '../views/retry';
import { rowForList } from '../views/rowForList';
import { count } from '../views/words';
import { type Asking, command, type Room } from './command';
import { findJob } from './find';
import { audit, confirm, failedOf, keep, MOST_UNTYPED, stop } from './operations/presses';
import { sendResults } from './operations/results';
import { settingsOf } from './operations/retryPlan';
import { requireRole } from './permission';
import { attempts, memory, timeout, vcpus } from './retryArguments';
import { chooseRetries } from './retryChoice';
import { queryOf } from './search';

/** A preview is an answer to what stood then; after this it has to be asked for again. */
const EXPIRES_MS = 15 * 60_000;
/** Each is one SubmitJob, of which an account has 50 a second: this many take some ten minutes. */
const MOST_RETRIES = 5_000;

interface Filters {
  memory?: Pick<RetryChanges, 'memoryMiB' | 'memoryTimes'>;
  vcpus?: number;
  timeout?: number;
  attempts?: number;
  to?: string;
}

interface Wanted {
  rows: JobRow[];
  /** The search they came from. */
  search: string | undefined;
  /** The queue that was named beside ids, where it can't narrow a search. */
  queue: string | undefined;
}

/** Each word that names a job, or one search; without a state it is for those that failed. */
async function want(asking: Asking<unknown>, room: Room): Promise<Wanted> {
  const queueTokens = asking.query.filter((token) => token.kind === 'filter' && token.key === 'queue');
  const words = asking.query.flatMap((token) => (token.kind === 'word' ? [token.value] : []));
  const onlyNames = words.length > 0 && words.length + queueTokens.length === asking.query.length;
  if (onlyNames && (await areJobs(words, room))) {
    const jobs = await Promise.all(words.map((word) => findJob(word, 'retry', room)));
    const [queue] = queueTokens.flatMap((token) => (token.kind === 'filter' ? [token.value] : []));
    return { rows: [...new Map(jobs.map((job) => [job.id, rowForList(job)])).values()], search: undefined, queue };
  }
  if (asking.query.length === 0)
    throw new UserError(
      `Which jobs? It goes: ${room.slash} retry <id>, or ${room.slash} retry with search words and filters; nothing is submitted before you confirm.`,
      'help retry',
    );
  const asked = queryOf(asking, room.now());
  const query = asked.statuses === undefined ? { ...asked, statuses: ['failed' as const] } : asked;
  const { total } = await room.history.search.search(query, { limit: 1 });
  if (total > MOST_RETRIES)
    throw new UserError(
      `That would be ${count(total, 'job')}; I retry ${MOST_RETRIES} at once at most. Narrow it down.`,
      `search ${formatQuery(query)}`,
    );
  return { rows: await room.history.search.all(query), search: `search ${formatQuery(query)}`, queue: undefined };
}

/** A prefix of 8 characters may as well be a date or a hash in names: it is an id when a job has it, else a word. */
async function areJobs(words: readonly string[], room: Room): Promise<boolean> {
  const references = words.map((word) => parseReference(word));
  if (references.some((reference) => reference === undefined)) return false;
  const fits = await Promise.all(
    references.map(
      async (reference) =>
        reference?.kind !== 'prefix' || (await room.history.jobs.findByPrefix(reference.prefix, 1)).length > 0,
    ),
  );
  return fits.every(Boolean);
}

function whatWords(jobs: readonly JobRow[], size: number): string {
  const arrays = jobs.filter(({ arraySize }) => arraySize !== undefined).length;
  const singles = jobs.length - arrays;
  return [
    ...(singles > 0 ? [count(singles, 'job')] : []),
    ...(arrays > 0 ? [`${count(arrays, 'array')} of ${count(size - singles, 'child', 'children')}`] : []),
  ].join(' and ');
}

async function preview(asking: Asking<Filters>, room: Room): Promise<Answer> {
  const { filters, flags, person, channel, text } = asking;
  const { rows, search, queue } = await want(asking, room);
  const target = filters.to ?? queue;
  const changes: RetryChanges = {
    ...filters.memory,
    ...(filters.vcpus === undefined ? {} : { vcpus: filters.vcpus }),
    ...(filters.timeout === undefined ? {} : { timeoutSeconds: filters.timeout }),
    ...(filters.attempts === undefined ? {} : { attempts: filters.attempts }),
    ...(target === undefined ? {} : { queue: target }),
  };
  if (rows.length === 0) throw new UserError(`No job that failed matches ${text}: there is nothing to retry.`, search);
  const known = [...new Set(rows.map((row) => row.queue))];
  requireRole(person, 'operator', { queues: target === undefined ? known : [...known, target] });
  const choice = await chooseRetries(
    { rows, changes, named: search === undefined, onlyFailed: flags.has('failed') },
    room,
  );
  const { jobs, leftOut, notes, plan, size, queues } = choice;
  if (jobs.length === 0) return { message: nothingToRetry(leftOut, waysOn(leftOut, search, text)) };
  if (jobs.length > MOST_RETRIES)
    throw new UserError(
      `That would be ${count(jobs.length, 'submission')}; I make ${MOST_RETRIES} at once at most.`,
      search,
    );
  requireRole(person, 'operator', { queues });
  const now = room.now();
  const operation = await room.history.operations.freeze(
    {
      kind: 'retry',
      askedBy: { id: person.id, name: person.name },
      askedAt: now,
      expiresAtMs: now + EXPIRES_MS,
      channel: channel.id,
      words: text,
      what: whatWords(jobs, size),
      size,
      searched: search !== undefined,
      queues: [...queues],
      named: jobs.length === 1 && jobs[0] !== undefined ? nameOf(jobs[0]) : text,
      settings: settingsOf(plan),
    },
    jobs.map(({ id }) => id),
  );
  await audit(asking, room, operation, 'asked');
  return {
    message: retryPreview({ operation, jobs, changes, notes, leftOut, search, size, untyped: MOST_UNTYPED, now }),
  };
}

/** What may be done instead where a lone job can't be retried: cancel it first; of a child of an array, the whole array. */
function waysOn(leftOut: readonly LeftOut[], search: string | undefined, text: string) {
  if (search !== undefined) return [{ label: 'See them', command: search }];
  const [only, ...others] = leftOut.map(({ job }) => job);
  if (only === undefined || others.length > 0) return [];
  if (!isDone(only) && !isLost(only)) return [{ label: 'Cancel it first…', command: `cancel ${only.id}` }];
  const parent = arrayParentOf(only.id);
  return parent === undefined
    ? []
    : [{ label: 'Retry the whole array…', command: `retry ${text.replace(/^\S+/, parent)}` }];
}

/** A new preview of the ones that failed. */
async function again(op: string, asking: Asking<Filters>, room: Room): Promise<Answer> {
  const ids = (await failedOf(op, asking, room, 'retry')).map(({ id }) => id);
  const query = ids.map((value): Token => ({ kind: 'word', value, quoted: false }));
  return await preview({ ...asking, text: ids.join(' '), query, flags: new Set() }, room);
}

export const retry = command({
  name: 'retry',
  summary:
    'Submits jobs again, as they were or with more memory, another queue or time limit, after showing exactly which.',
  group: 'acts',
  usage: '<id | search words and filters> [memory:2x|MiB] [vcpus:] [to:queue] [timeout:] [attempts:] [failed]',
  example: '<id> memory:2x',
  searches: true,
  changes: true,
  byQueue: true,
  filters: {
    memory: { schema: memory, meaning: 'twice as much (2x), or how much: 16384 (MiB), 16g' },
    vcpus: { schema: vcpus, meaning: 'how many vCPUs' },
    to: {
      schema: z.string().min(1, 'name a queue'),
      meaning: 'the queue to submit to; beside ids, queue: does the same',
    },
    timeout: { schema: timeout, meaning: 'how long an attempt may run: 7200 (seconds), 2h' },
    attempts: { schema: attempts, meaning: 'how many attempts, 1 to 10' },
  },
  flags: ['failed', 'confirm', 'keep', 'stop', 'again', 'results'],
  lastWords: ['failed'],
  async run(asking, room) {
    const [op = ''] = asking.words;
    if (asking.flags.has('confirm')) return await confirm(op, asking, room, { verb: 'retry' });
    if (asking.flags.has('keep')) return await keep(op, asking, room, 'retry');
    if (asking.flags.has('stop')) return await stop(op, asking, room, 'retry');
    if (asking.flags.has('results')) return await sendResults(op, asking, room, 'retry');
    if (asking.flags.has('again')) return await again(op, asking, room);
    return await preview(asking, room);
  },
});
