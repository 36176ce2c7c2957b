/** All conditions, in the order in which they are looked at: what holds up work now comes first. */
import { failureRate } from '../failureRate';
import { queueBlocked } from '../queueBlocked';
import { queueTrouble } from '../queueTrouble';
import { quietQueue } from '../quietQueue';
import { runsLong } from '../runsLong';
import { stuckRunnable } from '../stuckRunnable';
import { stuckStarting } from '../stuckStarting';
import type { Condition } from './condition';

export const OF_NOW: readonly Condition[] = [queueTrouble, queueBlocked, stuckRunnable, stuckStarting];
/** They compare with what is usual, which takes the history some seconds to tell now and then. */
export const OF_HISTORY: readonly Condition[] = [runsLong, failureRate, quietQueue];
