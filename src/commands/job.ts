/** `/batch job <id>`: one job in one message. */
import { jobCard } from '../views/jobCard';
import { command } from './command';
import { findJob } from './find';

export const job = command({
  name: 'job',
  summary: 'Shows one job: state, plain cause, times, attempts, resources.',
  group: 'asks',
  usage: '<id>',
  example: '<id>',
  flags: ['share'],
  async run({ text, words, person, flags }, room) {
    const found = await findJob(words[0] ?? text, 'job', room);
    const share = flags.has('share');
    return {
      message: jobCard({ job: found, now: room.now(), region: room.region, mayAct: person.role !== 'viewer' }),
      public: share,
    };
  },
});
