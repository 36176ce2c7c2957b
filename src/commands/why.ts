/** `/batch why <id>`: why a job waits, failed or takes so long, with the evidence and the next step. */
import { causeOf } from '../jobs/causes';
import { isDone, isLost, type Job } from '../jobs/job';
import { sharedBy } from '../views/explanation';
import type { Message } from '../views/kit';
import { whyLost, whyRunning, whySucceeded } from '../views/why';
import { whyFailed } from '../views/whyFailed';
import { whyWaiting } from '../views/whyWaiting';
import { command, type Room } from './command';
import { findJob } from './find';
import { gathering } from './gathering';
import { timeLimitsOf } from './timeouts/ofJob';
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
    const message = await answerTo(job, person.role !== 'viewer', room);
    return flags.has('share') ? { message: sharedBy(message, person.id), public: true } : { message };
  },
});

async function answerTo(job: Job, mayAct: boolean, room: Room): Promise<Message> {
  const { region } = room;
  const now = room.now();
  if (isLost(job)) return whyLost({ job, now, region });
  const parts = gathering(room);
  const cause = job.status === 'FAILED' ? causeOf(job) : undefined;
  if (cause !== undefined) return whyFailed({ ...(await gatherFailed(job, cause, parts, room)), mayAct });
  if (!isDone(job) && job.status !== 'RUNNING')
    return whyWaiting({
      ...(await gatherWaiting(job, parts, room)),
      mayAct,
      timeLimits: await timeLimitsOf(job, room),
    });
  const props = { job, usual: await usualOf(job, room), now, region, mayAct };
  return isDone(job) ? whySucceeded(props) : whyRunning({ ...props, timeLimits: await timeLimitsOf(job, room) });
}
