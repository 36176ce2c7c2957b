/** The whole memory in one place: what the doors open and the rest of the house is handed. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { alertItems } from './alerts';
import { auditItems } from './audit';
import { followItems } from './follows';
import { jobItems } from './jobs';
import { liveRows } from './liveRows';
import { onceItems } from './once';
import { operationItems } from './operations';
import { packer } from './pack';
import { jobSearch } from './search';
import { segmentItems } from './segmentItems';
import { sweepItems } from './sweeps';

export function openHistory(client: DynamoDBClient, table: string, now: () => number) {
  const doc = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const jobs = jobItems(doc, table);
  const segments = segmentItems(doc, table);
  return {
    jobs,
    search: jobSearch(jobs, liveRows(doc, table, now), segments, now),
    ...packer(jobs, liveRows(doc, table, now), segments),
    once: onceItems(doc, table),
    operations: operationItems(doc, table),
    audit: auditItems(doc, table),
    alerts: alertItems(doc, table),
    sweeps: sweepItems(doc, table),
    follows: followItems(doc, table),
  };
}
export type History = ReturnType<typeof openHistory>;
