/** A log as a numbered row of lines, read in part: either stored, or made up again for each reading from the attempt that wrote it. */
import { lastWords, toolLine, voiceOf } from '../../workload/toolLog';
import type { Attempt, JobSpec } from '../world/simJob';

export interface LogLine {
  timestamp: number;
  message: string;
}

/** Lines in the order of their timestamps. */
export interface LogSource {
  count(): number;
  at(index: number): LogLine;
}

export const storedLog = (lines: readonly LogLine[]): LogSource => ({
  count: () => lines.length,
  at: (index) => lines[index] ?? { timestamp: 0, message: '' },
});

const FEWEST = 12;
const MOST = 5000;
const SECONDS_A_LINE = 0.8;

/** The lines that the attempt has written up to now; nothing is stored, the same attempt always tells the same. */
export function attemptLog(spec: JobSpec, attempt: Attempt, now: number): LogSource {
  const { startedAt = now, stoppedAt, taskId, storySeconds } = attempt;
  const { script } = spec;
  const given = script.logLines;
  const count =
    given?.length ?? script.logCount ?? Math.min(MOST, Math.max(FEWEST, Math.round(storySeconds / SECONDS_A_LINE)));
  const duration = Math.max(1, (attempt.endsAt ?? stoppedAt ?? now) - startedAt);
  const until = Math.min(now, stoppedAt ?? now);
  // Line i is written at startedAt + duration * (i + 1) / (count + 1); those that somebody gave, at the very start.
  const timeOf = (index: number) =>
    given ? Math.min(until, startedAt + index) : startedAt + Math.floor((duration * (index + 1)) / (count + 1));
  const visible = given
    ? count
    : Math.min(count, Math.max(0, Math.floor(((until - startedAt + 1) * (count + 1)) / duration) - 1));
  const wholeStory = given !== undefined || script.logCount !== undefined;
  const tail = stoppedAt === undefined || wholeStory ? [] : lastWords(attempt, taskId);
  const voice = voiceOf(spec.name, spec.definition);
  return {
    count: () => visible + tail.length,
    at(index) {
      if (index >= visible) return { timestamp: stoppedAt ?? until, message: tail[index - visible] ?? '' };
      return {
        timestamp: Math.min(timeOf(index), until),
        message: given?.[index] ?? toolLine(voice, taskId, index, count),
      };
    },
  };
}

/** The first index whose line is not earlier than `timestamp`. */
export function firstSince(log: LogSource, timestamp: number): number {
  let low = 0;
  let high = log.count();
  while (low < high) {
    const middle = (low + high) >> 1;
    if (log.at(middle).timestamp < timestamp) low = middle + 1;
    else high = middle;
  }
  return low;
}
