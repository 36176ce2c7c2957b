/** The whole memory in one place: what the doors open and the rest of the house is handed. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { alertItems } from './alerts';
import { type AuditEntry, auditItems } from './audit';
import { followItems } from './follows';
import { jobItems } from './jobs';
import { liveRows } from './liveRows';
import { onceItems } from './once';
import { operationItems } from './operations';
import { openPacker } from './packing/openPacker';
import { roleItems } from './roles';
import { jobSearch, type SearchBudget } from './search';
import { segmentItems } from './segmentItems';
import { sweepItems } from './sweeps';

const DAY_MS = 86_400_000;
/** What is too old is looked for once an hour. */
const HOUR_MS = 3_600_000;

/**
 * @param keptDays how many days after its end a job is removed for good; undefined to keep all
 * @param onAudit hears of every entry of the audit
 */
export function openHistory(
  client: DynamoDBClient,
  table: string,
  now: () => number,
  keptDays?: number,
  budget?: SearchBudget,
  onAudit: (entry: AuditEntry) => void = () => undefined,
) {
  const doc = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const forgottenBefore = () =>
    keptDays === undefined ? undefined : Math.floor((now() - keptDays * DAY_MS) / HOUR_MS) * HOUR_MS;
  const jobs = jobItems(doc, table, forgottenBefore);
  const segments = segmentItems(doc, table);
  const search = jobSearch(jobs, liveRows(doc, table, now), segments, now, budget);
  return {
    jobs,
    search,
    statistics: search.statistics,
    ...openPacker(doc, table, now, jobs, segments),
    /** How many days after its end a job is removed for good. */
    keptDays,
    once: onceItems(doc, table),
    operations: operationItems(doc, table),
    audit: auditItems(doc, table, onAudit),
    alerts: alertItems(doc, table),
    sweeps: sweepItems(doc, table),
    follows: followItems(doc, table),
    roles: roleItems(doc, table, now),
  };
}
export type History = ReturnType<typeof openHistory>;
