/** The list of occasions, in the order in which people read them; each is declared in a file of its own beside this one. */
import { failed } from './failed';
import { failureRate } from './failureRate';
import { type Occasion, occasion } from './occasion';
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
  occasion({ name: 'watch-ended', summary: 'a job, search or workflow that somebody watches ended', isOn: true }),
  timeoutGarbage,
  occasion({ name: 'digest', summary: 'a day or a week is over', isOn: true }),
];
