/**
 * `/batch retry <id | search words>`: submits jobs again as they were, or with more memory, another queue, another time
 * limit; shows first exactly which, freezes them, and submits each once when it is confirmed.
 */
import * as z from 'zod';
import { UserError } from '../errors';
import type { Operation } from '../history/records/operation';
import { arrayParentOf, isDone, isLost, type JobRow } from '../jobs/job';
import type { Query } from '../jobs/query';
import { formatQuery } from '../jobs/queryText';
import { parseReference } from '../jobs/reference';
import { RETRY_OF, type RetryChanges } from '../jobs/retry';
import type { Answer } from '../slack/deliver';
import type { Message } from '../views/kit';
import { doesWords, type LeftOut, leftOutLines, noteLines, nothingToRetry } from '../views/retry';
import { rowForList } from '../views/rowForList';
import { count } from '../views/words';
import { parseArguments } from './arguments';
import { type Asking, type Command, command, type Room } from './command';
import { findJobs } from './find';
import { checkGrown } from './operations/grown';
import { newestJobs } from './operations/newestJobs';
import { confirm, failedOf, keep, stop, theOperation } from './operations/presses';
import { preview, previewPage } from './operations/preview';
import { sendResults } from './operations/results';
import { planOf, settingsOf } from './operations/retryPlan';
import { requireRole } from './permission';
import { attempts, memory, timeout, vcpus } from './retryArguments';
import { chooseRetries } from './retryChoice';
import { checkTaken, takenOf } from './retryTaken';
import { queryOf } from './search';

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html, `jobQueueName` */
const ONE_QUEUE = /^[A-Za-z0-9_-]{1,128}$/;
/** Each is one SubmitJob, of which an account has 50 a second: this many take some ten minutes. */
const MOST_RETRIES = 5_000;

interface Filters {
  page?: number;
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
  /** Whole sentences to be known. */
  notes: string[];
}

/** Each word that names a job, or one search; without a state it is for those that failed. */
async function want(asking: Asking<unknown>, room: Room): Promise<Wanted> {
  const queueTokens = asking.query.filter((token) => token.kind === 'filter' && token.key === 'queue');
  const words = asking.query.flatMap((token) => (token.kind === 'word' ? [token.value] : []));
  const onlyNames = words.length > 0 && words.length + queueTokens.length === asking.query.length;
  if (onlyNames && (await areJobs(words, room))) {
    const [queue] = queueTokens.flatMap((token) => (token.kind === 'filter' ? [token.value] : []));
    if (queue !== undefined && !ONE_QUEUE.test(queue))
      throw new UserError(`queue:${queue} beside ids is the queue to submit to: name one.`, 'queues');
    const jobs = await findJobs(words, 'retry', room);
    return {
      rows: [...new Map(jobs.map((job) => [job.id, rowForList(job)])).values()],
      search: undefined,
      queue,
      notes: [],
    };
  }
  if (asking.query.length === 0)
    throw new UserError(
      `Which jobs? It goes: ${room.slash} retry <id>, or ${room.slash} retry with search words and filters; nothing is submitted before you confirm.`,
      'help retry',
    );
  return await found(queryOf(asking, room.now()), asking, room);
}

/** What a search finds, those among it that failed a moment ago; without a state it is for those that failed. */
async function found(asked: Query, { remainingMs }: Asking<unknown>, room: Room): Promise<Wanted> {
  const query = asked.statuses === undefined ? { ...asked, statuses: ['failed' as const] } : asked;
  const search = `search ${formatQuery(query)}`;
  const { isWhole } = await newestJobs(query, room, remainingMs, 'failed');
  await room.history.search.refresh();
  const { total } = await room.history.search.search(query, { limit: 1 });
  if (total > MOST_RETRIES)
    throw new UserError(
      `That would be ${count(total, 'job')}; I retry ${MOST_RETRIES} at once at most. Narrow it down.`,
      search,
    );
  const swept = (await room.history.sweeps.get()).endedAt !== undefined;
  const notes = [
    ...(isWhole ? [] : ['Batch could not be asked for the newest failures in time: some may be missing.']),
    ...(swept ? [] : ['Batch has not been listed whole yet: older failures may be missing.']),
  ];
  return { rows: await room.history.search.all(query), search, queue: undefined, notes };
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

const changesOf = ({ memory, vcpus, timeout, attempts, to }: Filters, queue: string | undefined): RetryChanges => {
  const target = to ?? queue;
  return {
    ...memory,
    ...(vcpus === undefined ? {} : { vcpus }),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(target === undefined ? {} : { queue: target }),
  };
};

async function show(asking: Asking<Filters>, room: Room): Promise<Answer> {
  const { filters, flags, text } = asking;
  const wanted = await want(asking, room);
  if (wanted.rows.length === 0)
    throw new UserError(`No job that failed matches ${text}: there is nothing to retry.`, wanted.search);
  return await offer(wanted, changesOf(filters, wanted.queue), { onlyFailed: flags.has('failed') }, asking, room);
}

/** Freezes and shows what can be retried of these. */
async function offer(
  { rows, search, notes: known }: Wanted,
  changes: RetryChanges,
  { onlyFailed, named }: { onlyFailed: boolean; named?: string },
  asking: Asking<unknown>,
  room: Room,
): Promise<Answer> {
  const moved = changes.queue === undefined ? [] : [changes.queue];
  requireRole(asking.person, 'operator', { queues: new Set([...rows.map((row) => row.queue), ...moved]) });
  const choice = await chooseRetries({ rows, changes, named: search === undefined, onlyFailed }, room);
  const { jobs, leftOut, notes, plan, size, queues, differs } = choice;
  if (jobs.length === 0) return { message: nothingToRetry(leftOut, waysOn(leftOut, search, asking.text)) };
  if (jobs.length > MOST_RETRIES)
    throw new UserError(
      `That would be ${count(jobs.length, 'submission')}; I make ${MOST_RETRIES} at once at most.`,
      search,
    );
  return await preview(
    {
      kind: 'retry',
      jobs,
      queues: [...queues],
      size,
      does: doesWords(jobs.length, changes, differs),
      searched: search !== undefined,
      ...(named === undefined ? {} : { named }),
      notes: [
        ...noteLines(notes, jobs.length),
        ...(leftOut.length === 0 ? [] : [`Left out: ${count(leftOut.length, 'job')}`, ...leftOutLines(leftOut)]),
        ...known,
      ],
      settings: settingsOf(plan),
    },
    asking,
    room,
  );
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

/** A new preview of some of an operation's jobs, with what it was to change. */
async function some(
  op: string,
  ids: readonly string[],
  { flag, named }: { flag: string; named: string },
  asking: Asking<unknown>,
  room: Room,
): Promise<Answer> {
  const { changes } = planOf(await theOperation(op, asking, room, 'retry'));
  const rows = (await room.history.jobs.getMany(ids)).map(({ job }) => rowForList(job));
  const wanted = { rows, search: undefined, queue: undefined, notes: [] };
  return await offer(wanted, changes, { onlyFailed: true, named }, { ...asking, text: `${flag} ${op}` }, room);
}

/** The ones that failed. */
async function again(op: string, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const ids = (await failedOf(op, asking, room, 'retry')).map(({ id }) => id);
  return await some(op, ids, { flag: '--again', named: `what failed in operation ${op}` }, asking, room);
}

/** The ones that nobody else has retried since they were shown. */
async function others(op: string, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const operation = await theOperation(op, asking, room, 'retry');
  const taken = await takenOf(operation, room);
  const ids = (await room.history.operations.ids(operation.op)).filter((id) => !taken.has(id));
  if (ids.length === 0) throw new UserError('Others have retried all of these jobs meanwhile.', `audit op:${op}`);
  return await some(op, ids, { flag: '--others', named: operation.named }, asking, room);
}

/** The last looks before it is done: does the search find more, has somebody else retried some of them? */
async function check(operation: Operation, asking: Asking<unknown>, room: Room): Promise<Message | undefined> {
  const findAgain = async () => {
    const { query } = parseArguments(retry, operation.words, room.slash);
    const person = { ...asking.person, ...operation.askedBy };
    const { rows } = await found(queryOf({ query, person }, operation.askedAt), asking, room);
    const shown = new Set(await room.history.operations.ids(operation.op));
    // What had failed by then was shown, or told to be left out; of retries by others `checkTaken` tells.
    return rows.filter(
      ({ stoppedAt = 0, tags }) => stoppedAt > operation.askedAt && !shown.has(tags?.values[RETRY_OF] ?? ''),
    );
  };
  return (await checkTaken(operation, asking, room)) ?? (await checkGrown(operation, asking, room, findAgain));
}

export const retry: Command = command({
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
      schema: z.string().regex(ONE_QUEUE, 'name one queue'),
      meaning: 'the queue to submit to; beside ids, queue: does the same',
    },
    timeout: { schema: timeout, meaning: 'how long an attempt may run: 7200 (seconds), 2h' },
    attempts: { schema: attempts, meaning: 'how many attempts, 1 to 10' },
    page: { schema: z.coerce.number().int().min(1), meaning: 'a page of a preview', hidden: true },
  },
  flags: ['failed', 'confirm', 'shown', 'anyway', 'keep', 'page', 'stop', 'again', 'others', 'results'],
  lastWords: ['failed'],
  async run(asking, room) {
    const [op = ''] = asking.words;
    const { flags, filters } = asking;
    if (flags.has('confirm'))
      return await confirm(op, asking, room, { verb: 'retry', check: (operation) => check(operation, asking, room) });
    if (flags.has('keep')) return await keep(op, asking, room, 'retry');
    if (flags.has('page')) return await previewPage(op, filters.page ?? 1, asking, room, 'retry');
    if (flags.has('stop')) return await stop(op, asking, room, 'retry');
    if (flags.has('results')) return await sendResults(op, asking, room, 'retry');
    if (flags.has('again')) return await again(op, asking, room);
    if (flags.has('others')) return await others(op, asking, room);
    return await show(asking, room);
  },
});
