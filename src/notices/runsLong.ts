/** The occasion: a job runs for much longer than 95 % of the runs of its definition that succeeded. */
import { duration } from '../views/time';
import { number } from '../views/words';
import { condition, notOld } from './conditions/condition';
import { nameOfDefinition, type Runs, runsFor } from './conditions/usual';

const NAME = 'runs-long';
/** Twice a few seconds is nothing that anybody wants to hear of. */
const LEAST_OVER_MS = 60_000;

const RUN_DAYS_WORDS = 'the last 30 days';

export const runsLong = condition({
  name: NAME,
  summary: 'a job runs much longer than its definition usually does',
  isOn: true,
  look({ rows, settings, now, usual: { runs } }) {
    if (runs === undefined) return undefined;
    // Asked once a definition: an array's children are many and of one.
    const known = new Map<string, Runs | undefined>();
    const so = rows.flatMap(({ id, status, definition, queue, startedAt, arraySize, terminated }) => {
      // What was stopped is on its way out.
      if (terminated === true) return [];
      if (status !== 'RUNNING' || definition === undefined || startedAt === undefined || arraySize !== undefined)
        return [];
      if (!known.has(definition)) known.set(definition, runsFor(runs, definition));
      const usual = known.get(definition);
      if (usual === undefined) return [];
      const limit = Math.max(settings.threshold('long', queue) * usual.p95Ms, usual.p95Ms + LEAST_OVER_MS);
      if (now - startedAt < limit) return [];
      return [
        {
          occasion: NAME,
          severity: 'normal' as const,
          at: notOld(startedAt + limit, now),
          subject: { kind: 'definition' as const, name: nameOfDefinition(definition) },
          queue,
          member: id,
          told: `It has run for ${duration(now - startedAt)}. Of ${number(usual.runs)} runs of ${usual.definition} that succeeded in ${RUN_DAYS_WORDS}, 95 % took ${duration(usual.p95Ms)} or less. Look at the end of its log: whether it still gets on.`,
        },
      ];
    });
    return { so };
  },
  word: ({ openedAt }, { now }) => `ended ${duration(now - openedAt)} later`,
});
