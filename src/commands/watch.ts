/** `/batch watch <id | search words>`: tells once when a job, an array, or all that a search finds now has ended. */
import { shortReference, UserError } from '../errors';
import type { Watch } from '../history/records/watch';
import { causeOf } from '../jobs/causes';
import { isDone, isLost, type JobRow } from '../jobs/job';
import { type Entry, standingOf } from '../jobs/progress';
import type { Moment, Query } from '../jobs/query';
import { describeQuery, formatQuery } from '../jobs/queryText';
import { alertSettings } from '../notices/routing/settings';
import { queueToSend } from '../notices/sending/queueToSend';
import { watchEnded } from '../notices/watchEnded';
import { hasProgress, progressKey } from '../notices/watches/lookAtWatch';
import type { Answer } from '../slack/deliver';
import { titleOf } from '../views/jobLine';
import { rowForList } from '../views/rowForList';
import { ago } from '../views/time';
import { watchKnown, watchStarted } from '../views/watches';
import { count, number } from '../views/words';
import { type Asking, command, type Room } from './command';
import { findJob } from './find';
import { type Chosen, choose, isActive, withoutCoveredChildren } from './operations/choose';

/** Each look at one reads what ended since from the table. */
export const MOST_WATCHED = 20_000;
/** Of one person. */
export const MOST_WATCHES = 20;
/** A watch that began here is known to every process by then: one look more finds what ended in between. */
const KNOWN_SECONDS = 12;

const WHERE = new Set(['here', 'me']);

/** Where it is told: the channel, or the direct messages of who asks. */
function destination({ flags, channel, person }: Asking<unknown>, room: Room): string {
  if (flags.has('here') && flags.has('me'))
    throw new UserError(
      `Here or to you alone? It goes: ${room.slash} watch <id> here, or ${room.slash} watch <id> me.`,
    );
  const isDirect = channel.id.startsWith('D') || channel.id === person.id || channel.id === '';
  const to = flags.has('me') || isDirect ? person.id : channel.id;
  if (to === person.id && person.stranger)
    throw new UserError(
      'I write direct messages to people of my own workspace only. Leave out "me", and I tell it here.',
    );
  return to;
}

/** @throws UserError where I could never tell it */
async function checkDestination(to: string, asking: Asking<unknown>, room: Room): Promise<void> {
  if (!(await alertSettings(room)).isOn(watchEnded.name, to))
    throw new UserError(
      'What is told when a watch ends is switched off here (watch-ended), so this watch would never tell anything.',
      'alerts',
    );
  if (to === asking.person.id) return;
  const { problem } = await room.slack.places.look(to, asking.remainingMs);
  if (problem === undefined) return;
  throw new UserError(
    problem === 'archived'
      ? 'This channel is archived, so I could not tell it here. I can tell you alone.'
      : 'I am not in this channel, so I could not tell it here: invite me, or let me tell you alone.',
    `watch ${asking.text.replace(/\s+here$/i, '').trim()} me`,
  );
}

function alreadyOver(job: JobRow, now: number): UserError {
  const when = job.stoppedAt === undefined ? '' : ` ${ago(job.stoppedAt, now)}`;
  const name = titleOf(job);
  if (isLost(job))
    return new UserError(
      `${name} has vanished from Batch before it ended: there is no end to wait for.`,
      `job ${job.id}`,
    );
  const cause = causeOf(job)?.headline;
  const how = job.status === 'SUCCEEDED' ? 'succeeded' : 'failed';
  return new UserError(
    `${name} has ended already: it ${how}${when}${cause === undefined ? '' : `, ${cause}`}.`,
    `job ${job.id}`,
  );
}

/** @throws UserError that says why such a watch could never tell anything */
async function nothingToWatch({ jobs, query }: Chosen, room: Room): Promise<UserError> {
  const [first] = jobs;
  if (query === undefined && first !== undefined) {
    if (jobs.length === 1) return alreadyOver(first, room.now());
    return new UserError(`All ${number(jobs.length)} jobs have ended already.`, `job ${first.id}`);
  }
  const { statuses, ...any } = query ?? { words: [] };
  const others = statuses === undefined ? [] : await room.history.search.unfinished(any);
  if (others.length > 0)
    return new UserError(
      `No unfinished job is ${statuses?.join(' or ')} here: there is no end to wait for. Without status: there ${others.length === 1 ? 'is' : 'are'} ${count(others.length, 'unfinished job')}.`,
      `watch ${formatQuery(any)}`.trim(),
    );
  const { total, isAtLeast } = await room.history.search.search(any, { limit: 1 });
  const search = `search ${formatQuery(any)}`.trim();
  if (total === 0) return new UserError(`No ${describeQuery(any)}: there is nothing to wait for.`, search);
  return new UserError(
    `None of the ${number(total)}${isAtLeast ? '+' : ''} ${describeQuery(any)} is unfinished: there is no end to wait for. Jobs that are submitted later don’t join a watch.`,
    search,
  );
}

/** A multi-node job ends as a whole, and so does its watch. */
async function wholeJobs(jobs: readonly JobRow[], room: Room): Promise<JobRow[]> {
  const wholes = new Set(jobs.flatMap(({ id }) => (id.includes('#') ? [id.slice(0, id.indexOf('#'))] : [])));
  const others = jobs.filter(({ id }) => !id.includes('#'));
  const missing = [...wholes].filter((id) => !others.some((job) => job.id === id));
  const found = await Promise.all(missing.map(async (id) => rowForList(await findJob(id, 'watch', room))));
  return [...others, ...found];
}

/** `2h` would mean another time tomorrow. */
const fixed = ({ at }: Moment): Moment => ({ at, typed: `${new Date(at).toISOString().slice(0, 16)}Z` });

/** A search for the same jobs, in whatever state they will be. */
function searchText({ statuses: _, sort: __, since, until, ...rest }: Query): string {
  const times = {
    ...(since === undefined ? {} : { since: fixed(since) }),
    ...(until === undefined ? {} : { until: fixed(until) }),
  };
  return `search ${formatQuery({ ...rest, ...times })}`.trim();
}

/** @throws UserError for jobs whose end nobody would tell me */
function checkTracked(jobs: readonly JobRow[], room: Room): void {
  const untracked = [
    ...new Set(jobs.flatMap(({ queue }) => (queue !== undefined && !room.tracks(queue) ? [queue] : []))),
  ];
  if (untracked.length > 0)
    throw new UserError(
      `I don’t follow ${untracked.join(', ')} (TRACKED_QUEUES leaves ${untracked.length === 1 ? 'it' : 'them'} out), so I would not learn of the end.`,
    );
}

type Begun = Omit<Watch, 'ids' | 'entries'>;

function describe(jobs: readonly JobRow[], { query }: Chosen): Pick<Begun, 'kind' | 'named' | 'search'> {
  const [only, ...others] = jobs;
  if (only !== undefined && others.length === 0)
    return { kind: only.arraySize === undefined ? 'job' : 'array', named: titleOf(only) };
  if (query === undefined) return { kind: 'jobs', named: 'jobs' };
  const { array, statuses, ...rest } = query;
  // An array is counted by its children, as so many jobs.
  const told = describeQuery(array === 'parents' || array === undefined ? rest : { ...rest, array });
  // What is watched does not stay in its state.
  const then = statuses === undefined ? '' : ` (${statuses.join(' or ')} then)`;
  return { kind: 'jobs', named: `${told}${then}`, search: searchText(query) };
}

async function begin(jobs: readonly JobRow[], chosen: Chosen, to: string, asking: Asking<unknown>, room: Room) {
  const now = room.now();
  const entries: Entry[] = jobs.map((row) => ({ id: row.id, row, end: undefined }));
  const size = jobs.reduce((sum, { arraySize = 1 }) => sum + arraySize, 0);
  const { id, name } = asking.person;
  const watch: Begun = {
    id: shortReference().slice(0, 5),
    ...describe(jobs, chosen),
    ...{ size, by: { id, name }, to, startedAt: now, began: standingOf(entries, size, now) },
  };
  const ids = jobs.map((job) => job.id);
  const of = chosen.query === undefined ? [...ids].sort().join(' ') : formatQuery(chosen.query);
  return await room.history.watches.open(watch, ids, `${to} ${of}`, MOST_WATCHES);
}

async function start(asking: Asking<unknown>, room: Room): Promise<Answer> {
  const to = destination(asking, room);
  const chosen = await choose(asking, 'watch', room);
  const active = await wholeJobs(chosen.jobs.filter(isActive), room);
  if (active.length === 0) throw await nothingToWatch(chosen, room);
  const { jobs } = withoutCoveredChildren(active);
  if (jobs.length > MOST_WATCHED)
    throw new UserError(
      `That would be ${number(jobs.length)} jobs; I watch ${number(MOST_WATCHED)} at once at most, an array as one. Narrow it down.`,
      chosen.query === undefined ? undefined : searchText(chosen.query),
    );
  checkTracked(jobs, room);
  await checkDestination(to, asking, room);
  const opened = await begin(jobs, chosen, to, asking, room);
  if (opened.kind === 'full')
    throw new UserError(
      `You have ${number(opened.count)} watches already, and I keep ${MOST_WATCHES} for one person. End one of them first.`,
      'watches',
    );
  if (opened.kind === 'known') return { message: watchKnown(opened.id, to, asking.person.id) };
  const { watch } = opened;
  if (hasProgress(watch)) await queueToSend(room, to, progressKey(watch), { urgency: 'new' });
  await room.enqueue({ kind: 'watch', id: watch.id }, KNOWN_SECONDS);
  const over = chosen.query === undefined ? chosen.jobs.filter((job) => isDone(job) || isLost(job)).length : 0;
  const notes = [
    ...(over === 0
      ? []
      : [`${count(over, 'of them has', 'of them have')} ended already and ${over === 1 ? 'is' : 'are'} left out.`]),
    ...(chosen.query === undefined ? [] : ['Jobs that are submitted later are not part of it.']),
    ...chosen.notes,
  ];
  return { message: watchStarted(watch, notes) };
}

export const watch = command({
  name: 'watch',
  summary: 'Tells once when a job, an array, or all that a search finds has ended; shows how it goes.',
  group: 'tells',
  usage: '<id | search words and filters> [here|me]',
  example: '<id> me',
  searches: true,
  flags: ['here', 'me'],
  lastWords: ['here', 'me'],
  async run(asking, room) {
    const [only, ...others] = asking.query;
    const isWhereAlone = only?.kind === 'word' && !only.quoted && WHERE.has(only.value.toLowerCase());
    if (only === undefined || (isWhereAlone && others.length === 0))
      throw new UserError(
        `Watch what? It goes: ${room.slash} watch <id>, or ${room.slash} watch with search words and filters; at the end "here" or "me" for where I tell it.`,
        'help watch',
      );
    return await start(asking, room);
  },
});
