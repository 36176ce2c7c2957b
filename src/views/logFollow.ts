/** A log that grows: one message that shows its newest lines, with Stop while it is followed, and how it ended. */
import type { LogLine } from '../aws/logs';
import { causeOf } from '../jobs/causes';
import { nameOf } from './jobLine';
import { actions, button, context, dotted, escaped, linkButton, type Message, preformatted, section } from './kit';
import { cutNote, type LogOf, logBox, logCommand, logTitle, timesNote } from './logs';
import { count } from './words';

export interface LogFollowProps extends LogOf {
  id: string;
  /** A Slack user id. */
  by: string;
  lines: readonly LogLine[];
  lineCount: number;
  /** Why no line is there yet, or why there will be no more, in a sentence. */
  note: string | undefined;
  isOver: boolean;
  link: string | undefined;
}

/** Lines of other people's logs stay short: the message is sent again with every edit. */
const MOST_BOX = 5_000;

export function logFollow(props: LogFollowProps): Message {
  const { job, lines, lineCount, isOver } = props;
  const { text, cutLines } = logBox(lines, MOST_BOX);
  const cause = isOver && job.status === 'FAILED' ? causeOf(job)?.sentence : undefined;
  const base = logCommand(props);
  const notes = [
    lines.length === 0 ? undefined : `${count(lineCount, 'line')} so far`,
    lines.length === 0 ? undefined : timesNote(lines),
    cutNote(cutLines),
    `asked for by <@${props.by}>`,
  ].filter((note) => note !== undefined);
  return {
    text: `${isOver ? 'Followed' : 'Following'} the log of ${nameOf(job)}${props.note === undefined ? '.' : `: ${props.note}`}`,
    blocks: [
      section(
        [logTitle(props, isOver ? 'no longer followed' : 'following'), props.note, cause]
          .flatMap((line, n) => (line === undefined ? [] : [n === 0 ? line : escaped(line)]))
          .join('\n'),
      ),
      ...(lines.length === 0 ? [] : [preformatted(text)]),
      context(dotted(notes)),
      actions(
        ...(isOver
          ? [
              button({ label: 'Follow on', command: `${base} --follow` }),
              button({ label: 'Whole log', command: `${base} --file`, says: 'Get the whole log as a file' }),
            ]
          : [
              button({
                label: 'Stop',
                command: `logs --stop ${props.id}`,
                replace: true,
                says: 'Stop following this log',
              }),
            ]),
        button({ label: 'Job', command: `job ${job.id}` }),
        ...(props.link === undefined ? [] : [linkButton('Open in CloudWatch', props.link)]),
      ),
    ],
  };
}

/** Where the message that moves is, for who asked. */
export const followStarted = (of: LogOf, where: 'dm' | 'channel'): Message => {
  const words =
    where === 'dm'
      ? `I follow the log of ${nameOf(of.job)} in our direct messages.`
      : `I follow the log of ${nameOf(of.job)} in this channel.`;
  return { text: words, blocks: [section(escaped(words))] };
};
