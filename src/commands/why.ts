/** `/batch why <id>`: why a job waits, failed or takes so long, with the evidence and the next step. */
import { causeOf } from '../jobs/causes';
import { isDone, isLost } from '../jobs/job';
import { whyLost, whyRunning, whySucceeded } from '../views/why';
import { whyFailed } from '../views/whyFailed';
import { whyWaiting } from '../views/whyWaiting';
import { command } from './command';
import { findJob } from './find';
import { gathering } from './gathering';
import { gatherFailed, usualOf } from './whyEnded';
import { gatherWaiting } from './whyWaiting';

export const why = command({
  name: 'why',
  summary: 'Says why a job waits, failed or takes so long, with the evidence and what helps.',
  group: 'asks',
  usage: '<id>',
  example: '<id>',
  flags: ['share'],
  async run({ text, words, person, flags }, room) {
    const job = await findJob(words[0] ?? text, 'why', room);
    const isPublic = flags.has('share');
    const mayAct = person.role !== 'viewer';
    const { region } = room;
    const now = room.now();
    if (isLost(job)) return { message: whyLost({ job, now, region }), public: isPublic };
    const cause = job.status === 'FAILED' ? causeOf(job) : undefined;
    const parts = gathering(room);
    if (cause !== undefined)
      return { message: whyFailed({ ...(await gatherFailed(job, cause, parts, room)), mayAct }), public: isPublic };
    if (isDone(job) || job.status === 'RUNNING') {
      const props = { job, usual: await usualOf(job, room), now, region, mayAct };
      return { message: isDone(job) ? whySucceeded(props) : whyRunning(props), public: isPublic };
    }
    return { message: whyWaiting({ ...(await gatherWaiting(job, parts, room)), mayAct }), public: isPublic };
  },
});
