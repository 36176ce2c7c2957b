/** `/batch alerts mute def:align 1h known bug`: nobody is told of it for a while; a mute of everything is asked twice. */
import * as z from 'zod';
import { shortReference, UserError } from '../../errors';
import type { Incident } from '../../history/records/incident';
import { isOpen } from '../../history/records/incidents';
import type { Mute } from '../../history/records/mutes';
import type { Conditions } from '../../history/records/routes';
import { quoted } from '../../jobs/words';
import { FAILURES, isOfFailures } from '../../notices/incidents/standing';
import { lasts, sparedPlace } from '../../notices/routing/muted';
import { sameConditions } from '../../notices/routing/overlap';
import { refreshCards } from '../../notices/routing/refreshCards';
import type { Answer } from '../../slack/deliver';
import { everythingAsked, muteBegan, muteStarted } from '../../views/alertMute';
import { conditionsText } from '../../views/alertRule';
import { formOffered } from '../../views/alertsAsk';
import type { Room } from '../command';
import { announce, audited } from './announce';
import { lately } from './lately';
import { type MuteEnd, type MuteRequest, readMute, zoneOf } from './muteRequest';
import { requireOperator } from './routeRequest';
import { checkTargets } from './targets';
import type { AlertsAsking, AlertsVerb } from './verb';

const HOUR_MS = 3_600_000;
/** As long as a preview of a cancel stands. */
const EXPIRES_MS = 15 * 60_000;

const scopeSchema = z
  .enum(['incident', 'definition', 'queue', 'cause', 'cause-here', 'failures-here', 'everything'])
  .catch('incident');

/** What is muted, told apart from everything. */
interface Muted {
  when: Conditions;
  about?: string;
  to?: string | undefined;
  incident?: string;
}

/** How an incident is called, for whoever reads of its mute: `align: out of memory in spot-p3`. */
async function called({ subject, cause, queue, occasion }: Incident, room: Room): Promise<string> {
  const job =
    subject.kind === 'array' || subject.kind === 'job' ? await room.history.jobs.get(subject.name) : undefined;
  const what = cause?.headline ?? occasion;
  return `${job?.job.name ?? subject.name}: ${what}${queue === undefined ? '' : ` in ${queue}`}`;
}

/** @throws UserError where the incident has no such thing */
async function ofIncident(incident: Incident, scope: z.infer<typeof scopeSchema>, room: Room): Promise<Muted> {
  const { id, subject, queue, cause, occasion, breadth, to } = incident;
  const lacks = (what: string) => new UserError(`That incident has no ${what} to mute.`, `alerts mute incident:${id}`);
  switch (scope) {
    case 'everything':
      return { when: {} };
    case 'queue':
      if (queue === undefined || breadth !== 'group') throw lacks('one queue');
      return { when: { queues: [queue] } };
    case 'cause':
      if (cause === undefined || breadth === 'gathering') throw lacks('one cause');
      return { when: { causes: [cause.key] } };
    case 'definition': {
      const job = subject.kind === 'definition' ? undefined : await room.history.jobs.get(subject.name);
      const definition = subject.kind === 'definition' ? subject.name : job?.job.definition?.replace(/:\d+$/, '');
      if (definition === undefined || breadth !== 'group') throw lacks('one definition');
      return { when: { definitions: [definition] } };
    }
    case 'failures-here':
      return { when: { occasions: [...FAILURES] }, to, about: 'all failures', incident: id };
    case 'cause-here': {
      const about = `all that fails of ${cause?.headline ?? 'no known cause'}`;
      return { when: { occasions: [occasion], causeIdentity: cause?.identity ?? '' }, to, about, incident: id };
    }
    case 'incident': {
      // As much as its card takes in.
      if (breadth === 'gathering') return await ofIncident(incident, 'failures-here', room);
      if (breadth === 'cause') return await ofIncident(incident, 'cause-here', room);
      const named = { about: await called(incident, room), incident: id };
      // An array is one, whatever its children failed of.
      if (subject.kind === 'array' && isOfFailures(occasion)) return { when: { subject }, ...named };
      const where = queue === undefined ? {} : { queues: [queue] };
      const identity = cause === undefined ? {} : { causeIdentity: cause.identity };
      return { when: { occasions: [occasion], ...where, subject, ...identity }, ...named };
    }
  }
}

async function mutedOf(request: MuteRequest, asking: AlertsAsking, room: Room): Promise<Muted> {
  const { when, to, incident } = request;
  if (incident === undefined) {
    if (to !== undefined)
      await checkTargets([{ kind: /^[UW]/.test(to) ? 'user' : 'channel', id: to }], room, asking.remainingMs);
    return { when, ...(to === undefined ? {} : { to }) };
  }
  const head = await room.history.incidents.get(incident);
  if (head === undefined) throw new UserError(`There is no incident ${incident}, or it is long over.`, 'alerts');
  const muted = await ofIncident(head, scopeSchema.parse(asking.filters.scope), room);
  // On a card that only they have, somebody spares only themselves.
  return head.to === asking.person.id ? { ...muted, to: head.to } : muted;
}

/** What "until it succeeds" is said of must be something that can succeed. */
function checkFixed({ when, incident }: Muted, end: MuteEnd): void {
  const { definitions, names, queues, tags, users, subject } = when;
  const can = [definitions, names, queues, tags, users, subject, incident].some((part) => part !== undefined);
  if (end.untilFixed && !can)
    throw new UserError(
      'Only a definition, a name, a tag, a user or a queue can succeed again. Say until when instead: for:1h, for:today.',
      'alerts help mute',
    );
}

/** Nothing was said of what to mute, by the asker or by the form that they sent. */
const isNothing = ({ when, everything, to, incident }: MuteRequest): boolean =>
  Object.keys(when).length === 0 && !everything && to === undefined && incident === undefined;

const isEverything = ({ when }: Muted): boolean => Object.keys(when).length === 0;

/** @returns the question, or nothing when it was asked twice */
async function askTwice(
  muted: Muted,
  end: MuteEnd,
  reason: string,
  asking: AlertsAsking,
  room: Room,
): Promise<Answer | undefined> {
  const { sure, asked } = asking.filters;
  const now = room.now();
  const isFresh = typeof asked === 'number' && now - asked <= EXPIRES_MS;
  if (sure !== undefined && !isFresh)
    throw new UserError('That question is too old to answer. Ask again for a fresh one.', 'alerts');
  if (sure === 'twice') return undefined;
  const open = await room.history.incidents.listOpen();
  const span = end.untilFixed ? 'fixed' : `${Math.max(1, Math.round((end.until - now) / 60_000))}m`;
  const to = muted.to === undefined ? '' : ` to:${muted.to}`;
  const isSecond = sure === 'once';
  return {
    message: everythingAsked({
      asking: isSecond ? 2 : 1,
      to: muted.to,
      end,
      reason,
      next: `alerts mute everything${to} for:${span} reason:${quoted(reason)} sure:${isSecond ? 'twice' : 'once'} asked:${now}`,
      lately: isSecond ? await lately(muted.to, room) : undefined,
      openIncidents: open.filter((incident) => isOpen(incident) && (muted.to === undefined || incident.to === muted.to))
        .length,
    }),
    replace: isSecond,
  };
}

async function start(
  muted: Muted,
  end: MuteEnd,
  reason: string,
  now: number,
  asking: AlertsAsking,
  room: Room,
): Promise<Answer> {
  const { person, channel, filters } = asking;
  const known = (await room.history.mutes.list('now')).find(
    (mute) => lasts(mute, now) && mute.to === muted.to && sameConditions(mute.when, muted.when),
  );
  const mute: Mute = {
    id: known?.id ?? shortReference().slice(0, 5),
    ...muted,
    ...end,
    reason,
    by: { id: person.id, name: person.name },
    channel: channel.id,
    at: known?.at ?? now,
  };
  const what = muted.about ?? (conditionsText(muted.when) || 'everything');
  const until = end.untilFixed ? 'until it succeeds' : `until ${new Date(end.until).toISOString().slice(0, 16)}Z`;
  await audited(
    'mute',
    `muted ${what}${muted.to === undefined ? '' : ` in ${muted.to}`} ${until}: ${reason}`,
    asking,
    room,
  );
  const renewed = known === undefined ? undefined : await room.history.mutes.renew(known.id, mute);
  if (renewed === undefined) await room.history.mutes.start(mute);
  const spared = await sparedPlace(mute, room);
  await announce(
    spared === undefined ? [] : [{ to: spared, line: muteBegan(mute) }],
    `mute#${mute.id}#${end.until}`,
    `Muted: ${what}`,
    room,
  );
  await refreshCards(mute, room);
  // The form may have been opened on a card, which stays.
  return { message: muteStarted(mute, renewed !== undefined), replace: filters.sure !== undefined };
}

export const mute: AlertsVerb = {
  name: 'mute',
  also: ['silence', 'snooze'],
  usage: '<conditions as of route | incident: | everything> [for:1h|today|fixed] <why>',
  summary: 'Tells nobody of it for a while, says so on the cards, and reminds when it ends.',
  example: 'def:align 1h "known bug, fix on its way"',
  async run(asking, room) {
    const now = room.now();
    const zone = /today/i.test(asking.text) ? await zoneOf(asking.person.id, room, asking.remainingMs) : 'UTC';
    const request = readMute(asking, now, zone);
    if (isNothing(request)) {
      const text = `What shall be muted? It goes: ${room.slash} alerts mute def:align 1h "why". It takes queue: def: name: tag: user: cause: occasion:, or everything.`;
      return { message: formOffered(text, `alerts mute ${asking.text}`.trim()), replace: false };
    }
    const muted = await mutedOf(request, asking, room);
    // What comes to oneself is one's own business.
    if (muted.to !== asking.person.id) requireOperator(asking.person, muted.when);
    const end = request.end ?? { until: now + HOUR_MS, untilFixed: false };
    checkFixed(muted, end);
    if (request.reason === '') {
      const text = `Why? Whoever misses it will want to know. It goes: ${room.slash} alerts mute ${conditionsText(muted.when) || 'everything'} 1h "why"`;
      // The form has no field for everything.
      if (isEverything(muted)) throw new UserError(text, 'alerts help mute');
      return { message: formOffered(text, `alerts mute ${asking.text}`), replace: false };
    }
    if (isEverything(muted)) {
      const question = await askTwice(muted, end, request.reason, asking, room);
      if (question !== undefined) return question;
    }
    return await start(muted, end, request.reason, now, asking, room);
  },
};
