/** `/batch alerts digest daily 09:00 | weekly mon 09:00 | off | now`: what a day or a week was like, told at a time of its own. */
import { UserError } from '../../errors';
import { type DigestPlan, PERIODS, type Period } from '../../history/records/digest';
import { parseQuery } from '../../jobs/query';
import { formatQuery } from '../../jobs/queryText';
import { nextTime, parseMinute, parseWeekday, type Schedule, scheduleTold, zoneNamed } from '../../jobs/schedule';
import type { Token } from '../../jobs/words';
import { workOut } from '../../notices/digests/workOut';
import type { Answer } from '../../slack/deliver';
import { digestMessage, digestPlanned, digestsHere, digestsOff } from '../../views/digest';
import type { Room } from '../command';
import { requireRole } from '../permission';
import { audited } from './announce';
import { checkTargets, hereOf } from './targets';
import type { AlertsAsking, AlertsVerb } from './verb';

/** What a digest can be narrowed by: what searches and alerts call alike. */
const NARROWED_BY = new Set(['queue', 'def', 'name', 'tag', 'user']);
const DEFAULT_MINUTE = 9 * 60;
const MONDAY = 1;
const WEEK_MS = 7 * 86_400_000;
const ENDINGS = new Set(['at', 'every', 'day', 'on', 'here']);

const goes = ({ slash }: Room): string =>
  `It goes: ${slash} alerts digest daily 09:00 Europe/Vienna, weekly mon 09:00, off, or now.`;

function whereOf(asking: AlertsAsking): { to: string; told: string } {
  const here = hereOf(asking);
  return here.kind === 'channel'
    ? { to: here.id, told: 'in this channel' }
    : { to: asking.person.id, told: 'to you here' };
}

const periodIn = (words: readonly string[]): Period | undefined =>
  PERIODS.find((period) => words.some((word) => word.toLowerCase() === period));

function filterOf(tokens: readonly Token[], asking: AlertsAsking, room: Room): string {
  const filters = tokens.filter((token) => token.kind === 'filter');
  const other = filters.find(({ key }) => !NARROWED_BY.has(key));
  if (other !== undefined)
    throw new UserError(
      `A digest can be narrowed by queue:, def:, name:, tag: and user:, not by ${other.key}:.`,
      'help alerts',
    );
  return formatQuery(parseQuery(filters, { now: room.now(), me: asking.person }));
}

interface Wanted {
  schedule: Schedule;
  skipsEmpty: boolean;
  /** The zone was not said, and is the asker's own, or UTC. */
  isZoneGuessed: boolean;
}

async function read(period: Period, words: readonly string[], asking: AlertsAsking, room: Room): Promise<Wanted> {
  let minute: number | undefined;
  let weekday: number | undefined;
  let zone: string | undefined;
  let skipsEmpty = false;
  for (const word of words) {
    const [time, day, place] = [parseMinute(word), parseWeekday(word), zoneNamed(word)];
    if (word.toLowerCase() === 'skip-empty') skipsEmpty = true;
    else if (minute === undefined && time !== undefined) minute = time;
    else if (period === 'weekly' && weekday === undefined && day !== undefined) weekday = day;
    else if (zone === undefined && place !== undefined) zone = place;
    else if (!ENDINGS.has(word.toLowerCase()))
      throw new UserError(
        period === 'daily' && day !== undefined
          ? `A daily digest comes every day. ${goes(room)}`
          : `I don't understand "${word}": it is no time, day or time zone. ${goes(room)}`,
        'help alerts',
      );
  }
  const own = zone ?? zoneNamed((await room.slack.places.look(asking.person.id, asking.remainingMs)).zone ?? 'UTC');
  return {
    schedule: {
      minute: minute ?? DEFAULT_MINUTE,
      ...(period === 'weekly' ? { weekday: weekday ?? MONDAY } : {}),
      zone: own ?? 'UTC',
    },
    skipsEmpty,
    isZoneGuessed: zone === undefined,
  };
}

/** What goes to a channel operators set; what comes to oneself, anybody. */
function checkRole(to: string, { person }: AlertsAsking): void {
  if (to !== person.id) requireRole(person, 'operator');
}

async function set(period: Period, asking: AlertsAsking, room: Room): Promise<Answer> {
  const { to, told } = whereOf(asking);
  checkRole(to, asking);
  const words = asking.words.filter((word) => word.toLowerCase() !== period);
  const { schedule, skipsEmpty, isZoneGuessed } = await read(period, words, asking, room);
  const filter = filterOf(asking.tokens, asking, room);
  await checkTargets([hereOf(asking)], room, asking.remainingMs);
  const now = room.now();
  const { id, name } = asking.person;
  const plan: DigestPlan = { to, period, schedule, filter, skipsEmpty, by: { id, name }, at: now, toldAt: now };
  await audited('digest', `set a ${period} digest ${scheduleTold(schedule)}`, asking, room);
  await room.history.digests.plan(plan);
  const notes = isZoneGuessed ? [`${schedule.zone} is your own time zone; another one can stand at the end.`] : [];
  return { message: digestPlanned(plan, told, nextTime(schedule, now), notes) };
}

async function plansHere(to: string, room: Room): Promise<DigestPlan[]> {
  return (await room.history.digests.list('now')).filter((plan) => plan.to === to);
}

async function off(asking: AlertsAsking, room: Room): Promise<Answer> {
  const { to, told } = whereOf(asking);
  checkRole(to, asking);
  const period = periodIn(asking.words);
  const plans = (await plansHere(to, room)).filter((plan) => period === undefined || plan.period === period);
  if (plans.length === 0)
    throw new UserError(`No ${period === undefined ? '' : `${period} `}digest comes ${told}.`, 'alerts digest');
  const periods = plans.map((plan) => plan.period);
  await audited('digest', `switched the ${periods.join(' and ')} digest off`, asking, room);
  for (const one of periods) await room.history.digests.unplan(to, one);
  return { message: digestsOff(plans, told), replace: true };
}

/** As it would be told at this moment, for who asks alone. */
async function show(asking: AlertsAsking, room: Room): Promise<Answer> {
  const { to } = whereOf(asking);
  const period = periodIn(asking.words) ?? 'daily';
  const plan = (await plansHere(to, room)).find((one) => one.period === period);
  const typed = filterOf(asking.tokens, asking, room);
  const now = room.now();
  const minute = Math.floor((now % 86_400_000) / 60_000);
  const schedule: Schedule = plan?.schedule ?? { minute, zone: 'UTC' };
  const from = period === 'daily' ? now - 86_400_000 : now - WEEK_MS;
  // Up to this minute: ends are counted by whole hours, of which the present one has begun.
  const span = { from, until: now + 3_600_000 };
  const filter = typed === '' ? (plan?.filter ?? '') : typed;
  const digest = await workOut({ to, period, schedule, filter }, span, [], room);
  return { message: digestMessage({ ...digest, until: now }, room.slash, true) };
}

export const digest: AlertsVerb = {
  name: 'digest',
  also: ['digests'],
  usage: 'daily 09:00 [zone] | weekly mon 09:00 [zone] | off | now',
  summary: 'Tells at a time of its own what a day or a week was like: how much ran, what failed and why, what is open.',
  example: 'daily 09:00 Europe/Vienna',
  async run(asking, room) {
    const [first = ''] = asking.words;
    const word = first.toLowerCase();
    if (word === 'now' || word === 'show') return await show(asking, room);
    if (word === 'off') return await off(asking, room);
    const period = PERIODS.find((one) => one === word);
    if (period !== undefined) return await set(period, asking, room);
    if (first !== '') throw new UserError(`A digest is daily or weekly, not "${first}". ${goes(room)}`, 'help alerts');
    const { to, told } = whereOf(asking);
    return { message: digestsHere(await plansHere(to, room), told, room.slash) };
  },
};
