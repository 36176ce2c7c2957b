/**
 * `/batch cancel <id | search words>`: shows exactly what would be cancelled, freezes it, and does that and nothing else
 * when it is confirmed. The buttons of the preview are `cancel --confirm|--keep <op>`, of the message that moves `--stop`.
 */
import { UserError } from '../errors';
import type { Operation } from '../history/operations';
import { arrayParentOf, isDone, isLost, type JobRow, userOf } from '../jobs/job';
import { formatQuery } from '../jobs/queryText';
import { parseReference } from '../jobs/reference';
import type { Answer } from '../slack/deliver';
import { cancelKept, cancelPreview, cancelProgress, cancelStarted, tallyOf, whatWords } from '../views/cancel';
import { nameOf } from '../views/jobLine';
import { rowForList } from '../views/rowForList';
import { type Asking, command, type Room } from './command';
import { findJob } from './find';
import { requireRole } from './permission';
import { queryOf } from './search';

/** A preview is an answer to what stood then; after this it has to be asked for again. */
const EXPIRES_MS = 15 * 60_000;
/** PRODUCT limit of a mass action. */
const MOST_JOBS = 100_000;

const isActive = (job: JobRow): boolean => !isDone(job) && !isLost(job);

interface Chosen {
  jobs: JobRow[];
  /** The search they came from, to list them all. */
  search: string | undefined;
}

/** Each word that names a job, or one search. */
async function choose(asking: Asking<unknown>, room: Room): Promise<Chosen> {
  const words = asking.query.flatMap((token) => (token.kind === 'word' ? [token.value] : []));
  const onlyWords = words.length === asking.query.length && words.length > 0;
  const references = words.map((word) => parseReference(word));
  // A prefix of 8 characters may as well be a date or a hash in names: it is an id when a job has it, else words.
  const named = onlyWords && references.every((reference) => reference !== undefined);
  if (named) {
    const prefixes = references.filter((reference) => reference?.kind === 'prefix');
    const fits = await Promise.all(
      prefixes.map(
        async (reference) =>
          (await room.history.jobs.findByPrefix(reference?.kind === 'prefix' ? reference.prefix : '', 1)).length,
      ),
    );
    if (fits.every((n) => n > 0)) {
      const jobs = await Promise.all(words.map((word) => findJob(word, 'cancel', room)));
      return { jobs: [...new Map(jobs.map((job) => [job.id, rowForList(job)])).values()], search: undefined };
    }
  }
  if (asking.query.length === 0) {
    throw new UserError(
      `Which jobs? It goes: ${room.slash} cancel <id>, or ${room.slash} cancel with search words and filters; nothing is cancelled before you confirm.`,
      'help cancel',
    );
  }
  const query = queryOf(asking, room.now());
  const jobs = (await room.history.search.unfinished(query)).filter(isActive);
  const search = `search ${formatQuery(query.statuses === undefined ? { ...query, statuses: ['active'] } : query)}`;
  return { jobs, search };
}

/** A parent stands for its children: cancelling it cancels them, once. */
function withoutCoveredChildren(jobs: readonly JobRow[]): { jobs: JobRow[]; covered: number } {
  const parents = new Set(jobs.flatMap(({ id, arraySize }) => (arraySize === undefined ? [] : [id])));
  const kept = jobs.filter(({ id }) => !parents.has(arrayParentOf(id) ?? ''));
  return { jobs: kept, covered: jobs.length - kept.length };
}

async function preview(asking: Asking<unknown>, room: Room): Promise<Answer> {
  const chosen = await choose(asking, room);
  const active = chosen.jobs.filter(isActive);
  const first = chosen.jobs[0];
  if (active.length === 0) {
    if (chosen.search === undefined && first !== undefined) {
      throw new UserError(
        `${first.name ?? first.id} has ${isDone(first) ? `already ended (${first.status.toLowerCase()})` : 'left Batch'}: there is nothing to cancel.`,
        `job ${first.id}`,
      );
    }
    throw new UserError(`No job that has not ended matches ${asking.text}: there is nothing to cancel.`, chosen.search);
  }
  if (active.length > MOST_JOBS)
    throw new UserError(
      `That would be ${active.length} jobs; I cancel ${MOST_JOBS} at once at most. Narrow it down.`,
      chosen.search,
    );
  const { jobs, covered } = withoutCoveredChildren(active);
  const queues = new Set(active.map(({ queue }) => queue));
  requireRole(asking.person, 'operator', { queues });
  const now = room.now();
  const operation = await room.history.operations.freeze(
    {
      askedBy: { id: asking.person.id, name: asking.person.name },
      askedAt: now,
      expiresAtMs: now + EXPIRES_MS,
      channel: asking.channel.id,
      words: asking.text,
      what: whatWords(jobs),
      ...(queues.has(undefined) ? {} : { queues: [...queues].filter((queue) => queue !== undefined) }),
      named: jobs.length === 1 && jobs[0] !== undefined ? nameOf(jobs[0]) : asking.text,
    },
    jobs.map(({ id }) => id),
  );
  await audit(asking, room, operation, 'asked');
  return {
    message: cancelPreview({ operation, jobs, covered, userOf, asker: asking.person.name, search: chosen.search, now }),
  };
}

const audit = (
  asking: Asking<unknown>,
  room: Room,
  operation: Operation,
  what: 'asked' | 'confirmed' | 'kept' | 'halted',
) =>
  room.history.audit.write({
    at: room.now(),
    by: { id: asking.person.id, name: asking.person.name },
    channel: asking.channel.id,
    verb: 'cancel',
    words: operation.words,
    what,
    op: operation.op,
    count: operation.count,
    ...(operation.reason === undefined ? {} : { reason: operation.reason }),
  });

/** @throws Refusal for a press by somebody who has not, or no longer, the role for all of its queues */
async function theOperation(op: string, { person }: Asking<unknown>, room: Room): Promise<Operation> {
  const operation = await room.history.operations.get(op.toUpperCase());
  if (operation === undefined)
    throw new UserError(`I know no operation ${op}. Ask again with ${room.slash} cancel.`, 'help cancel');
  requireRole(person, 'operator', { queues: operation.queues ?? [undefined], op: operation.op });
  return operation;
}

/** Whoever asked may press; an operator may for them. `theOperation` checks the presser's role. */
async function confirm(op: string, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const operation = await theOperation(op, asking, room);
  const reason = asking.inputs.reason?.trim();
  const started = await room.history.operations.start(
    operation.op,
    { id: asking.person.id, name: asking.person.name },
    room.now(),
    reason === '' ? undefined : reason,
  );
  if (started === undefined) {
    const now = await theOperation(op, asking, room);
    if (now.state === 'running' || now.state === 'halting')
      throw new UserError(`Operation ${op} is already on its way; the channel shows how it goes.`);
    if (now.state === 'done') throw new UserError(`Operation ${op} is already done.`);
    if (now.state === 'kept') throw new UserError(`Operation ${op} was called off: nothing was cancelled.`);
    throw new UserError(
      'That preview is too old to act on: the jobs may have changed. Ask again for a fresh one.',
      `cancel ${operation.words}`,
    );
  }
  await room.history.audit.writeIds(started.op, await room.history.operations.ids(started.op));
  await audit(asking, room, started, 'confirmed');
  await room.enqueue({ kind: 'operation', op: started.op });
  return { message: cancelStarted(started), replace: true };
}

async function keep(op: string, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const operation = await theOperation(op, asking, room);
  const kept = await room.history.operations.keep(operation.op);
  if (kept === undefined && operation.state !== 'kept')
    throw new UserError(`Operation ${op} was confirmed before: it is ${operation.state}.`);
  if (kept !== undefined) await audit(asking, room, kept, 'kept');
  return { message: cancelKept(operation), replace: true };
}

async function stop(op: string, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const operation = await theOperation(op, asking, room);
  const halting = await room.history.operations.halt(operation.op);
  if (halting === undefined)
    throw new UserError(`Operation ${op} is ${operation.state === 'done' ? 'already done' : operation.state}.`);
  await audit(asking, room, halting, 'halted');
  const outcomes = [...(await room.history.operations.outcomes(halting.op)).values()].flat();
  return { message: cancelProgress(halting, tallyOf(outcomes), room.now()), public: true, replace: true };
}

/** A new preview of the ones that failed. */
async function again(op: string, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const operation = await theOperation(op, asking, room);
  const outcomes = [...(await room.history.operations.outcomes(operation.op)).values()].flat();
  const failed = outcomes.flatMap(({ id, outcome }) => (outcome === 'failed' ? [id] : []));
  if (failed.length === 0) throw new UserError(`No job of operation ${op} failed to be cancelled.`);
  const text = failed.join(' ');
  return await preview(
    { ...asking, text, query: failed.map((value) => ({ kind: 'word', value, quoted: false })) },
    room,
  );
}

export const cancel = command({
  name: 'cancel',
  summary: 'Cancels one job or all that a search finds, after showing exactly which.',
  group: 'acts',
  usage: '<id | search words and filters>',
  example: '<id>',
  searches: true,
  changes: true,
  byQueue: true,
  flags: ['confirm', 'keep', 'stop', 'again'],
  async run(asking, room) {
    const [op = ''] = asking.words;
    if (asking.flags.has('confirm')) return await confirm(op, asking, room);
    if (asking.flags.has('keep')) return await keep(op, asking, room);
    if (asking.flags.has('stop')) return await stop(op, asking, room);
    if (asking.flags.has('again')) return await again(op, asking, room);
    return await preview(asking, room);
  },
});
