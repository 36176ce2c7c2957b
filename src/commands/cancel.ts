/**
 * `/batch cancel <id | search words>`: shows exactly what would be cancelled, freezes it, and does that and nothing else
 * when it is confirmed. The buttons of the preview are `cancel --confirm|--keep|--page <op>`, of the message that moves
 * `--stop`, of its end `--results` and `--again`.
 */
import * as z from 'zod';
import { UserError } from '../errors';
import type { Operation } from '../history/records/operation';
import { type BatchStatus, isDone, type JobRow } from '../jobs/job';
import { fold } from '../jobs/match';
import type { Query } from '../jobs/query';
import { formatQuery } from '../jobs/queryText';
import { statusMeant } from '../jobs/statusMeant';
import { isLonger, standsIn, trapIn } from '../jobs/wholeWords';
import type { Answer } from '../slack/deliver';
import { nameOf } from '../views/jobLine';
import { arraysTogether } from '../views/operationFacts';
import { count, number, some } from '../views/words';
import { parseArguments } from './arguments';
import { type Asking, type Command, command, type Room } from './command';
import { asArrays, statesOf, withoutMixedArrays } from './operations/arraysMeant';
import { activeJobs, type Chosen, choose, isActive, searchFor } from './operations/choose';
import { checkGrown } from './operations/grown';
import { confirm, keep, stop } from './operations/presses';
import { type Previewed, preview, previewPage } from './operations/preview';
import { sendResults } from './operations/results';
import { tryAgain } from './operations/tryAgain';
import { queryOf } from './search';

/** PRODUCT limit of a mass action. */
const MOST_JOBS = 100_000;

function nothing({ jobs, query }: Chosen, asking: Asking<unknown>): UserError {
  const [first] = jobs;
  if (query === undefined && first !== undefined) {
    return new UserError(
      `${first.name || first.id} has ${isDone(first) ? `already ended (${first.status.toLowerCase()})` : 'left Batch'}: there is nothing to cancel.`,
      `job ${first.id}`,
    );
  }
  const meant = query === undefined ? undefined : statusMeant(query);
  if (meant !== undefined)
    return new UserError(
      `No job that has not ended matches ${asking.text}, looked for in names, reasons and tags. Did you mean status:${meant.status}?`,
      `cancel ${formatQuery(meant.query)}`,
    );
  return new UserError(
    `No job that has not ended matches ${asking.text}: there is nothing to cancel.`,
    query === undefined ? undefined : searchFor(query),
  );
}

/** Every job that was found is an array that is in the state itself, but none of its children is. */
function onlyMixed(mixed: readonly JobRow[], states: readonly BatchStatus[]): UserError {
  const [first, ...others] = mixed;
  const named = others.length === 0 ? `${nameOf(first ?? { id: '' })} is an array` : `These are ${mixed.length} arrays`;
  return new UserError(
    `${named} whose children are in other states than ${states.join(', ').toLowerCase()}: there is nothing to cancel. By its id an array is cancelled whole.`,
    others.length === 0 && first !== undefined ? `cancel ${first.id}` : undefined,
  );
}

/** What a search with `--whole-words` leaves out: jobs that have one of its words only inside a longer one. */
const chosenBy = ({ jobs, query }: Chosen, { flags }: Pick<Asking<unknown>, 'flags'>): JobRow[] =>
  jobs.filter((job) => isActive(job) && !(flags.has('whole-words') && isLonger(query?.words ?? [], job)));

/** Where somebody names a job exactly, what has that name only in part, or in other letters. */
function namesakes(query: Query | undefined, jobs: readonly JobRow[]): string[] {
  const names = [...new Set(jobs.map(({ name = '' }) => name))];
  const spelled = (query?.names ?? []).flatMap((asked) => {
    const others = names.filter((name) => name !== asked && fold(name) === fold(asked));
    return others.length === 0 ? [] : [`name: minds no capitals: ${asked} also finds ${some(others, 3)}.`];
  });
  const partly = (query?.words ?? []).flatMap((word) => {
    const longer = names.filter((name) => fold(name) !== fold(word) && standsIn(word, name) === 'whole');
    return longer.length === 0 || longer.length === names.length
      ? []
      : [
          `"${word}" is also a part of other names: ${some(longer, 3)}. name:${word} finds only what is called exactly that.`,
        ];
  });
  return [...spelled, ...partly];
}

/** Names that somebody may not have meant, and how to leave them out. */
function trapOf(
  { query }: Chosen,
  jobs: readonly JobRow[],
  asking: Asking<unknown>,
): Pick<Previewed, 'notes' | 'instead'> {
  const trap = trapIn(query?.words ?? [], jobs);
  if (trap === undefined) return { notes: namesakes(query, jobs) };
  const { word, longer, isName } = trap;
  const names = some([...new Set(longer.map(nameOf))], 3);
  const exact = isName ? ` name:${word} finds only what is called exactly that.` : '';
  return {
    notes: [`"${word}" is only part of a longer word in ${count(longer.length, 'job')}: ${names}.${exact}`],
    instead: {
      label: longer.length === 1 ? 'Leave that one out' : 'Leave those out',
      command: `cancel ${asking.text} --whole-words`,
    },
  };
}

async function show(asking: Asking<unknown>, room: Room): Promise<Answer> {
  const chosen = await choose(asking, 'cancel', room);
  const states = statesOf(chosen.query ?? {});
  const active = chosenBy(chosen, asking);
  if (active.length === 0) throw nothing(chosen, asking);
  const { jobs: meant, mixed } = await withoutMixedArrays(active, states, room);
  if (meant.length === 0) throw onlyMixed(mixed, states ?? []);
  const { jobs, covered, gathered } = await asArrays(meant, room);
  if (jobs.length > MOST_JOBS)
    throw new UserError(
      `That would be ${number(jobs.length)} jobs; I cancel ${number(MOST_JOBS)} at once at most. Narrow it down.`,
      chosen.query === undefined ? undefined : searchFor(chosen.query),
    );
  const { notes = [], instead } = trapOf(chosen, meant, asking);
  return await preview(
    {
      kind: 'cancel',
      jobs,
      covered,
      searched: chosen.query !== undefined,
      ...(states === undefined ? {} : { states }),
      notes: [...notes, ...arraysTogether({ covered, gathered, mixed }), ...chosen.notes],
      ...(instead === undefined ? {} : { instead }),
    },
    asking,
    room,
  );
}

/** What the operation's own search finds by now. */
async function findAgain(operation: Operation, asking: Asking<unknown>, room: Room): Promise<JobRow[]> {
  const { query: tokens, flags } = parseArguments(cancel, operation.words, room.slash);
  const person = { ...asking.person, ...operation.askedBy };
  const found = await activeJobs(queryOf({ query: tokens, person }, operation.askedAt), room, asking.remainingMs);
  return (await withoutMixedArrays(chosenBy(found, { flags }), operation.states, room)).jobs;
}

export const cancel: Command = command({
  name: 'cancel',
  summary: 'Cancels one job or all that a search finds, after showing exactly which.',
  group: 'acts',
  usage: '<id | search words and filters> [reason:"…"]',
  example: '<id>',
  filters: {
    reason: { schema: z.string().trim().min(1).max(300), meaning: 'why, in your words; Batch keeps it with each job' },
    page: { schema: z.coerce.number().int().min(1), meaning: 'a page of a preview', hidden: true },
  },
  searches: true,
  changes: true,
  byQueue: true,
  flags: ['whole-words', 'confirm', 'shown', 'keep', 'page', 'stop', 'again', 'results'],
  lastWords: ['whole-words'],
  async run(asking, room) {
    const [op = ''] = asking.words;
    const { flags, filters } = asking;
    if (flags.has('confirm')) {
      const check = (operation: Operation) =>
        checkGrown(operation, asking, room, () => findAgain(operation, asking, room));
      return await confirm(op, asking, room, { verb: 'cancel', check });
    }
    if (flags.has('keep')) return await keep(op, asking, room, 'cancel');
    if (flags.has('page')) return await previewPage(op, filters.page ?? 1, asking, room, 'cancel');
    if (flags.has('stop')) return await stop(op, asking, room, 'cancel');
    if (flags.has('results')) return await sendResults(op, asking, room, 'cancel');
    if (flags.has('again')) return await tryAgain(op, asking, room, 'cancel');
    const { reason } = filters;
    return await show(reason === undefined ? asking : { ...asking, inputs: { ...asking.inputs, reason } }, room);
  },
});
