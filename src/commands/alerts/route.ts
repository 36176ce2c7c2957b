/** `/batch alerts route queue:spot-* to #ops`: who is told of what, after showing which rules that contradicts. */
import { UserError } from '../../errors';
import type { Route } from '../../history/records/routes';
import { moreSpecificFirst } from '../../notices/routing/moreSpecific';
import { contradicts, overlap, sameTargets, targetKey } from '../../notices/routing/overlap';
import type { Answer } from '../../slack/deliver';
import { noLongerHere, nowElsewhere, nowHere, routePreview, routeSaved } from '../../views/alertRoute';
import { conditionsText, routeText } from '../../views/alertRule';
import { formOffered } from '../../views/alertsAsk';
import type { Room } from '../command';
import { announce, audited } from './announce';
import { queueNotes } from './queueNotes';
import { type RouteRequest, readRoute, requireOperator } from './routeRequest';
import { checkTargets } from './targets';
import type { AlertsAsking, AlertsVerb } from './verb';

const MOST_RULES = 200;

/** Those to whom it came until now and no more does: by rules that this one beats, and by default. */
function losers(rule: Route, rules: readonly Route[], room: Room): string[] {
  if (rule.also) return [];
  const beaten = rules.filter((other) => contradicts(rule, other) && moreSpecificFirst(rule, other) < 0);
  const before = [
    ...beaten.flatMap(({ to }) => to.filter(({ kind }) => kind === 'channel').map(targetKey)),
    ...(room.alertChannel === undefined ? [] : [room.alertChannel]),
  ];
  const still = [rule, ...rules.filter(({ also, when }) => also && overlap(rule.when, when))].flatMap(({ to }) =>
    to.map(targetKey),
  );
  return [...new Set(before)].filter((to) => !still.includes(to));
}

async function save(request: RouteRequest, asking: AlertsAsking, room: Room): Promise<Answer> {
  const { person } = asking;
  const by = { id: person.id, name: person.name };
  const rule: Route = { id: request.id, when: request.when, to: request.to, also: request.also, by, at: room.now() };
  const others = (await room.history.routes.list('now')).filter(({ id }) => id !== rule.id);
  if (others.length >= MOST_RULES)
    throw new UserError(
      `There are ${MOST_RULES} rules, and I take no more. Remove one that is not needed.`,
      'alerts all',
    );
  await audited('route', `routed alerts: ${routeText(rule)}`, asking, room);
  const before = await room.history.routes.set(rule);
  const told = (to: Route['to']) => to.filter(({ kind }) => kind !== 'submitter').map(targetKey);
  const had = before === undefined ? [] : told(before.to);
  const gains = told(rule.to).filter((to) => !had.includes(to) && to !== person.id);
  const drops = had.filter((to) => !told(rule.to).includes(to) && to !== person.id);
  const lost = (before === undefined ? losers(rule, others, room) : []).filter((to) => !drops.includes(to));
  await announce(
    [
      ...gains.map((to) => ({ to, line: nowHere(person.id, rule) })),
      ...drops.map((to) => ({ to, line: before === undefined ? '' : noLongerHere(person.id, before) })),
      ...lost.map((to) => ({ to, line: nowElsewhere(person.id, rule) })),
    ],
    `${rule.id}#${rule.at}`,
    `Alerts are routed: ${routeText(rule)}`,
    room,
  );
  return { message: routeSaved(rule, before), replace: true };
}

export const route: AlertsVerb = {
  name: 'route',
  also: ['send', 'add'],
  usage:
    '[occasion] [queue:] [def:] [name:] [tag:] [user:] [cause:] [severity:] to <#channel|@person|submitter|here|me|nowhere> [also]',
  summary: 'Says who is told of what. Of rules that contradict, the more specific one wins; "also" adds to the others.',
  example: 'queue:spot-* def:align to here',
  async run(asking, room) {
    const request = readRoute(asking, room.now());
    requireOperator(asking.person, request.when);
    if (!request.isNamed) {
      const said = `alerts route ${conditionsText(request.when)}`.trim();
      const usage = `${room.slash} alerts route queue:spot-* def:align to #channel`;
      const text = `Where to? It goes: ${usage}. Others are @person, submitter, here, me, nowhere.`;
      return { message: formOffered(text, said), replace: false };
    }
    const to = [...(await checkTargets(request.to, room, asking.remainingMs))];
    const checked = { ...request, to };
    const rules = await room.history.routes.list('now');
    const before = rules.find(({ id }) => id === request.id);
    if (before !== undefined && sameTargets(before.to, to))
      throw new UserError(`That is rule ${request.id} already.`, 'alerts');
    if (asking.filters.sure === 'yes') return await save(checked, asking, room);
    const now = room.now();
    const contradictions = rules
      .filter((other) => other.id !== request.id && contradicts(checked, other))
      .sort(moreSpecificFirst)
      .map((rule) => ({ rule, isBeaten: moreSpecificFirst({ ...checked, at: now }, rule) < 0 }));
    return {
      message: routePreview({
        rule: checked,
        before,
        contradictions,
        notes: await queueNotes(checked.when, room),
      }),
      // The form may have been opened on a message that others read too.
      replace: false,
    };
  },
};
