/** `/batch alerts unroute K7F2Q`: a rule that works no more, named by its id or by its conditions. */
import { UserError } from '../../errors';
import type { Route } from '../../history/records/routes';
import { nearest } from '../../jobs/nearest';
import { targetKey } from '../../notices/routing/overlap';
import { hereAgain, noLongerHere, routeRemoved } from '../../views/alertRoute';
import { routeText } from '../../views/alertRule';
import { announce, audited } from './announce';
import { readRoute, requireOperator } from './routeRequest';
import type { AlertsAsking, AlertsVerb } from './verb';

/** @throws UserError with the nearest id, or with how it goes */
function named(asking: AlertsAsking, rules: readonly Route[], slash: string, now: number): Route {
  const [word = ''] = asking.words;
  const byId = rules.find(({ id }) => id === word.toUpperCase());
  if (byId !== undefined) return byId;
  if (/^[2-9A-Z]{5}$/i.test(word) && asking.tokens.length === 1) {
    const meant = nearest(
      word.toUpperCase(),
      rules.map(({ id }) => id),
    );
    throw new UserError(
      `There is no rule ${word.toUpperCase()}.${meant === undefined ? '' : ` Did you mean ${meant}?`} ${slash} alerts all lists them.`,
      'alerts all',
    );
  }
  if (asking.tokens.length === 0)
    throw new UserError(
      `Which rule? It goes: ${slash} alerts unroute <id>. ${slash} alerts all lists them.`,
      'alerts all',
    );
  const { when, also, id } = readRoute(asking, now);
  const found = rules.find((rule) => rule.id === id);
  if (found !== undefined) return found;
  throw new UserError(
    `There is no rule for ${routeText({ when, to: [], also }).replace(/ to nowhere.*$/, '')}. ${slash} alerts all lists them.`,
    'alerts all',
  );
}

export const unroute: AlertsVerb = {
  name: 'unroute',
  also: ['remove', 'delete'],
  usage: '<id of a rule, or its conditions>',
  summary: 'Removes a rule.',
  example: '',
  async run(asking, room) {
    const { person } = asking;
    const rule = named(asking, await room.history.routes.list('now'), room.slash, room.now());
    requireOperator(person, rule.when);
    await audited('unroute', `removed the rule: ${routeText(rule)}`, asking, room);
    await room.history.routes.remove(rule.id);
    const had = rule.to.filter(({ kind }) => kind !== 'submitter').map(targetKey);
    const byDefault = room.alertChannel;
    const gains = byDefault === undefined || rule.also || had.includes(byDefault) ? [] : [byDefault];
    await announce(
      [
        ...had.filter((to) => to !== person.id).map((to) => ({ to, line: noLongerHere(person.id, rule) })),
        ...gains.map((to) => ({ to, line: hereAgain(person.id, rule) })),
      ],
      `${rule.id}#${rule.at}#removed`,
      `A rule for alerts is removed: ${routeText(rule)}`,
      room,
    );
    return { message: routeRemoved(rule), replace: true };
  },
};
