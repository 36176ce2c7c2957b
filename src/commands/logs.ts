/** `/batch logs <id>`: a job's log, attempt by attempt: its end, a part, what matches, as it grows, or whole as a file. */
import * as z from 'zod';
import { UserError } from '../errors';
import { GrepError, parseGrep } from '../jobs/grep';
import type { Job } from '../jobs/job';
import { nearest, nearestKey } from '../jobs/nearest';
import { parseReference } from '../jobs/reference';
import { parseTime } from '../jobs/time';
import { quoted, type Token } from '../jobs/words';
import { logCommand } from '../views/logs';
import { count } from '../views/words';
import { type Asking, command, type FilterValues, type Room } from './command';
import { logFile } from './logFile';
import { follow, stopFollowing } from './logFollow';
import { canBeNewestFirst, logGrep, MOST_MATCHES, USUAL_MATCHES } from './logGrep';
import { logPage, USUAL_LINES } from './logPage';
import { logsZip, MOST_JOBS } from './logsZip';
import { queryOf } from './search';
import { type WhichLog, whichLog } from './whichLog';

/** A message holds about 9,000 characters of lines; more than this never fits. */
const MOST_LINES = 200;
/** Batch retries a job 10 times at most. */
const MOST_ATTEMPTS = 10;
/** Multi-node jobs have 1,000 nodes at most. */
const MOST_NODES = 1_000;
/** So long a page of lines is waited for while CloudWatch refuses, and matches are looked for; a file has more time. */
const PAGE_MS = 12_000;
const GREP_MS = 45_000;
/** Time that an answer needs to reach Slack, which AWS is not waited for. */
const RESERVE_MS = 12_000;
const DAY_MS = 86_400_000;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `it is a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `it goes from ${least} to ${most}`);

const text = z.string().min(1, 'empty');

const filters = {
  attempt: {
    // The job itself tells how many it has had.
    schema: whole(0, 9_999),
    meaning: `which attempt, 1 to ${MOST_ATTEMPTS}; the newest one by default`,
  },
  container: { schema: text, meaning: 'which container, of a job that has several' },
  node: { schema: whole(0, MOST_NODES - 1), meaning: 'which node, of a multi-node job' },
  tail: { schema: whole(1, MOST_LINES), meaning: `the last lines, 1 to ${MOST_LINES}; ${USUAL_LINES} by default` },
  head: { schema: whole(1, MOST_LINES), meaning: `the first lines, 1 to ${MOST_LINES}` },
  grep: { schema: z.string(), meaning: 'lines with this text, in any case; /a|b/ is a regular expression' },
  since: { schema: text, meaning: '2h, 09:41, 2026-03-15T09:30 (in UTC, as the lines show it): lines from then on' },
  until: { schema: text, meaning: 'lines before then' },
  page: {
    schema: z
      .string()
      .regex(/^(?:[fb]\/[\w/+=-]{1,400}|m\/\d{1,15}\/\d{1,5}|z\/\d{1,7})$/, 'that page is not one of mine'),
    meaning: 'lines further back or on',
    hidden: true,
  },
} as const;
type Filters = FilterValues<typeof filters>;

const OWN_KEYS = Object.entries(filters).flatMap(([key, spec]) => ('hidden' in spec ? [] : [key]));

/** Verbs of the verb: they may stand as plain words. */
const WORDS = ['share', 'follow', 'file'];

/** A time of day is that of the day on which the attempt ran, as its lines show it; of the next one if it ran past midnight. */
function clockTime(
  typed: string,
  run: Pick<Job, 'startedAt' | 'createdAt' | 'stoppedAt'>,
  now: number,
): number | undefined {
  const [, hour, minute, second = '0'] = CLOCK.exec(typed) ?? [];
  const from = run.startedAt ?? run.createdAt;
  if (hour === undefined || from === undefined || Number(hour) > 23 || Number(minute) > 59) return undefined;
  const at = new Date(from).setUTCHours(Number(hour), Number(minute), Number(second), 0);
  // The clock shows whole seconds, and the job may have begun within that one.
  const isBefore = at + 1_000 <= from;
  return isBefore && at + DAY_MS <= (run.stoppedAt ?? now) ? at + DAY_MS : at;
}

function momentOf(key: 'since' | 'until', typed: string | undefined, which: WhichLog, now: number): number | undefined {
  if (typed === undefined) return undefined;
  const run = which.job.attempts[which.attempt - 1];
  const at = clockTime(typed, { ...which.job, ...run }, now) ?? parseTime(typed, now);
  if (at !== undefined) return at;
  throw new UserError(
    `${key}:${typed} is no time that I know: 2h, 09:41, yesterday, 2026-03-15 or 2026-03-15T09:30, all in UTC.`,
    logCommand(which),
  );
}

/** The filters of one view, as they are typed again by its buttons. */
const viewFilters = (chosen: Filters, keys: readonly ('tail' | 'head' | 'since' | 'until')[]): string =>
  keys.flatMap((key) => (chosen[key] === undefined ? [] : [`${key}:${quoted(String(chosen[key]))}`])).join(' ');

/** What says how much is shown says nothing of a whole file, nor of lines that are yet to come. */
function refuseTogether(chosen: Filters, flags: ReadonlySet<string>, base: string): void {
  if (flags.has('file') && flags.has('follow'))
    throw new UserError('file or follow, not both: a file has what is written by now.', `${base} --follow`);
  const flag = flags.has('file') ? 'file' : flags.has('follow') ? 'follow' : undefined;
  const idle: readonly (keyof Filters)[] =
    flag === 'file' ? ['tail', 'head'] : flag === 'follow' ? ['tail', 'head', 'grep', 'since', 'until'] : [];
  const key = idle.find((name) => chosen[name] !== undefined);
  if (key === undefined) return;
  throw new UserError(
    flag === 'file'
      ? `${key}: and file don't go together: a file has the whole log, or a part of it by since:, until: and grep:.`
      : `${key}: and follow don't go together: I follow all new lines as they come.`,
    `${base} --${flag}`,
  );
}

async function oneLog(asking: Asking<Filters>, room: Room, flags: ReadonlySet<string>) {
  const { filters: chosen, person } = asking;
  const which = await whichLog(asking.words[0] ?? asking.text, chosen, room);
  const now = room.now();
  const remainingMs = () =>
    Math.min(asking.remainingMs() - RESERVE_MS, now + (chosen.grep === undefined ? PAGE_MS : GREP_MS) - room.now());
  const since = momentOf('since', chosen.since, which, now);
  const until = momentOf('until', chosen.until, which, now);
  if (since !== undefined && until !== undefined && since >= until)
    throw new UserError('since: must be before until:.', logCommand(which));
  if (chosen.tail !== undefined && chosen.head !== undefined)
    throw new UserError('tail: or head:, not both.', `${logCommand(which)} tail:${chosen.tail}`);
  const share = flags.has('share') ? person.id : undefined;
  refuseTogether(chosen, flags, logCommand(which));
  const { page } = chosen;
  const token = page !== undefined && !/^[mz]\//.test(page) ? page : undefined;
  if (flags.has('file')) {
    const grep = chosen.grep === undefined ? undefined : parseGrep(chosen.grep);
    return await logFile({ which, part: { since, until, token, grep }, asking, isShared: share !== undefined }, room);
  }
  if (flags.has('follow')) return await follow(which, asking, share !== undefined, room);
  const fromHead = chosen.head !== undefined || (chosen.since !== undefined && chosen.tail === undefined);
  if (chosen.grep !== undefined) {
    const lines = chosen.tail ?? chosen.head ?? USUAL_MATCHES;
    const [, at, skip] = /^m\/(\d+)\/(\d+)$/.exec(page ?? '') ?? [];
    return await logGrep(
      {
        grep: parseGrep(chosen.grep),
        matches: Math.min(MOST_MATCHES, lines),
        newestFirst: !fromHead && canBeNewestFirst(which.job.createdAt, since),
        from: at === undefined ? undefined : { at: Number(at), skip: Number(skip) },
        since,
        until,
        filters: viewFilters(chosen, ['tail', 'head', 'since', 'until']),
        share,
        remainingMs,
      },
      which,
      room,
    );
  }
  return await logPage(
    {
      at: token !== undefined ? { token } : fromHead ? 'head' : 'tail',
      lines: chosen.head ?? chosen.tail ?? USUAL_LINES,
      since,
      until,
      filters: viewFilters(chosen, ['tail', 'head', 'since', 'until']),
      share,
      remainingMs,
    },
    which,
    room,
  );
}

/** Of a search, since: and until: are the jobs' own. */
const spanTokens = (chosen: Filters): Token[] =>
  (['since', 'until'] as const).flatMap((key) =>
    chosen[key] === undefined ? [] : [{ kind: 'filter' as const, key, value: chosen[key] }],
  );

/** A search as it was typed, without the words that say what is done with its logs. */
const searched = (query: readonly Token[]): string =>
  query
    .map((token) => {
      if (token.kind === 'flag') return `--${token.name}`;
      if (token.kind === 'filter') return `${token.key}:${plainOrQuoted(token.value)}`;
      return token.quoted ? quoted(token.value) : token.value;
    })
    .join(' ');
const plainOrQuoted = (value: string): string => (/^[\w.,:*!=/+-]+$/.test(value) ? value : quoted(value));

/** A search names the logs of several jobs, which only a zip takes. */
async function refuseSearch(asking: Asking<Filters>, room: Room): Promise<void> {
  const { query, words } = asking;
  if (parseReference(words[0] ?? '') !== undefined || !query.some(({ kind }) => kind === 'filter')) return;
  const all = [...query, ...spanTokens(asking.filters)];
  const { total, isAtLeast } = await room.history.search.search(queryOf({ ...asking, query: all }, room.now()), {
    limit: 1,
  });
  const text = searched(all);
  const jobs = `${isAtLeast ? 'At least ' : ''}${count(total, 'job matches', 'jobs match')}`;
  throw new UserError(
    `${total === 0 ? 'No job matches' : jobs} ${text}, and I show the log of one at a time. For all as one zip: ${room.slash} logs ${text} file`,
    total === 0 || total > MOST_JOBS ? `search ${text}` : `logs ${text} file`,
  );
}

/** Words that were meant for something, but not for one job's log. */
function refuseMore({ words, query, text: typed }: Asking<Filters>, { slash }: Room): void {
  const extra = query.find((token) => token.kind !== 'word') ?? query[1];
  if (extra === undefined || parseReference(words[0] ?? '') === undefined) return;
  const unknown = extra.kind === 'word' ? extra.value : '';
  const key = extra.kind === 'filter' ? nearestKey(extra.key, OWN_KEYS) : undefined;
  if (key !== undefined && extra.kind === 'filter')
    throw new UserError(
      `I don't know "${extra.key}:" here. Did you mean ${key}:${extra.value}?`,
      `logs ${words[0]} ${key}:${plainOrQuoted(extra.value)}`,
    );
  const meant = unknown === '' || parseReference(unknown) !== undefined ? undefined : nearest(unknown, WORDS);
  if (meant !== undefined)
    throw new UserError(`I don't know "${unknown}" here. Did you mean ${meant}?`, `logs ${words[0]} ${meant}`);
  const word =
    extra.kind === 'word' ? extra.value : extra.kind === 'filter' ? `${extra.key}:${extra.value}` : extra.name;
  throw new UserError(
    `I take one job here, and don't understand "${word}" after it. For several as one zip: ${slash} logs ${typed} file`,
    extra.kind === 'word' && parseReference(extra.value) !== undefined ? `logs ${typed} file` : 'help logs',
  );
}

async function zipOf(asking: Asking<Filters>, isShared: boolean, room: Room) {
  const query = [...asking.query, ...spanTokens(asking.filters)];
  const [, from = '0'] = /^z\/(\d+)$/.exec(asking.filters.page ?? '') ?? [];
  return await logsZip({ ...asking, query, text: searched(query) }, Number(from), isShared, room);
}

export const logs = command({
  name: 'logs',
  summary: 'Shows a job’s log, of any attempt: the end, a part, what matches, as it grows, or whole as a file.',
  group: 'asks',
  usage: '<id> [attempt:n] [container:] [node:n] [tail:n] [head:n] [grep:text] [since:] [until:] [follow] [file]',
  example: '<id> tail:50',
  filters,
  flags: [...WORDS, 'stop'],
  lastWords: WORDS,
  searches: true,
  async run(asking, room) {
    const { words, query } = asking;
    if (asking.flags.has('stop')) return await stopFollowing(words[0] ?? '', asking, room);
    // `logs <id> file attempt:2`: after a job, these words can mean nothing else.
    const isJob = parseReference(words[0] ?? '') !== undefined;
    const said = isJob ? words.slice(1).filter((word) => WORDS.includes(word.toLowerCase())) : [];
    const flags = new Set([...asking.flags, ...said.map((word) => word.toLowerCase())]);
    const others = query.filter((token) => token.kind !== 'word' || !said.includes(token.value));
    const one = { ...asking, query: others, words: words.filter((word) => !said.includes(word)) };
    try {
      if (flags.has('file') && (others.length !== 1 || !isJob)) return await zipOf(one, flags.has('share'), room);
      refuseMore(one, room);
      await refuseSearch(one, room);
      return await oneLog(one, room, flags);
    } catch (error) {
      if (error instanceof GrepError) throw new UserError(error.message, `help ${logs.name}`);
      throw error;
    }
  },
});
