/** What somebody looks for in a log: the matches by FilterLogEvents, newest first unless asked otherwise, each with the lines around it. */
import { type LogLine, type LogSpan, NEWEST_FIRST_SINCE } from '../aws/logs';
import { asExpression, type Grep } from '../jobs/grep';
import type { LogPlace } from '../jobs/logPlace';
import type { Answer } from '../slack/deliver';
import { logLink } from '../views/links';
import { grepFilter, logMatches, type MatchLine } from '../views/logMatches';
import { logCommand, noLogs } from '../views/logs';
import type { Room } from './command';
import { readWhere, unreadable, whyMissing } from './logPage';
import type { WhichLog } from './whichLog';

export const USUAL_MATCHES = 5;
/** With the lines around them more would not fit a message. */
export const MOST_MATCHES = 10;
/** Matches that are counted, beyond those that are shown. */
const MOST_COUNTED = 10_000;
/** How long is counted on once there is something to show. */
const COUNT_MS = 5_000;
/** Lines with the very time of a match, in which it is looked for again. */
const SAME_TIME = 40;

export interface GrepAsked extends LogSpan {
  grep: Grep;
  /** How many matches are shown. */
  matches: number;
  newestFirst: boolean;
  /** Where a page before ended: at this ms, of whose matches so many were shown. */
  from?: { at: number; skip: number } | undefined;
  filters: string;
  share: string | undefined;
  remainingMs: () => number;
}

interface Found {
  /** Oldest first. */
  matches: LogLine[];
  total: number;
  isWhole: boolean;
  /** Where the next page begins. */
  next: { at: number; skip: number } | undefined;
}

async function find(place: LogPlace, asked: GrepAsked, room: Room): Promise<Found> {
  const { grep, from, newestFirst } = asked;
  const span = newestFirst
    ? { since: asked.since, until: from === undefined ? asked.until : from.at + 1 }
    : { since: from?.at ?? asked.since, until: asked.until };
  let skip = from?.skip ?? 0;
  const shown: LogLine[] = [];
  let total = 0;
  let countUntil = Number.POSITIVE_INFINITY;
  let isWhole = true;
  const answers = room.logs.matches(place, grep.pattern, { ...span, newestFirst }, asked.remainingMs);
  for await (const lines of answers) {
    for (const line of lines) {
      if (!grep.matches(line.text)) continue;
      if (skip > 0 && line.at === from?.at) {
        skip--;
        continue;
      }
      total++;
      if (shown.length < asked.matches) shown.push(line);
    }
    if (total > asked.matches) countUntil = Math.min(countUntil, room.now() + COUNT_MS);
    if (total >= MOST_COUNTED || room.now() > countUntil || asked.remainingMs() < 0) {
      isWhole = false;
      break;
    }
  }
  const last = shown.at(-1);
  const sameTime = shown.filter(({ at }) => at === last?.at).length + (last?.at === from?.at ? (from?.skip ?? 0) : 0);
  return {
    matches: newestFirst ? shown.reverse() : shown,
    total,
    isWhole,
    next: last === undefined || total <= shown.length ? undefined : { at: last.at, skip: sameTime },
  };
}

const isSame = (one: LogLine | undefined, other: LogLine | undefined): boolean =>
  one !== undefined && one.at === other?.at && one.text === other.text;

async function around(
  place: LogPlace,
  match: LogLine,
  lines: number,
  asked: GrepAsked,
  room: Room,
): Promise<MatchLine[]> {
  const { remainingMs } = asked;
  const [before, after] = await Promise.all([
    room.logs.read(place, 'tail', lines + SAME_TIME, { until: match.at + 1, remainingMs }),
    room.logs.read(place, 'head', lines + SAME_TIME, { since: match.at, remainingMs }),
  ]);
  const untilMatch = before?.lines ?? [];
  const fromMatch = after?.lines ?? [];
  const first = fromMatch.findIndex((line) => isSame(line, match));
  const last = untilMatch.findLastIndex((line) => isSame(line, match));
  return [
    ...(last < 0 ? [] : untilMatch.slice(Math.max(0, last - lines), last)).map((line) => ({ ...line, isMatch: false })),
    { ...match, isMatch: true },
    ...(first < 0 ? [] : fromMatch.slice(first + 1, first + 1 + lines)).map((line) => ({ ...line, isMatch: false })),
  ];
}

/** Lines around neighbouring matches overlap: each is shown once. */
export function joined(groups: readonly MatchLine[][]): MatchLine[][] {
  const result: MatchLine[][] = [];
  for (const group of groups) {
    const before = result.at(-1);
    const overlap = before === undefined ? 0 : overlapOf(before, group);
    if (before === undefined || overlap === 0) {
      result.push([...group]);
      continue;
    }
    for (let n = 0; n < overlap; n++) {
      const line = before[before.length - overlap + n];
      if (line !== undefined && group[n]?.isMatch) before[before.length - overlap + n] = { ...line, isMatch: true };
    }
    before.push(...group.slice(overlap));
  }
  return result;
}

/** How many lines at the end of one are the first of the other. */
function overlapOf(one: readonly MatchLine[], other: readonly MatchLine[]): number {
  for (let size = Math.min(one.length, other.length); size > 0; size--) {
    if (other.slice(0, size).every((line, n) => isSame(line, one[one.length - size + n]))) return size;
  }
  return 0;
}

export async function logGrep(asked: GrepAsked, first: WhichLog, room: Room): Promise<Answer> {
  let which = first;
  let found: Found | undefined;
  try {
    ({ which, found } = await readWhere(first, room, async (place) => {
      try {
        return await find(place, asked, room);
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') return undefined;
        throw error;
      }
    }));
  } catch (error) {
    return { message: noLogs({ ...first, why: unreadable(error, first, room) }) };
  }
  const { place } = which;
  if (place === undefined) return { message: noLogs({ ...which, why: which.whyNone }) };
  if (found === undefined) return { message: noLogs({ ...which, why: await whyMissing(which, room) }) };
  if (found.matches.length === 0) {
    const looked = found.isWhole ? '' : ', as far as I could look in the time I have';
    const expression = asExpression(asked.grep.typed);
    const span = asked.since === undefined && asked.until === undefined ? '' : ' in that time';
    return {
      message: noLogs({
        ...which,
        why: `No line matches "${asked.grep.typed}"${span}${looked}.${
          expression === undefined
            ? ''
            : ` I looked for that very text: as a regular expression it goes ${grepFilter(expression)}`
        }`,
        pages: [{ label: 'From the end', command: logCommand(which) }],
      }),
    };
  }
  const lines = found.matches.length <= USUAL_MATCHES ? 2 : 1;
  const groups = await Promise.all(found.matches.map((match) => around(place, match, lines, asked, room)));
  const next = found.next === undefined ? undefined : `m/${found.next.at}/${found.next.skip}`;
  return {
    message: logMatches({
      ...which,
      grep: asked.grep.typed,
      groups: joined(groups),
      total: found.total,
      isWhole: found.isWhole,
      isFirst: asked.from === undefined,
      older: asked.newestFirst ? next : undefined,
      newer: asked.newestFirst ? undefined : next,
      filters: asked.filters,
      link: logLink(place.group, place.stream, place.region ?? room.region),
      sharedBy: asked.share,
    }),
    public: asked.share !== undefined,
  };
}

/** CloudWatch finds the newest matches first only where all lines are of 2024 or later. */
export const canBeNewestFirst = (startedAt: number | undefined, since: number | undefined): boolean =>
  (since ?? startedAt ?? NEWEST_FIRST_SINCE) >= NEWEST_FIRST_SINCE;
