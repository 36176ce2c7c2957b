/** Lines of a log that match what somebody looked for, each with the lines around it. */
import type { LogLine } from '../aws/logs';
import { quoted } from '../jobs/words';
import { nameOf } from './jobLine';
import { actions, button, context, cut, dotted, type Message, preformatted, section } from './kit';
import { cutNote, type LogOf, logButtons, logCommand, logTitle, timedLine, timesNote } from './logs';
import { count, number } from './words';

export interface MatchLine extends LogLine {
  isMatch: boolean;
}

export interface LogMatchesProps extends LogOf {
  /** What was looked for, as typed. */
  grep: string;
  /** Lines that follow each other, oldest first. */
  groups: readonly (readonly MatchLine[])[];
  /** How many matches there are in all, or as far as was looked. */
  total: number;
  isWhole: boolean;
  /** No page of matches stands before this one. */
  isFirst: boolean;
  older: string | undefined;
  newer: string | undefined;
  /** Filters that are part of what is shown, as typed. */
  filters: string;
  link: string;
  sharedBy?: string | undefined;
}

const MOST_BOX = 9_000;
const MOST_QUOTED = 60;

/** Of an event with several lines so many are shown, and so much of each. */
const MATCH = { characters: 400, parts: 6 };
const AROUND = { characters: 200, parts: 2 };

/** Matches begin with `>`, so that they are told from the lines around them without colour; whole lines only. */
function matchBox(groups: LogMatchesProps['groups']): { text: string; cutLines: number } {
  let cutLines = 0;
  const lines = groups.flatMap((group, n) => [
    ...(n === 0 ? [] : ['  …']),
    ...group.map((line) => {
      const most = line.isMatch ? MATCH : AROUND;
      const timed = timedLine(line, most.characters, most.parts);
      if (timed.isCut) cutLines++;
      return timed.text.replace(/^/gm, line.isMatch ? '> ' : '  ');
    }),
  ]);
  while (lines.length > 1 && lines.reduce((sum, { length }) => sum + length + 1, 0) > MOST_BOX) {
    lines.pop();
    cutLines++;
  }
  return { text: lines.join('\n'), cutLines };
}

/** What is looked for, to be typed again. */
export const grepFilter = (grep: string): string => `grep:${quoted(grep)}`;

export function logMatches(props: LogMatchesProps): Message {
  const { groups, total, isWhole, grep } = props;
  const { text, cutLines } = matchBox(groups);
  const shown = groups.flat().filter(({ isMatch }) => isMatch).length;
  const found = `${number(shown)} of ${isWhole ? '' : 'more than '}${count(total, props.isFirst ? 'match' : 'further match', props.isFirst ? 'matches' : 'further matches')} for "${cut(grep, MOST_QUOTED)}"`;
  const base = [logCommand(props), grepFilter(grep), props.filters].filter((part) => part !== '').join(' ');
  const page = (label: 'Older' | 'Newer', at: string | undefined) =>
    at === undefined ? [] : [button({ label, command: `${base} page:${at}`, replace: true, says: `${label} matches` })];
  const notes = [
    'a > marks a match',
    timesNote(groups.flat()),
    cutNote(cutLines),
    props.sharedBy === undefined ? undefined : `shared by <@${props.sharedBy}>`,
  ].filter((note) => note !== undefined);
  return {
    text: `${found} in the log of ${nameOf(props.job)}.`,
    blocks: [
      section(logTitle(props, found)),
      preformatted(text),
      context(dotted(notes)),
      ...(props.sharedBy === undefined
        ? [
            actions(
              ...page('Older', props.older),
              ...page('Newer', props.newer),
              ...logButtons(props, props.link),
              button({ label: 'Share', command: `${base} --share`, says: 'Show these lines to the whole channel' }),
            ),
          ]
        : []),
    ],
  };
}
