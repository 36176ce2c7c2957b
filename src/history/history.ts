/** The whole memory in one place: what the doors open and the rest of the house is handed. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { alertItems } from './alerts';
import { auditItems } from './audit';
import { jobItems } from './jobs';
import { onceItems } from './once';
import { operationItems } from './operations';
import { jobSearch } from './search';
import { sweepItems } from './sweeps';

export function openHistory(client: DynamoDBClient, table: string, now: () => number) {
  const doc = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return {
    jobs: jobItems(doc, table),
    search: jobSearch(doc, table, now),
    once: onceItems(doc, table),
    operations: operationItems(doc, table),
    audit: auditItems(doc, table),
    alerts: alertItems(doc, table),
    sweeps: sweepItems(doc, table),
  };
}
export type History = ReturnType<typeof openHistory>;
