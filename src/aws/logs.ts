/** CloudWatch Logs: the end of a stream, a page before or after it, and plain answers for streams that are not there. */
import {
  type CloudWatchLogsClient,
  GetLogEventsCommand,
  type OutputLogEvent,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogPlace } from '../jobs/logPlace';

export interface LogLine {
  /** ms */
  at: number;
  text: string;
}

export interface LogPage {
  lines: LogLine[];
  /** Where the lines before and after these are; AWS keeps such a token for 24 hours. */
  older: string | undefined;
  newer: string | undefined;
}

/** GetLogEvents answers 10,000 events or 1 MB (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html). */
const MOST_LINES = 10_000;

/** A tab-separated, colour-coded, carriage-returned line stays one line: only the trailing line break goes. */
const line = (event: OutputLogEvent): LogLine => ({
  at: event.timestamp ?? 0,
  text: (event.message ?? '').replace(/[\r\n]+$/, ''),
});

/** @param clientFor a client for another region than the bot's own */
export function jobLogs(client: CloudWatchLogsClient, clientFor: (region: string) => CloudWatchLogsClient) {
  return {
    /**
     * @param at `tail` for the last lines, `head` for the first, or a page's token
     * @returns undefined when the group or the stream does not exist (yet, or any more)
     */
    async read(place: LogPlace, at: 'tail' | 'head' | { token: string }, lines: number): Promise<LogPage | undefined> {
      const chosen = place.region === undefined ? client : clientFor(place.region);
      try {
        const answer = await chosen.send(
          new GetLogEventsCommand({
            logGroupName: place.group,
            logStreamName: place.stream,
            limit: Math.min(lines, MOST_LINES),
            // "If you are using a previous nextForwardToken value as the nextToken, you must specify true": the token's
            // first letter tells its direction (f/… or b/…).
            startFromHead: at === 'head' || (typeof at === 'object' && at.token.startsWith('f/')),
            ...(typeof at === 'object' ? { nextToken: at.token } : {}),
          }),
        );
        return {
          lines: (answer.events ?? []).map(line),
          older: answer.nextBackwardToken,
          newer: answer.nextForwardToken,
        };
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
  };
}
export type JobLogs = ReturnType<typeof jobLogs>;
