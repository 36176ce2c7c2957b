/** `/batch alerts dry-run <rule>`: which alerts of the last days a rule would have sent, and where they went without it. */
import { UserError } from '../../errors';
import type { Route } from '../../history/records/routes';
import { parseTime } from '../../jobs/time';
import { occasions } from '../../notices';
import type { Occurrence } from '../../notices/occasion';
import { choose } from '../../notices/routing/choose';
import { type PastCard, replay, withoutParents, wouldTell } from '../../notices/routing/replay';
import { settingsOf } from '../../notices/routing/settings';
import { dryRunTold } from '../../views/alertDryRun';
import { pageOf } from '../../views/pages';
import type { Room } from '../command';
import { WEEK_MS } from './lately';
import { pastFailures } from './pastFailures';
import { readRoute } from './routeRequest';
import { hereOf } from './targets';
import type { AlertsAsking, AlertsVerb } from './verb';

const MOST_MS = 31 * 86_400_000;
/** Occasions that a job's failure is; the history holds no others. */
const PAST: ReadonlySet<string> = new Set(['failed', 'timed-out', 'spot-reclaimed']);

function sinceOf(typed: unknown, now: number): number {
  if (typeof typed !== 'string') return now - WEEK_MS;
  const at = parseTime(typed, now);
  if (at === undefined || at >= now)
    throw new UserError(`since:${typed} is no time of the past. It goes since:7d, since:24h or since:2026-03-15.`);
  if (now - at > MOST_MS) throw new UserError('A dry run looks back 31 days at most.', 'alerts dry-run since:31d');
  return at;
}

/** The rule that is tried; undefined where no word of one was given, which asks for what is so now. */
function proposed(asking: AlertsAsking, now: number): Route | undefined {
  const tokens = asking.tokens.filter((token) => token.kind !== 'filter' || !['since', 'page'].includes(token.key));
  if (tokens.length === 0) return undefined;
  const { id, when, to, also, isNamed } = readRoute({ ...asking, tokens }, now);
  const { id: by, name } = asking.person;
  return { id, when, to: isNamed ? to : [hereOf(asking)], also, by: { id: by, name }, at: now };
}

/** Those of the cards on which any of these are, with these alone. */
function cardsWith(some: ReadonlySet<Occurrence>, cards: readonly PastCard[]): PastCard[] {
  return cards.flatMap((card) => {
    const members = card.members.filter((one) => some.has(one));
    const [first, last] = [members[0], members.at(-1)];
    return first === undefined || last === undefined ? [] : [{ ...card, first, members, lastAt: last.at }];
  });
}

async function tryOut(asking: AlertsAsking, room: Room) {
  const now = room.now();
  const asked = sinceOf(asking.filters.since, now);
  const rule = proposed(asking, now);
  const [past, rules, set] = await Promise.all([
    pastFailures(asked, room),
    room.history.routes.list('now'),
    room.history.alertSettings.list('now'),
  ]);
  const { since } = past;
  const occurrences = withoutParents(past.occurrences);
  const settings = settingsOf(set, occasions());
  const told = (all: readonly Route[]) => (one: Occurrence) => wouldTell(one, all, settings, room.alertChannel);
  const windowMs = settings.threshold('window');
  const here = hereOf(asking);
  const hereId = here.kind === 'submitter' ? '' : here.id;
  if (rule === undefined) {
    const cards = replay(occurrences, told(rules), windowMs).filter(({ to }) => to === hereId);
    return { now, asked, since, rule, cards, before: new Map<string, number>(), decided: 0, isBlind: false };
  }
  const withRule = [...rules.filter(({ id }) => id !== rule.id), rule];
  // Only what this very rule decides or adds, not what others send to the same channel.
  const decides = (one: Occurrence) => {
    const { winner, adding } = choose(withRule, one);
    return winner?.id === rule.id || adding.some(({ id }) => id === rule.id);
  };
  const decided = new Set(occurrences.filter(decides));
  const places = new Set(rule.to.map((target) => (target.kind === 'submitter' ? 'submitter' : target.id)));
  const isItsOwn = (to: string) => places.has(to) || (to.startsWith('submitter ') && places.has('submitter'));
  // On which cards they are depends on all that came to the same place.
  const cards = cardsWith(
    decided,
    replay(occurrences, (one) => told(withRule)(one).filter(isItsOwn), windowMs),
  );
  const before = new Map<string, number>();
  for (const { to } of cardsWith(decided, replay(occurrences, told(rules), windowMs)))
    before.set(to, (before.get(to) ?? 0) + 1);
  const isBlind = rule.when.occasions !== undefined && !rule.when.occasions.some((name) => PAST.has(name));
  return { now, asked, since, rule, cards, before, decided: decided.size, isBlind };
}

export const dryRun: AlertsVerb = {
  name: 'dry-run',
  also: ['dryrun', 'try', 'would'],
  usage: '[a rule as of route] [since:7d]',
  summary: 'Shows which alerts of the last 7 days a rule would have sent, without saving it.',
  example: 'queue:*spot* to here',
  async run(asking, room) {
    const { cards, ...rest } = await tryOut(asking, room);
    const newestFirst = [...cards].sort((a, b) => b.lastAt - a.lastAt);
    const asked = asking.text.replace(/(^|\s)page:\S+/gi, '$1').trim();
    return {
      message: dryRunTold({
        ...rest,
        cards: pageOf(
          newestFirst.map(({ to, first, members, lastAt }) => ({
            to,
            subject: first.subject.kind === 'array' ? (first.job?.name ?? first.subject.name) : first.subject.name,
            headline: first.cause?.headline ?? first.occasion,
            queue: first.queue,
            members: members.length,
            lastAt,
          })),
          typeof asking.filters.page === 'number' ? asking.filters.page : 1,
        ),
        members: new Set(cards.flatMap(({ members }) => members.map(({ member }) => member))).size,
        command: `alerts dry-run ${asked}`.trim(),
        mayChange: asking.person.role !== 'viewer',
      }),
    };
  },
};
