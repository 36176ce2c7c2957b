/** The list of occasions, in the order in which people read them; each is declared in a file of its own beside this one. */
import { failed } from './failed';
import { type Occasion, occasion } from './occasion';
import { retried } from './retried';
import { spotReclaimed } from './spotReclaimed';
import { timedOut } from './timedOut';

/** A function, since the files of occasions may reach this list themselves while they are loaded. */
export const occasions = (): readonly Occasion[] => [
  failed,
  retried,
  timedOut,
  occasion({ name: 'timeout-near', summary: 'a job has used up most of a timeout', isOn: true }),
  spotReclaimed,
  occasion({ name: 'queue-blocked', summary: 'AWS Batch says that the head of a queue is blocked', isOn: true }),
  occasion({ name: 'stuck-runnable', summary: 'jobs of a queue wait RUNNABLE for too long', isOn: true }),
  occasion({ name: 'stuck-starting', summary: 'a job is STARTING for too long', isOn: true }),
  occasion({ name: 'stuck-terminated', summary: 'a job was terminated and does not end', isOn: true }),
  occasion({ name: 'runs-long', summary: 'a job runs much longer than its definition usually does', isOn: true }),
  occasion({
    name: 'queue-trouble',
    summary: 'a queue or compute environment became invalid or was disabled',
    isOn: true,
  }),
  occasion({ name: 'failure-rate', summary: 'a definition fails much more often than usual', isOn: true }),
  occasion({ name: 'quiet-queue', summary: 'a queue that is never quiet has nothing to do', isOn: true }),
  occasion({ name: 'watch-ended', summary: 'a job, search or workflow that somebody watches ended', isOn: true }),
  occasion({ name: 'timeout-garbage', summary: 'a definition has a timeout that makes no sense', isOn: true }),
  occasion({ name: 'digest', summary: 'a day or a week is over', isOn: true }),
];
