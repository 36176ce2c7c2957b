/** The list of occasions, in the order in which people read them; each is declared in a file of its own beside this one. */
import { digest } from './digest';
import { failed } from './failed';
import { failureRate } from './failureRate';
import type { Occasion } from './occasion';
import { queueBlocked } from './queueBlocked';
import { queueTrouble } from './queueTrouble';
import { quietQueue } from './quietQueue';
import { retried } from './retried';
import { runsLong } from './runsLong';
import { spotReclaimed } from './spotReclaimed';
import { stuckRunnable } from './stuckRunnable';
import { stuckStarting } from './stuckStarting';
import { stuckTerminated } from './stuckTerminated';
import { timedOut } from './timedOut';
import { timeoutGarbage } from './timeoutGarbage';
import { timeoutNear } from './timeoutNear';
import { watchEnded } from './watchEnded';

/** A function, since the files of occasions may reach this list themselves while they are loaded. */
export const occasions = (): readonly Occasion[] => [
  failed,
  retried,
  timedOut,
  timeoutNear,
  spotReclaimed,
  queueBlocked,
  stuckRunnable,
  stuckStarting,
  stuckTerminated,
  runsLong,
  queueTrouble,
  failureRate,
  quietQueue,
  watchEnded,
  timeoutGarbage,
  digest,
];
