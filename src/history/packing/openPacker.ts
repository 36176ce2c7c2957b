/** Puts together what packs, rebuilds and removes, over one table. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { JobItems } from '../jobs';
import type { SegmentItems } from '../searching/segmentItems';
import { chores } from './chores';
import { finishedJobs } from './finished';
import { packer } from './pack';
import { publisher } from './publish';
import { rebuilding } from './rebuild';
import { supersededItems } from './superseded';

/** @param fullRows with so many living rows a segment is full */
export function openPacker(
  doc: DynamoDBDocumentClient,
  table: string,
  now: () => number,
  jobs: JobItems,
  items: SegmentItems,
  fullRows?: number,
) {
  const superseded = supersededItems(doc, table);
  const publishing = publisher(items, superseded, fullRows);
  return packer({
    jobs,
    finished: finishedJobs(doc, table, now),
    items,
    publisher: publishing,
    chores: chores(jobs, items),
    rebuilding: rebuilding(doc, table, jobs, items, publishing),
    superseded,
  });
}
