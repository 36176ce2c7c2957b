/** `/batch job <id>`: one job in one message, and all that is known of it behind a button. */
import * as z from 'zod';
import { jobCard } from '../views/jobCard';
import { jobDetails } from '../views/jobDetails';
import { command } from './command';
import { findJob } from './find';
import { lookAround } from './lookAround';
import { timeLimitsOf } from './timeouts/ofJob';

export const job = command({
  name: 'job',
  summary: 'Shows one job whole: state, plain cause, queue, attempts, times, setup, children.',
  group: 'asks',
  usage: '<id>',
  example: '<id>',
  filters: {
    details: {
      schema: z
        .string()
        .regex(/^\d{1,3}$/, 'a page, 1 or more')
        .transform(Number),
      meaning: 'a page of all that is known',
      hidden: true,
    },
  },
  flags: ['share'],
  async run({ text, words, person, flags, filters }, room) {
    const found = await findJob(words[0] ?? text, 'job', room);
    const { details: page } = filters;
    const around = await lookAround(found, room, page !== undefined);
    const timeLimits = await timeLimitsOf(found, room, around.parent);
    const props = {
      ...{ job: found, around, now: room.now(), region: room.region },
      mayAct: person.role !== 'viewer',
      verbs: new Set(room.commands.map(({ name }) => name)),
    };
    return {
      message:
        page === undefined ? jobCard({ ...props, timeLimits }) : jobDetails({ ...props, shows: room.shows, page }),
      public: flags.has('share'),
    };
  },
});
