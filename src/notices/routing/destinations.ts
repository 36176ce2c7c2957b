/** Who is told of what happened: the rules, the default channel, and what is switched off. */
import type { Room } from '../../commands/command';
import type { Target } from '../../history/records/routes';
import type { Occurrence } from '../occasion';
import { type Choice, choose } from './choose';
import { alertSettings } from './settings';
import { submitterOf } from './submitter';
import { withOwner } from './withOwner';

export interface Destination {
  /** A channel's id (`C…`) or a person's (`U…`). */
  to: string;
  /** Why, as a clause: `rule K7F2Q`, `the default channel`. */
  because: string;
}

interface Wanted {
  target: Target;
  because: string;
}

/** In order, each target with the rule that names it; undefined where the default decides. */
function wanted({ winner, adding }: Choice): { decided: Wanted[] | undefined; added: Wanted[] } {
  const of = ({ to, id }: NonNullable<Choice['winner']>): Wanted[] =>
    to.map((target) => ({ target, because: `rule ${id}` }));
  return { decided: winner === undefined ? undefined : of(winner), added: adding.flatMap(of) };
}

type RoutingRoom = Pick<Room, 'history' | 'slack' | 'log' | 'now' | 'alertChannel'>;

/** Everybody who is told, each once, before mutes. Empty for what goes nowhere or is switched off. */
export async function destinations(told: Occurrence, room: RoutingRoom): Promise<Destination[]> {
  const [rules, settings] = await Promise.all([room.history.routes.list(), alertSettings(room)]);
  const occurrence = rules.length === 0 ? told : await withOwner(told, room);
  const { decided, added } = wanted(choose(rules, occurrence));
  const byDefault = (because: string): Destination[] =>
    room.alertChannel === undefined ? [] : [{ to: room.alertChannel, because }];

  async function place({ target, because }: Wanted): Promise<Destination[]> {
    if (target.kind !== 'submitter') return [{ to: target.id, because }];
    const user = await submitterOf(occurrence.job, room);
    if (user.id !== undefined) return [{ to: user.id, because: `${because}, as its submitter` }];
    // An alert for somebody whom Slack does not know is still an alert.
    return byDefault(`${because}, but ${user.why}`);
  }

  const places = decided === undefined ? byDefault('the default channel') : await eachOf(decided.map(place));
  const all = [...places, ...(await eachOf(added.map(place)))];
  const once = all.filter(({ to }, index) => all.findIndex((other) => other.to === to) === index);
  return once.filter(({ to }) => settings.isOn(occurrence.occasion, to));
}

const eachOf = async (work: Promise<Destination[]>[]): Promise<Destination[]> => (await Promise.all(work)).flat();
