/**
 * `/batch cancel <id | search words>`: shows exactly what would be cancelled, freezes it, and does that and nothing else
 * when it is confirmed. The buttons of the preview are `cancel --confirm|--keep|--page <op>`, of the message that moves
 * `--stop`, of its end `--results` and `--again`.
 */
import * as z from 'zod';
import { UserError } from '../errors';
import type { Operation } from '../history/operation';
import { arrayParentOf, isDone, type JobRow } from '../jobs/job';
import { QUERY_KEYS } from '../jobs/query';
import { splitWords, type Token } from '../jobs/words';
import type { Answer } from '../slack/deliver';
import { CANCEL_WORDS } from '../views/cancel';
import type { Message } from '../views/kit';
import { operationGrown } from '../views/operationPreview';
import { count } from '../views/words';
import { type Asking, command, type Room } from './command';
import { activeJobs, type Chosen, choose, isActive, searchFor, withoutCoveredChildren } from './operations/choose';
import { confirm, failedOf, keep, stop } from './operations/presses';
import { numberToType, preview, previewPage } from './operations/preview';
import { sendResults } from './operations/results';
import { queryOf } from './search';

/** PRODUCT limit of a mass action. */
const MOST_JOBS = 100_000;

function nothing({ jobs, query }: Chosen, asking: Asking<unknown>): UserError {
  const [first] = jobs;
  if (query === undefined && first !== undefined) {
    return new UserError(
      `${first.name ?? first.id} has ${isDone(first) ? `already ended (${first.status.toLowerCase()})` : 'left Batch'}: there is nothing to cancel.`,
      `job ${first.id}`,
    );
  }
  return new UserError(
    `No job that has not ended matches ${asking.text}: there is nothing to cancel.`,
    query === undefined ? undefined : searchFor(query),
  );
}

async function show(asking: Asking<unknown>, room: Room): Promise<Answer> {
  const chosen = await choose(asking, 'cancel', room);
  const active = chosen.jobs.filter(isActive);
  if (active.length === 0) throw nothing(chosen, asking);
  const { jobs, covered } = withoutCoveredChildren(active);
  if (jobs.length > MOST_JOBS)
    throw new UserError(
      `That would be ${jobs.length} jobs; I cancel ${MOST_JOBS} at once at most. Narrow it down.`,
      chosen.query === undefined ? undefined : searchFor(chosen.query),
    );
  const notes = [
    ...(covered.length === 0
      ? []
      : [
          `${count(covered.length, 'child', 'children')} that the search found too ${covered.length === 1 ? 'goes' : 'go'} with the array.`,
        ]),
    ...chosen.notes,
  ];
  return await preview({ kind: 'cancel', jobs, covered, searched: chosen.query !== undefined, notes }, asking, room);
}

/** What the operation's own search finds by now and its ids don't hold, by themselves or by their array. */
async function notShown(operation: Operation, asking: Asking<unknown>, room: Room): Promise<JobRow[]> {
  const query = queryOf(
    { query: splitWords(operation.words, QUERY_KEYS), person: { ...asking.person, ...operation.askedBy } },
    operation.askedAt,
  );
  const frozen = new Set(await room.history.operations.ids(operation.op));
  const { jobs } = await activeJobs(query, room, asking.remainingMs);
  return jobs.filter(({ id }) => !frozen.has(id) && !frozen.has(arrayParentOf(id) ?? ''));
}

/** Refuses what would not be what was shown: the search finds more by now. */
async function checkGrown(operation: Operation, asking: Asking<unknown>, room: Room): Promise<Message | undefined> {
  if (operation.searched !== true || asking.flags.has('shown')) return undefined;
  const more = await notShown(operation, asking, room);
  if (more.length === 0) return undefined;
  const typeNumber = numberToType(operation);
  return operationGrown({ operation, words: CANCEL_WORDS, typeNumber, typed: asking.inputs }, more, room.now());
}

/** A new preview of the ones that failed. */
async function again(op: string, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const ids = (await failedOf(op, asking, room, 'cancel')).map(({ id }) => id);
  const query = ids.map((value): Token => ({ kind: 'word', value, quoted: false }));
  return await show({ ...asking, text: ids.join(' '), query, flags: new Set() }, room);
}

export const cancel = command({
  name: 'cancel',
  summary: 'Cancels one job or all that a search finds, after showing exactly which.',
  group: 'acts',
  usage: '<id | search words and filters>',
  example: '<id>',
  filters: { page: { schema: z.coerce.number().int().min(1), meaning: 'a page of a preview', hidden: true } },
  searches: true,
  changes: true,
  byQueue: true,
  flags: ['confirm', 'shown', 'keep', 'page', 'stop', 'again', 'results'],
  async run(asking, room) {
    const [op = ''] = asking.words;
    const { flags, filters } = asking;
    if (flags.has('confirm')) {
      const check = (operation: Operation) => checkGrown(operation, asking, room);
      return await confirm(op, asking, room, { verb: 'cancel', check });
    }
    if (flags.has('keep')) return await keep(op, asking, room, 'cancel');
    if (flags.has('page')) return await previewPage(op, filters.page ?? 1, asking, room, 'cancel');
    if (flags.has('stop')) return await stop(op, asking, room, 'cancel');
    if (flags.has('results')) return await sendResults(op, asking, room, 'cancel');
    if (flags.has('again')) return await again(op, asking, room);
    return await show(asking, room);
  },
});
