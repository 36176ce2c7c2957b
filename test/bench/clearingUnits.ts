/** What DynamoDB charges for taking a packed job out of the live index, by the size of its item as it is written. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { jobItem } from '../../src/history/jobs';
import { LIVE_INDEX_COLUMNS } from '../../src/history/table';
import type { Job } from '../../src/jobs/job';

const UNIT_BYTES = 1_024;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]|0+$/g, '').length / 2) + 1;
  if (value.B !== undefined) return value.B.length;
  if (value.L !== undefined) return value.L.reduce((sum, member) => sum + 1 + valueBytes(member), 3);
  if (value.M !== undefined) return itemBytes(value.M) + Object.keys(value.M).length + 3;
  return 1;
}
const itemBytes = (item: Record<string, AttributeValue>): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

/** Write units: the item by its greater size before and after, and what is deleted from the index by its own size. */
export function clearingUnits(job: Job): { itemBytes: number; indexBytes: number; units: number } {
  const item = marshall(jobItem({ job, version: 5, packed: job.createdAt }, job.seenAt), {
    removeUndefinedValues: true,
  });
  const names = ['pk', 'sk', 'live', 'changedAt', ...LIVE_INDEX_COLUMNS];
  const indexed = Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
  const [whole, index] = [itemBytes(item), itemBytes(indexed)];
  return { itemBytes: whole, indexBytes: index, units: Math.ceil(whole / UNIT_BYTES) + Math.ceil(index / UNIT_BYTES) };
}
