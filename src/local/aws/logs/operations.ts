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
}

/** Lines looked at in one call; the real one also stops early and gives a token with an empty page. */
const SCANNED_A_CALL = 20_000;

export function logOperations(groups: Groups, now: () => number): Operations {
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

      let [streamName, from] = ['', -1];
      if (input.nextToken !== undefined) {
        const token = /^(\d+)\/(.*)$/s.exec(Buffer.from(input.nextToken, 'base64url').toString());
        if (!token) throw invalid('The specified nextToken is invalid.');
        [streamName, from] = [token[2] ?? '', Number(token[1])];
      }
      const events: object[] = [];
      let scanned = 0;
      for (const { name, log } of streams) {
        if (name < streamName) continue;
        const end = firstSince(log, endTime);
        for (let index = name === streamName ? from : firstSince(log, startTime); index < end; index++) {
          if (events.length === limit || scanned === SCANNED_A_CALL) {
            return { events, searchedLogStreams: [], nextToken: Buffer.from(`${index}/${name}`).toString('base64url') };
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
