/** A page of a log: its end, its beginning, or what comes before or after lines that were shown. */
import type { LogPage } from '../aws/logs';
import { errorFields, UserError } from '../errors';
import { isDone } from '../jobs/job';
import type { LogPlace } from '../jobs/logPlace';
import type { Answer } from '../slack/deliver';
import { logLink } from '../views/links';
import { logBox, logCommand, logs as logsView, noLogs } from '../views/logs';
import { clock } from '../views/time';
import { count } from '../views/words';
import type { Room } from './command';
import { byDefinition, type WhichLog } from './whichLog';

export const USUAL_LINES = 20;

export interface PageAsked {
  /** `tail` and `head` count from an end; a token comes from a page before. */
  at: 'tail' | 'head' | { token: string };
  lines: number;
  since: number | undefined;
  until: number | undefined;
  /** The filters that make this view, as typed, for its buttons. */
  filters: string;
  share: string | undefined;
  remainingMs: () => number;
}

const DAY_MS = 86_400_000;

/** Why a stream that Batch names is not there. */
export async function whyMissing({ job, attempt, place }: WhichLog, room: Room): Promise<string> {
  if (place === undefined) return 'There is no log.';
  if (!isDone(job) && job.attempts[attempt - 1] === undefined)
    return 'Its log stream is not there yet: the first line makes it.';
  const expired = await whyExpired(job.stoppedAt, place, room);
  if (expired !== undefined) return expired;
  // No group keeps its lines for less than a day (API reference, PutRetentionPolicy).
  const isRecent = job.stoppedAt !== undefined && job.stoppedAt + DAY_MS > room.now();
  return `Its log stream ${place.stream} is not in ${place.group}: ${
    isRecent
      ? 'it was deleted, or the container could not write to it (its execution role may not)'
      : 'it was deleted, or its retention is over'
  }.`;
}

async function whyExpired(stoppedAt: number | undefined, place: LogPlace, room: Room): Promise<string | undefined> {
  const days = await room.logs.retentionDays(place);
  if (days === undefined || stoppedAt === undefined || stoppedAt + days * DAY_MS > room.now()) return undefined;
  return `Its log has expired: ${place.group} keeps lines for ${count(days, 'day')}, and the job ended before that.`;
}

/** `08:59:00` if all are of one day, else with their days. */
function moments(...all: (number | undefined)[]): (at: number) => string {
  const texts = all.flatMap((at) => (at === undefined ? [] : [new Date(at).toISOString()]));
  const isOneDay = new Set(texts.map((text) => text.slice(0, 10))).size === 1;
  return (at) => `${isOneDay ? '' : `${new Date(at).toISOString().slice(0, 10)} `}${clock(at)}`;
}

/** What was asked for and what there is, in the zone that both are in. */
async function whyNotThen(place: LogPlace, { since, until, remainingMs }: PageAsked, room: Room): Promise<string> {
  const ends = await Promise.all([
    room.logs.read(place, 'head', 1, { remainingMs }),
    room.logs.read(place, 'tail', 1, { remainingMs }),
  ]);
  const [first, last] = ends.map((end) => end?.lines[0]?.at);
  const shown = moments(since, until, first, last);
  const from = since === undefined ? [] : [`from ${shown(since)}`];
  const to = until === undefined ? [] : [`to ${shown(until)}`];
  const asked = `You asked for lines ${[...from, ...to].join(' ')} UTC`;
  const has =
    first === undefined || last === undefined ? 'it is empty' : `it has ${shown(first)} to ${shown(last)} UTC`;
  return `There are no lines in that time. ${asked}; ${has}.`;
}

/** Whether nothing follows a page of a log that gets no more lines; asks for one more. */
async function isLast(page: LogPage, place: LogPlace, { remainingMs, since, until }: PageAsked, room: Room) {
  if (page.isEnd || page.newer === undefined) return true;
  const next = await room.logs.read(place, { token: page.newer }, 1, { remainingMs, since, until });
  return next === undefined || next.lines.length === 0;
}

async function whyEmpty(which: WhichLog, asked: PageAsked, room: Room): Promise<string> {
  const { job, place } = which;
  const isPart = asked.since !== undefined || asked.until !== undefined;
  if (typeof asked.at === 'object') {
    const of = isPart ? 'of that time' : 'of the log';
    if (!asked.at.token.startsWith('f/')) return `That was the beginning ${of}.`;
    return isPart || isDone(job) ? `That was the end ${of}.` : 'Nothing newer yet.';
  }
  if (isPart && place !== undefined) return await whyNotThen(place, asked, room);
  const expired = place === undefined || !isDone(job) ? undefined : await whyExpired(job.stoppedAt, place, room);
  return expired ?? `Its log is empty: the job has written nothing${isDone(job) ? '' : ' yet'}.`;
}

/** What a log that may not be read, or a page that is too old, comes to; anything else is thrown on. */
export function unreadable(error: unknown, which: WhichLog, room: Room): string {
  const { name, message } = error as Error;
  const group = which.place?.group ?? '';
  if (name === 'AccessDeniedException') {
    room.log.warn('a log may not be read', { group, ...errorFields(error) });
    return `I am not allowed to read the log group ${group}: whoever runs batchbot has to add it to its log groups.`;
  }
  // "The specified nextToken is invalid", and "expired" after 24 hours.
  if (name === 'InvalidParameterException' && /token/i.test(message))
    throw new UserError('That page is too old to be turned. Begin at the end again.', logCommand(which));
  throw error;
}

/** Reads; where the stream is not in the group that is usual, once more where the job's definition says. */
export async function readWhere<T>(
  which: WhichLog,
  room: Room,
  read: (place: LogPlace) => Promise<T | undefined>,
): Promise<{ which: WhichLog; found: T | undefined }> {
  const found = which.place === undefined ? undefined : await read(which.place);
  if (found !== undefined || which.place === undefined) return { which, found };
  const elsewhere = await byDefinition(which, room);
  if (elsewhere === undefined) return { which, found };
  return { which: elsewhere, found: elsewhere.place === undefined ? undefined : await read(elsewhere.place) };
}

function words(asked: PageAsked, lines: number): string {
  const { at } = asked;
  if (typeof at === 'object') return `${count(lines, 'line')} ${at.token.startsWith('f/') ? 'after' : 'before'} those`;
  return `${at === 'head' ? 'first' : 'last'} ${count(lines, 'line')}${asked.filters.includes('since:') || asked.filters.includes('until:') ? ' of that time' : ''}`;
}

export async function logPage(asked: PageAsked, first: WhichLog, room: Room): Promise<Answer> {
  const read = async (place: LogPlace, lines: number): Promise<LogPage | undefined> =>
    await room.logs.read(place, asked.at, lines, asked);
  let which = first;
  let page: LogPage | undefined;
  try {
    ({ which, found: page } = await readWhere(first, room, (place) => read(place, asked.lines)));
  } catch (error) {
    return { message: noLogs({ ...first, why: unreadable(error, first, room) }) };
  }
  const { place, job } = which;
  if (place === undefined) return { message: noLogs({ ...which, why: which.whyNone }) };
  if (page === undefined) {
    const why =
      typeof asked.at === 'object' ? 'The log was deleted since you began to read it.' : await whyMissing(which, room);
    return { message: noLogs({ ...which, why }) };
  }
  const base = `${logCommand(which)}${asked.filters === '' ? '' : ` ${asked.filters}`}`;
  if (page.lines.length === 0) {
    const isForwards = typeof asked.at === 'object' && asked.at.token.startsWith('f/');
    const back = isForwards ? page.older : page.newer;
    const isPart = asked.since !== undefined || asked.until !== undefined;
    const pages =
      typeof asked.at === 'object' && back !== undefined
        ? [{ label: isForwards ? ('Older' as const) : ('Newer' as const), command: `${base} page:${back}` }]
        : isPart
          ? [{ label: 'From the end' as const, command: logCommand(which) }]
          : [];
    return { message: noLogs({ ...which, why: await whyEmpty(which, asked, room), pages }) };
  }
  const forwards = typeof asked.at === 'object' ? asked.at.token.startsWith('f/') : asked.at === 'head';
  const keep = forwards ? 'first' : 'last';
  const { kept } = logBox(page.lines, undefined, keep);
  // Lines that do not fit belong to the next page, whose token only a page of this length has.
  if (kept < page.lines.length) page = (await read(place, kept)) ?? page;
  const isDoneWriting = isDone(job) || which.attempt < which.attempts;
  const isWritten = isDoneWriting || (asked.until !== undefined && asked.until <= room.now());
  const hasNewer = !isWritten || (forwards ? !(await isLast(page, place, asked, room)) : asked.at !== 'tail');
  return {
    message: logsView({
      ...which,
      lines: page.lines,
      keep,
      which: words(asked, page.lines.length),
      older: asked.at === 'head' || (!forwards && page.isEnd) ? undefined : page.older,
      newer: hasNewer ? page.newer : undefined,
      filters: asked.filters,
      link: logLink(place.group, place.stream, place.region ?? room.region),
      sharedBy: asked.share,
    }),
    public: asked.share !== undefined,
  };
}
