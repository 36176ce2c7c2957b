/** `/batch help [verb]`: derived from the declarations of the verbs. */
import { UserError } from '../errors';
import { isDone } from '../jobs/job';
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

/** The beginning of a new job's id, of one that goes on if there is one, so that an example works as typed. */
async function someId({ history, now }: Room): Promise<string> {
  const { rows } = await history.search.search(parseQuery('', { now: now() }), { limit: 25 });
  const singles = rows.filter(({ arrayIndex, arraySize }) => arrayIndex === undefined && arraySize === undefined);
  return (singles.find((row) => !isDone(row)) ?? singles[0] ?? rows[0])?.id.slice(0, 8) ?? '<id>';
}

export const help = command({
  name: 'help',
  summary: 'Shows what I can do, or how one verb goes.',
  group: 'asks',
  usage: '[verb]',
  example: 'search',
  async run({ words }, room) {
    const { commands, slash } = room;
    const [verb] = words;
    const id = await someId(room);
    if (verb === undefined)
      return {
        message: helpView(
          commands.map((each) => entryOf(each, id)),
          slash,
        ),
      };
    const found = commands.find(({ name }) => name === verb.toLowerCase());
    if (found !== undefined) return { message: helpFor(entryOf(found, id), slash) };
    const instead = nearest(
      verb,
      commands.map(({ name }) => name),
    );
    if (instead === undefined) throw new UserError(`There is no verb "${verb}". ${slash} help lists them.`, 'help');
    throw new UserError(`There is no verb "${verb}". Did you mean ${slash} help ${instead}?`, `help ${instead}`);
  },
});
