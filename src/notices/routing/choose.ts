/** Which rules decide on an occurrence: the most specific one that fits, and all that only add. */
import type { Route } from '../../history/records/routes';
import type { Occurrence } from '../occasion';
import { fits } from './fits';
import { moreSpecificFirst } from './moreSpecific';

export interface Choice {
  /** Decides where it goes; undefined where no rule fits but those that add. */
  winner: Route | undefined;
  /** Fit too, but are less specific, the nearest first. */
  beaten: Route[];
  /** Add their own to whatever was decided. */
  adding: Route[];
}

export function choose(rules: readonly Route[], occurrence: Occurrence): Choice {
  const fitting = rules.filter(({ when }) => fits(when, occurrence)).sort(moreSpecificFirst);
  const [winner, ...beaten] = fitting.filter(({ also }) => !also);
  return { winner, beaten, adding: fitting.filter(({ also }) => also) };
}
