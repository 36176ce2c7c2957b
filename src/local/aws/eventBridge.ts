/** EventBridge's PutEvents, with the one rule of this account: events of Batch and ECS go to the events queue. */
import { randomUUID } from 'node:crypto';
import { ACCOUNT, REGION } from './arns';
import { AwsError } from './awsError';
import type { Bus } from './bus';
import type { Operations } from './operation';

interface Entry {
  Time?: number;
  Source?: string;
  DetailType?: string;
  Detail?: string;
  Resources?: string[];
}

const RULE_SOURCES = new Set(['aws.batch', 'aws.ecs']);

export function eventOperations(bus: Bus, now: () => number): Operations {
  const put = (entry: Entry) => {
    const { Source: source, DetailType: type, Detail: text = '' } = entry;
    if (!source || !type)
      return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter Source or DetailType is not valid.' };
    let detail: unknown;
    try {
      detail = JSON.parse(text);
    } catch {
      return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    }
    const id = randomUUID();
    const time = `${new Date(entry.Time === undefined ? now() : entry.Time * 1000).toISOString().slice(0, 19)}Z`;
    const resources = entry.Resources ?? [];
    if (RULE_SOURCES.has(source)) {
      bus.publish({
        version: '0',
        id,
        'detail-type': type,
        source,
        account: ACCOUNT,
        time,
        region: REGION,
        resources,
        detail,
      });
    }
    return { EventId: id };
  };
  return {
    PutEvents({ Entries = [] }: { Entries?: Entry[] }) {
      if (Entries.length < 1 || Entries.length > 10) {
        throw new AwsError('ValidationException', 'Entries must have 1 to 10 members.');
      }
      const answers = Entries.map(put);
      return { FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length, Entries: answers };
    },
  };
}
