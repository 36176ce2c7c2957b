/** Logs as files: what is said with the file, and what the person who asked is told. */
import { nameOf } from './jobLine';
import { actions, button, context, escaped, type Message, section } from './kit';
import { type LogOf, logCommand } from './logs';
import { count, number } from './words';

/** Why a file does not hold all: no more room on the disk, no more time, AWS too busy, deleted meanwhile. */
export type CutBy = 'size' | 'time' | 'busy' | 'deleted';

/** What came into a file. */
export interface Written {
  lines: number;
  cutBy: CutBy | undefined;
  /** Where what was left out begins, if it can still be had. */
  next: string | undefined;
}

/** `812 bytes`, `98.2 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1_000) return count(bytes, 'byte');
  const [unit, name] = bytes < 1_000_000 ? [1_000, 'KB'] : [1_000_000, 'MB'];
  return `${number(Math.round((bytes / (unit as number)) * 10) / 10)} ${name}`;
}

const CUT: Readonly<Record<CutBy, string>> = {
  size: 'It is too long for one file: this is the first part.',
  time: 'It is too long to be read at once: this is the first part.',
  busy: 'CloudWatch takes no more requests just now: this is the first part.',
  deleted: 'The log was deleted while I read it: the rest is gone.',
};

const where = (isShared: boolean): string => (isShared ? 'in this channel' : 'in our direct messages');

export interface LogFileProps extends LogOf {
  written: Written;
  bytes: number;
  grep?: string | undefined;
  isShared: boolean;
  /** The command that makes the next part, if there is one. */
  nextPart: string | undefined;
}

/** `The whole log of align-3, attempt 2 of 2: 4,310 lines, 312 KB.` */
export function logFileComment(props: LogFileProps): string {
  const { job, attempt, attempts, container, written, grep } = props;
  const which = [
    nameOf(job),
    ...(attempts > 1 ? [`attempt ${attempt} of ${attempts}`] : []),
    ...(container === undefined ? [] : [`container ${container}`]),
  ].join(', ');
  const what =
    grep === undefined
      ? written.cutBy === undefined
        ? 'The log'
        : 'A part of the log'
      : `Lines with "${grep}" in the log`;
  const cut = written.cutBy === undefined ? '' : ` ${CUT[written.cutBy]}`;
  return `${what} of ${which}: ${count(written.lines, 'line')}, ${fileSize(props.bytes)}.${cut}`;
}

export function logFileAnswer(props: LogFileProps): Message {
  const words = `${logFileComment(props)} The file is ${where(props.isShared)}.`;
  return {
    text: words,
    blocks: [
      section(escaped(words)),
      actions(
        ...(props.nextPart === undefined
          ? []
          : [button({ label: 'Next part', command: props.nextPart, says: 'Get the lines that follow' })]),
        button({ label: 'Logs', command: logCommand(props) }),
        button({ label: 'Job', command: `job ${props.job.id}` }),
      ),
    ],
  };
}

export interface LogsZipProps {
  /** The search or ids, as typed. */
  asked: string;
  files: number;
  lines: number;
  bytes: number;
  /** Jobs that have no log, with why in the zip's list. */
  without: number;
  /** Jobs whose log is not in it, or not whole, for want of time or room. */
  leftOut: number;
  isShared: boolean;
  /** The command for the jobs that this zip has no room for, how many are done by now, and how many there are in all. */
  nextPart?: { command: string; from: number; of: number } | undefined;
}

export function logsZipComment({ files, lines, bytes, without, leftOut, nextPart }: LogsZipProps): string {
  return [
    `The logs of ${count(files, 'job')}: ${count(lines, 'line')}, ${fileSize(bytes)} zipped.`,
    ...(without === 0 ? [] : [`${count(without, 'job has', 'jobs have')} none; contents.txt in it says why.`]),
    ...(leftOut === 0
      ? []
      : [
          `${count(leftOut, 'log is', 'logs are')} left out or cut, for want of time or room: narrow the search down for ${leftOut === 1 ? 'it' : 'them'}.`,
        ]),
    ...(nextPart === undefined
      ? []
      : [`That is up to job ${number(nextPart.from)} of ${number(nextPart.of)} that match.`]),
  ].join(' ');
}

export function logsZipAnswer(props: LogsZipProps): Message {
  const words = `${logsZipComment(props)} The file is ${where(props.isShared)}.`;
  const next =
    props.nextPart === undefined
      ? []
      : [actions(button({ label: 'Next part', command: props.nextPart.command, says: 'Get the logs of more jobs' }))];
  return { text: words, blocks: [section(escaped(words)), context(escaped(props.asked)), ...next] };
}
