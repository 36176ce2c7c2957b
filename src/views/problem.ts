/** What somebody reads when something can't be done: the reason, and the next step as a button. */
import type { Job } from '../jobs/job';
import { jobLine } from './jobLine';
import { actions, button, context, cut, escaped, LIMITS, type Message, section } from './kit';
import { rowForList } from './rowForList';

/** A message that quotes what somebody typed may be as long as that. */
const MOST_MESSAGE = 1_200;

/** @param suggestion a command that would work, offered to be run */
export function problem(message: string, slash: string, suggestion?: string, people: readonly string[] = []): Message {
  const asked = people.length === 0 ? '' : ` ${people.map((id) => `<@${id}>`).join(' or ')}.`;
  return {
    text: message,
    blocks: [
      section(`${escaped(cut(message, MOST_MESSAGE))}${asked}`),
      ...(suggestion === undefined || suggestion.length > LIMITS.buttonValue
        ? []
        : [
            actions(
              button({
                label: `${slash} ${suggestion}`,
                command: suggestion,
                replace: true,
                says: `Run ${slash} ${suggestion}`,
              }),
            ),
          ]),
    ],
  };
}

/** For a bug or an outage: a reference that finds the log line. */
export const failure = (ref: string): Message =>
  problem(
    `Something went wrong on my side, and what you asked for may not be done. Try it again: nothing is done twice. If that does not help, tell whoever runs batchbot this reference: ${ref}`,
    '',
  );

/** For a search index that can't be read until it is built anew. */
export const damagedIndex = (item: string, ref: string): Message =>
  problem(
    `The search index is damaged at item ${item}. An admin mends it with npm run reindex, which builds it anew from the jobs: none of these is lost. The log tells more under this reference: ${ref}`,
    '',
  );

/** Said once while somebody waits; the answer comes as a message of its own. */
export function takesLonger(asked: string, slash: string): Message {
  const [verb = ''] = asked.trim().split(/\s+/, 1);
  const text = `Still at work on ${slash} ${verb}: it takes longer than usual. The answer comes here.`;
  return { text, blocks: [context(escaped(text))] };
}

export function ambiguous(prefix: string, jobs: readonly Job[], more: boolean, now: number, region: string): Message {
  const text = `${prefix} fits ${more ? 'more than ' : ''}${jobs.length} jobs. Which one?`;
  return {
    text,
    blocks: [
      section(`*${escaped(text)}*`),
      ...jobs.map((job) => jobLine(rowForList(job), now, region)),
      context('Give more of the id, or choose from a line’s menu.'),
    ],
  };
}
