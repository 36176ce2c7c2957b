/** Reads a mute: what, until when, and why: `def:align 1h known bug in 7.2`. */
import { UserError } from '../../errors';
import type { Conditions } from '../../history/records/routes';
import { parseSpan, parseTime } from '../../jobs/time';
import type { Room } from '../command';
import { readConditions } from './conditions';
import { targetNamed } from './targets';
import type { AlertsAsking } from './verb';

export interface MuteEnd {
  /** ms; of `fixed` the end at the latest. */
  until: number;
  untilFixed: boolean;
}

export interface MuteRequest {
  when: Conditions;
  /** Everything was said in a word. */
  everything: boolean;
  /** The one channel or person that is spared. */
  to: string | undefined;
  /** An incident's id, and how much of it is meant. */
  incident: string | undefined;
  end: MuteEnd | undefined;
  reason: string;
}

const DAY_MS = 86_400_000;
const LEAST_MS = 60_000;
/** What is muted for longer is better routed nowhere, where it is seen. */
const MOST_MS = 30 * DAY_MS;
/** What never succeeds is told again some day. */
const MOST_UNTIL_FIXED_MS = 7 * DAY_MS;
/** Safely inside of the next day, also where clocks are changed. */
const INTO_TOMORROW_MS = 36 * 3_600_000;
const MOST_REASON = 300;

/**
 * @param zone for `today`, an IANA name
 * @returns undefined for a word that is no end
 */
export function endOf(typed: string, now: number, zone: string): MuteEnd | undefined {
  const folded = typed.trim().toLowerCase();
  if (folded === 'fixed' || folded === 'until-fixed' || folded === 'until fixed')
    return { until: now + MOST_UNTIL_FIXED_MS, untilFixed: true };
  if (folded === 'today') {
    const midnight = parseTime('today', (parseTime('today', now, zone) ?? now) + INTO_TOMORROW_MS, zone);
    return midnight === undefined ? undefined : { until: midnight, untilFixed: false };
  }
  const isBack = /^[-−–]\d/.test(folded);
  const span = parseSpan(isBack ? folded.slice(1) : folded);
  if (span === undefined) return undefined;
  if (isBack || span < LEAST_MS || span > MOST_MS)
    throw new UserError(
      `A mute lasts between 1 minute and 30 days, and "${typed}" is neither. What should never be told: alerts route … to nowhere`,
      'alerts help mute',
    );
  return { until: now + span, untilFixed: false };
}

/** Where the person's clock stands; UTC where Slack does not tell. */
export const zoneOf = async (user: string, room: Room, remainingMs: () => number): Promise<string> =>
  (await room.slack.places.look(user, remainingMs)).zone ?? 'UTC';

/** May stand before an end: `for 1h`, `until fixed`. */
const BEFORE_END = new Set(['for', 'until', 'till', 'til']);
const FILLERS = new Set(['alerts', 'of', 'in', 'on', 'about']);
const BEFORE_REASON = new Set(['because', 'since', 'as', 'reason']);

/** @throws UserError for a word that makes no sense */
export function readMute(asking: AlertsAsking, now: number, zone: string): MuteRequest {
  const begins = asking.tokens.findIndex((token, index) => beginsReason(token, index, asking, now, zone));
  const front = begins < 0 ? asking.tokens : asking.tokens.slice(0, begins);
  // Filters may stand anywhere, but words after the first that is none of ours are the reason.
  const behind = begins < 0 ? [] : asking.tokens.slice(begins);
  const { when, rest, everything } = readConditions(
    [...front, ...behind.filter(({ kind }) => kind === 'filter')],
    asking.person,
    now,
  );
  const request: MuteRequest = { when, everything, to: undefined, incident: undefined, end: undefined, reason: '' };
  const said = behind.flatMap((token, index) =>
    token.kind === 'word' && !(index === 0 && BEFORE_REASON.has(token.value.toLowerCase())) ? [token.value] : [],
  );
  for (const token of rest) {
    if (token.kind === 'filter') readFilter(token.key, token.value);
    else if (token.kind === 'word') readWord(token.value);
  }
  if (request.reason === '') request.reason = said.join(' ').trim();
  if (request.reason.length > MOST_REASON)
    throw new UserError(`That reason has ${request.reason.length} characters, and I take ${MOST_REASON}.`);
  return request;

  function readFilter(key: string, value: string): void {
    if (key === 'reason') request.reason = value.trim();
    else if (key === 'incident') request.incident = value.trim().toUpperCase();
    else if (key === 'to') readWord(value);
    else if (key === 'for') {
      request.end = endOf(value, now, zone);
      if (request.end === undefined)
        throw new UserError(
          `I can't read for:${value}. It goes for:1h, for:2d, for:today or for:fixed.`,
          'alerts help mute',
        );
    }
  }

  function readWord(word: string): void {
    const folded = word.toLowerCase();
    if (BEFORE_END.has(folded) || FILLERS.has(folded)) return;
    const end = endOf(word, now, zone);
    if (end !== undefined) {
      request.end = end;
      return;
    }
    const target = targetNamed(word, asking);
    if (target === undefined || target === 'nowhere' || target.kind === 'submitter')
      throw new UserError(`I don't understand "${word}" here.`, 'alerts help mute');
    request.to = target.id;
  }
}

/** The first word that is neither a condition, nor an end, nor a channel. */
function beginsReason(
  token: AlertsAsking['tokens'][number],
  index: number,
  asking: AlertsAsking,
  now: number,
  zone: string,
): boolean {
  if (token.kind !== 'word') return false;
  if (token.quoted) return true;
  const folded = token.value.toLowerCase();
  if (BEFORE_REASON.has(folded)) return true;
  if (BEFORE_END.has(folded) || (FILLERS.has(folded) && index < 2)) return false;
  const { rest, everything } = readConditions([token], asking.person, now);
  if (everything || rest.length === 0) return false;
  return endOf(token.value, now, zone) === undefined && targetNamed(token.value, asking) === undefined;
}
