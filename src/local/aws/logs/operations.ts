/** CloudWatch Logs, as far as jobs and their readers need it. */
import { hashOf } from '../../workload/random';
import { logGroupArn } from '../arns';
import { AwsError } from '../awsError';
import type { Operations } from '../operation';
import { linesThatMatch } from './filterPattern';
import type { Groups, StreamFacts } from './groups';
import { firstSince, type LogLine } from './logSource';
import { readLines } from './readLines';

const invalid = (message: string) => new AwsError('InvalidParameterException', message);
const missing = (what: string) => new AwsError('ResourceNotFoundException', `The specified ${what} does not exist.`);

const checkedLimit = (limit: unknown, most: number): number => {
  if (limit === undefined || limit === null) return most;
  const bound = (side: string) =>
    invalid(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${side}`,
    );
  if (typeof limit !== 'number' || limit < 1) throw bound('greater than or equal to 1');
  if (limit > most) throw bound(`less than or equal to ${most}`);
  return limit;
};

interface StreamInput {
  logGroupName?: string;
  logGroupIdentifier?: string;
  logStreamName?: string;
}

interface FilterInput extends StreamInput {
  logStreamNames?: string[];
  logStreamNamePrefix?: string;
  startTime?: number;
  endTime?: number;
  filterPattern?: string;
  limit?: number;
  nextToken?: string;
  startFromHead?: boolean;
}

/** "Setting startFromHead to false is supported only when startTime is on or after Jan 1, 2024" (API reference). */
const NEWEST_FIRST_SINCE = Date.UTC(2024, 0, 1);

/** Lines looked at in one call; the real one also stops early and gives a token with an empty page. */
const SCANNED_A_CALL = 20_000;

/** API reference, PutRetentionPolicy. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Where the next page of FilterLogEvents begins. */
interface Cursor {
  backwards: boolean;
  index: number;
  stream: string;
}

const cursorOf = ({ backwards, index, stream }: Cursor): string =>
  Buffer.from(`${backwards ? 'b' : 'f'}${index}/${stream}`).toString('base64url');

function readCursor(token: string): Cursor {
  const match = /^([bf])(\d+)\/(.*)$/s.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw invalid('The specified nextToken is invalid.');
  return { backwards: match[1] === 'b', index: Number(match[2]), stream: match[3] ?? '' };
}

export function logOperations(groups: Groups, now: () => number): Operations {
  const retention = new Map<string, number>();
  const groupOf = ({ logGroupName, logGroupIdentifier }: StreamInput): string => {
    const name = logGroupName ?? logGroupIdentifier?.replace(/^arn:[^/]*?log-group:/, '').replace(/:\*$/, '') ?? '';
    if (!groups.groups().has(name)) throw missing('log group');
    return name;
  };
  const streamOf = (group: string, name = ''): StreamFacts => {
    const found = groups.stream(group, name);
    if (!found) throw missing('log stream');
    return found;
  };
  const ingested = (line: LogLine) => ({ ...line, ingestionTime: line.timestamp + 900 });

  return {
    GetLogEvents(
      input: StreamInput & {
        startTime?: number;
        endTime?: number;
        nextToken?: string;
        limit?: number;
        startFromHead?: boolean;
      },
    ) {
      const limit = checkedLimit(input.limit, 10_000);
      const { log } = streamOf(groupOf(input), input.logStreamName);
      const { lines, nextForwardToken, nextBackwardToken } = readLines(log, { ...input, limit });
      return { events: lines.map(ingested), nextForwardToken, nextBackwardToken };
    },

    FilterLogEvents(input: FilterInput) {
      const limit = checkedLimit(input.limit, 10_000);
      const group = groupOf(input);
      if (input.logStreamNames && input.logStreamNamePrefix !== undefined) {
        throw invalid('logStreamNames and logStreamNamePrefix cannot both be given');
      }
      const test = linesThatMatch(input.filterPattern ?? '');
      const streams = input.logStreamNames
        ? [...input.logStreamNames].sort().map((name) => streamOf(group, name))
        : groups.streams(group, input.logStreamNamePrefix ?? '');
      const { startTime = 0, endTime = Number.MAX_SAFE_INTEGER } = input;
      // "On subsequent requests, the nextToken determines the sort direction."
      const cursor = input.nextToken === undefined ? undefined : readCursor(input.nextToken);
      const backwards = cursor?.backwards ?? input.startFromHead === false;
      if (backwards && cursor === undefined && startTime < NEWEST_FIRST_SINCE) {
        throw invalid('startFromHead can be false only when startTime is on or after January 1, 2024.');
      }
      if (backwards) streams.reverse();

      const events: object[] = [];
      let scanned = 0;
      let isAhead = cursor !== undefined;
      for (const { name, log } of streams) {
        if (isAhead && name !== cursor?.stream) continue;
        const first = firstSince(log, startTime);
        // Unlike GetLogEvents' own, this endTime belongs to the span (API reference).
        const end = firstSince(log, endTime + 1);
        const step = backwards ? -1 : 1;
        let index = isAhead && cursor !== undefined ? cursor.index : backwards ? end - 1 : first;
        isAhead = false;
        for (; index >= first && index < end; index += step) {
          if (events.length === limit || scanned === SCANNED_A_CALL) {
            return { events, searchedLogStreams: [], nextToken: cursorOf({ backwards, index, stream: name }) };
          }
          scanned++;
          const line = log.at(index);
          if (!test(line.message)) continue;
          const eventId = `3${String(line.timestamp).padStart(20, '0')}${hashOf(`${name}${index}`)}`;
          events.push({ logStreamName: name, ...ingested(line), eventId });
        }
      }
      return { events, searchedLogStreams: [] };
    },

    DescribeLogStreams(
      input: StreamInput & {
        logStreamNamePrefix?: string;
        limit?: number;
        nextToken?: string;
        orderBy?: string;
        descending?: boolean;
      },
    ) {
      const group = groupOf(input);
      const limit = checkedLimit(input.limit, 50);
      const byTime = input.orderBy === 'LastEventTime';
      if (byTime && input.logStreamNamePrefix !== undefined) {
        throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
      }
      const rows = groups.streams(group, input.logStreamNamePrefix ?? '').map(({ name, createdAt, log }) => {
        const count = log.count();
        const times = count
          ? { firstEventTimestamp: log.at(0).timestamp, lastEventTimestamp: log.at(count - 1).timestamp }
          : {};
        const arn = `${logGroupArn(group)}:log-stream:${name}`;
        return { logStreamName: name, creationTime: createdAt, ...times, arn, storedBytes: 0 };
      });
      if (byTime) rows.sort((a, b) => (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0));
      if (input.descending) rows.reverse();
      const start = Number(input.nextToken ?? 0);
      if (!Number.isInteger(start) || start < 0) throw invalid('The specified nextToken is invalid.');
      const more = start + limit < rows.length;
      return { logStreams: rows.slice(start, start + limit), ...(more && { nextToken: String(start + limit) }) };
    },

    DescribeLogGroups({ logGroupNamePrefix = '' }: { logGroupNamePrefix?: string }) {
      const found = [...groups.groups()].filter(([name]) => name.startsWith(logGroupNamePrefix)).sort();
      return {
        logGroups: found.map(([logGroupName, creationTime]) => ({
          logGroupName,
          creationTime,
          metricFilterCount: 0,
          arn: `${logGroupArn(logGroupName)}:*`,
          storedBytes: 0,
          ...(retention.has(logGroupName) && { retentionInDays: retention.get(logGroupName) }),
        })),
      };
    },

    CreateLogGroup({ logGroupName = '' }: StreamInput) {
      if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(logGroupName)) throw invalid('Invalid log group name');
      if (groups.groups().has(logGroupName)) {
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
      }
      groups.createGroup(logGroupName);
      return {};
    },

    PutRetentionPolicy(input: StreamInput & { retentionInDays?: number }) {
      if (!RETENTION_DAYS.includes(input.retentionInDays ?? 0))
        throw invalid('retentionInDays is not one of the allowed');
      retention.set(groupOf(input), input.retentionInDays ?? 0);
      return {};
    },

    DeleteLogGroup(input: StreamInput) {
      groups.deleteGroup(groupOf(input));
      return {};
    },

    CreateLogStream(input: StreamInput) {
      const group = groupOf(input);
      const name = input.logStreamName ?? '';
      if (!/^[^:*]{1,512}$/.test(name)) throw invalid('Invalid log stream name');
      if (groups.stream(group, name)) {
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
      }
      groups.openStream(group, name);
      return {};
    },

    DeleteLogStream(input: StreamInput) {
      const group = groupOf(input);
      groups.deleteStream(group, streamOf(group, input.logStreamName).name);
      return {};
    },

    PutLogEvents(input: StreamInput & { logEvents?: LogLine[] }) {
      const group = groupOf(input);
      const { name } = streamOf(group, input.logStreamName);
      const events = input.logEvents ?? [];
      if (events.length < 1 || events.length > 10_000) throw invalid('logEvents must have 1 to 10000 members');
      const lines = groups.openStream(group, name);
      for (const { timestamp, message } of events) lines.push({ timestamp, message });
      lines.sort((a, b) => a.timestamp - b.timestamp);
      return { nextSequenceToken: String(now()) };
    },
  };
}
