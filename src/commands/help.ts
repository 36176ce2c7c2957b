/** `/batch help [verb]`: derived from the declarations of the verbs. */
import { UserError } from '../errors';
import { isDone } from '../jobs/job';
import { logPlaceOf, newestAttempt } from '../jobs/logPlace';
import { nearest } from '../jobs/nearest';
import { parseQuery } from '../jobs/query';
import { type HelpEntry, helpFor, help as helpView } from '../views/help';
import { type Command, command, type Room } from './command';

const entryOf = (
  { name, summary, group, usage, example, filters, lastWords, searches, changes }: Command,
  id: string,
): HelpEntry => ({
  name,
  summary,
  group,
  usage,
  example: example.replace('<id>', id),
  filters: Object.entries(filters).flatMap(([filter, { meaning, hidden }]) =>
    hidden ? [] : [{ name: filter, meaning }],
  ),
  flags: lastWords,
  searches,
  changes,
});

/** Which jobs a verb's example works with; any other verb takes any job. */
const EXAMPLES: Readonly<Record<string, string>> = {
  logs: 'status:running,succeeded,failed',
  cancel: 'status:active',
  retry: 'status:failed',
  watch: 'status:active',
};
/** Jobs that are looked at for one that fits. */
const MOST_LOOKED_AT = 25;
const MOST_LOGS_LOOKED_AT = 10;

/** The beginning of the id of a new job with which the verb works as typed; `<id>` itself where there is none. */
async function someId(verb: string, { history, now }: Room): Promise<string> {
  const query = parseQuery(EXAMPLES[verb] ?? '', { now: now() });
  const { rows } = await history.search.search(query, { limit: MOST_LOOKED_AT });
  const singles = rows.filter(({ arrayIndex, arraySize }) => arrayIndex === undefined && arraySize === undefined);
  if (verb === 'logs') {
    const started = singles.filter(({ startedAt }) => startedAt !== undefined).slice(0, MOST_LOGS_LOOKED_AT);
    const jobs = (await history.jobs.getMany(started.map(({ id }) => id))).map(({ job }) => job);
    return jobs.find((job) => logPlaceOf(job, newestAttempt(job)) !== undefined)?.id.slice(0, 8) ?? '<id>';
  }
  return (singles.find((row) => !isDone(row)) ?? singles[0])?.id.slice(0, 8) ?? '<id>';
}

const needsId = ({ example }: Command): boolean => example.includes('<id>');

export const help = command({
  name: 'help',
  summary: 'Shows what I can do, or how one verb goes.',
  group: 'asks',
  usage: '[verb]',
  example: 'search',
  async run({ words }, room) {
    const { commands, slash } = room;
    const [verb] = words;
    const withExample = async (each: Command) => entryOf(each, needsId(each) ? await someId(each.name, room) : '<id>');
    if (verb === undefined) return { message: helpView(await Promise.all(commands.map(withExample)), slash) };
    const found = commands.find(({ name }) => name === verb.toLowerCase());
    if (found !== undefined) return { message: helpFor(await withExample(found), slash) };
    const instead = nearest(
      verb,
      commands.map(({ name }) => name),
    );
    if (instead === undefined) throw new UserError(`There is no verb "${verb}". ${slash} help lists them.`, 'help');
    throw new UserError(`There is no verb "${verb}". Did you mean ${slash} help ${instead}?`, `help ${instead}`);
  },
});
