/** CloudWatch Logs: the lines of a stream by pages, whole, or those that match; streams that are not there are an answer. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandOutput,
  GetLogEventsCommand,
  type GetLogEventsCommandOutput,
  type OutputLogEvent,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogPlace } from '../jobs/logPlace';
import { patiently } from './patiently';

export interface LogLine {
  /** ms */
  at: number;
  text: string;
}

export interface LogPage {
  /** Oldest first. */
  lines: LogLine[];
  /** Where the lines before and after these are; AWS keeps such a token for 24 hours. */
  older: string | undefined;
  newer: string | undefined;
  /** In the direction of reading there is nothing more (yet). */
  isEnd: boolean;
}

/** Part of a log, in ms: `since` belongs to it, `until` does not. */
export interface LogSpan {
  since?: number | undefined;
  until?: number | undefined;
}

/** GetLogEvents and FilterLogEvents answer 10,000 events or 1 MB (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html). */
const MOST_LINES = 10_000;
/** A page is gathered from at most so many answers: AWS may answer with few lines or none though there are more. */
const ANSWERS_PER_PAGE = 12;
/** Of longer lines fewer make a page. */
const CHARACTERS_PER_PAGE = 2_000_000;
/** GetLogEvents takes 25 requests a second in most regions, 10 in some (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html). */
const CALL_INTERVAL_MS = 40;
/** How long is waited for AWS where nobody says how much time is left. */
const PATIENCE_MS = 10_000;
/** "Setting startFromHead to false is supported only when startTime is on or after Jan 1, 2024" (API reference, FilterLogEvents). */
export const NEWEST_FIRST_SINCE = Date.UTC(2024, 0, 1);

/** A tab-separated, colour-coded, carriage-returned line stays one line: only the trailing line break goes. */
function withoutBreak(message: string): string {
  // Not a regular expression: on 256 KB of carriage returns it would take minutes.
  let end = message.length;
  while (end > 0 && '\r\n'.includes(message.charAt(end - 1))) end--;
  return message.slice(0, end);
}

const line = (event: OutputLogEvent): LogLine => ({
  at: event.timestamp ?? 0,
  text: withoutBreak(event.message ?? ''),
});

/**
 * @param client with one attempt a call: what is refused is tried again here, inside the time that is left
 * @param clientFor a client for another region than the bot's own
 */
export function jobLogs(
  client: CloudWatchLogsClient,
  clientFor: (region: string) => CloudWatchLogsClient,
  now: () => number,
  sleep: (ms: number) => Promise<void> = (ms) => wait(ms),
) {
  const within = (ms: number): (() => number) => {
    const until = now() + ms;
    return () => until - now();
  };

  const clients = new Map<string, CloudWatchLogsClient>();
  const clientOf = ({ region }: LogPlace): CloudWatchLogsClient => {
    if (region === undefined) return client;
    const known = clients.get(region) ?? clientFor(region);
    clients.set(region, known);
    return known;
  };

  const get = (
    place: LogPlace,
    { since, until }: LogSpan,
    ask: { limit: number; forwards: boolean; token: string | undefined },
    remainingMs: () => number,
  ): Promise<GetLogEventsCommandOutput> =>
    patiently(
      () =>
        clientOf(place).send(
          new GetLogEventsCommand({
            logGroupName: place.group,
            logStreamName: place.stream,
            limit: ask.limit,
            // A token of the forward direction needs it, too (API reference).
            startFromHead: ask.forwards,
            ...(ask.token === undefined ? {} : { nextToken: ask.token }),
            ...(since === undefined ? {} : { startTime: since }),
            ...(until === undefined ? {} : { endTime: until }),
          }),
        ),
      remainingMs,
      sleep,
    );

  const orMissing = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };

  async function readPage(
    place: LogPlace,
    at: 'tail' | 'head' | { token: string },
    lines: number,
    { remainingMs = within(PATIENCE_MS), ...span }: LogSpan & { remainingMs?: (() => number) | undefined },
  ): Promise<LogPage> {
    // A token's first letter tells its direction.
    const forwards = typeof at === 'object' ? at.token.startsWith('f/') : at === 'head';
    let token = typeof at === 'object' ? at.token : undefined;
    let behind: string | undefined;
    const found: LogLine[] = [];
    let characters = 0;
    for (let answers = 1; ; answers++) {
      const limit = Math.min(lines - found.length, MOST_LINES);
      const answer = await get(place, span, { limit, forwards, token }, remainingMs);
      const more = (answer.events ?? []).map(line);
      if (forwards) found.push(...more);
      else found.unshift(...more);
      characters += more.reduce((sum, { text }) => sum + text.length, 0);
      if (answers === 1) behind = forwards ? answer.nextBackwardToken : answer.nextForwardToken;
      const next = forwards ? answer.nextForwardToken : answer.nextBackwardToken;
      // "If you have reached the end of the stream, it returns the same token you passed in."
      const isEnd = next === undefined || next === token;
      token = next;
      if (isEnd || found.length >= lines || characters > CHARACTERS_PER_PAGE || answers === ANSWERS_PER_PAGE) {
        const [older, newer] = forwards ? [behind, token] : [token, behind];
        return { lines: found, older, newer, isEnd };
      }
    }
  }

  /** Of AWS's answer itself nothing is kept in memory. */
  const nextPage = async (
    place: LogPlace,
    span: LogSpan,
    token: string | undefined,
    remainingMs: () => number,
  ): Promise<{ lines: LogLine[]; next: string | undefined }> => {
    const answer = await get(place, span, { limit: MOST_LINES, forwards: true, token }, remainingMs);
    return { lines: (answer.events ?? []).map(line), next: answer.nextForwardToken };
  };

  return {
    /**
     * @param at `tail` for the last lines, `head` for the first, or a page's token
     * @returns undefined when the group or the stream does not exist (yet, or any more)
     */
    read: (
      place: LogPlace,
      at: 'tail' | 'head' | { token: string },
      lines: number,
      more: LogSpan & { remainingMs?: (() => number) | undefined } = {},
    ): Promise<LogPage | undefined> => orMissing(() => readPage(place, at, lines, more)),

    /**
     * All lines from the first on, as many at once as AWS gives, with the token of what follows them. Ends where the log
     * ended when it was asked for, or when there is no time left.
     * @throws ResourceNotFoundException when the stream is not there, or is deleted between two pages
     */
    async *pages(
      place: LogPlace,
      span: LogSpan & { token?: string | undefined },
      remainingMs: () => number,
    ): AsyncGenerator<{ lines: LogLine[]; next: string | undefined }> {
      let { token } = span;
      while (remainingMs() > 0) {
        const interval = sleep(CALL_INTERVAL_MS);
        const page = await nextPage(place, span, token, remainingMs);
        if (page.next === undefined || page.next === token) return;
        yield page;
        token = page.next;
        await interval;
      }
    },

    /**
     * The lines that match a filter pattern, an answer of AWS at a time, which may be empty though more follow.
     * @param newestFirst only where `since` is not before `NEWEST_FIRST_SINCE`
     * @throws ResourceNotFoundException when the stream is not there
     */
    async *matches(
      place: LogPlace,
      pattern: string | undefined,
      { since, until, newestFirst }: LogSpan & { newestFirst: boolean },
      remainingMs: () => number,
    ): AsyncGenerator<LogLine[]> {
      let token: string | undefined;
      do {
        const interval = sleep(CALL_INTERVAL_MS);
        const answer: FilterLogEventsCommandOutput = await patiently(
          () =>
            clientOf(place).send(
              new FilterLogEventsCommand({
                logGroupName: place.group,
                logStreamNames: [place.stream],
                ...(pattern === undefined ? {} : { filterPattern: pattern }),
                ...(newestFirst ? { startFromHead: false } : {}),
                ...(token === undefined ? {} : { nextToken: token }),
                // Unlike GetLogEvents, FilterLogEvents takes its endTime for a part of the span (API reference).
                ...(since === undefined && !newestFirst ? {} : { startTime: since ?? NEWEST_FIRST_SINCE }),
                ...(until === undefined ? {} : { endTime: until - 1 }),
              }),
            ),
          remainingMs,
          sleep,
        );
        yield (answer.events ?? []).map(line);
        token = answer.nextToken;
        if (token !== undefined) await interval;
      } while (token !== undefined);
    },

    /** For how many days the group keeps its lines; undefined for ever, or when it is not known. */
    async retentionDays(place: LogPlace): Promise<number | undefined> {
      const answer = await patiently(
        () => clientOf(place).send(new DescribeLogGroupsCommand({ logGroupNamePrefix: place.group })),
        within(PATIENCE_MS),
        sleep,
      ).catch(() => undefined);
      return answer?.logGroups?.find(({ logGroupName }) => logGroupName === place.group)?.retentionInDays;
    },
  };
}
export type JobLogs = ReturnType<typeof jobLogs>;
