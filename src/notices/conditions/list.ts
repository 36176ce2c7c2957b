/** All conditions, in the order in which they are looked at: what costs work at once comes first. */
import { failureRate } from '../failureRate';
import { queueBlocked } from '../queueBlocked';
import { queueTrouble } from '../queueTrouble';
import { quietQueue } from '../quietQueue';
import { runsLong } from '../runsLong';
import { stuckRunnable } from '../stuckRunnable';
import { stuckStarting } from '../stuckStarting';
import type { Condition } from './condition';

export const CONDITIONS: readonly Condition[] = [
  queueTrouble,
  queueBlocked,
  stuckRunnable,
  stuckStarting,
  runsLong,
  failureRate,
  quietQueue,
];
