/**
 * The whole memory in one place: what the doors open and the rest of the house is handed.
 *
 * A job is one item for ever, the truth, read and written by its id (`jobs.ts`); news of it is merged, never assigned
 * (`ingest.ts`), and a sweep fills what events missed (`reconcile.ts`). Everything else here is there to find jobs again.
 *
 * **Live and packed.** A mark on the item keeps a job in the live index as long as it runs or is not packed yet; a worker
 * holds these rows in memory and reads what changed since its last look (`searching/liveRows.ts`). Finished jobs are packed
 * into segments, compressed and never changed, that a worker keeps too; `segments/` knows all of their format and nothing of
 * DynamoDB. A small head item says which segments are valid (`searching/searchHead.ts`).
 *
 * **A search** (`searching/search.ts`) reads live rows first and the head second, so that a job that moves in between is
 * seen twice and never not at all; the live row wins. It asks of each segment only what the list and the vocabulary do not
 * rule out, and stops counting at its budget. `jobs/match.ts` is the plain rule that every answer is held to.
 *
 * **Reads of single items** that come faster than they are answered go together (`gatheredReads.ts`).
 *
 * **Packing** (`packing/pack.ts`, a portion at each tick under a lease with a fence): first the segment's items, which nobody
 * reads yet, then one conditional write of the head, then each job leaves the live index if nobody wrote it since. Whoever
 * dies leaves a job in both places at worst, and the next run begins with clearing that up. What a new list supersedes is
 * kept for an hour (`packing/superseded.ts`). Late news of a packed job brings it back into the live index, and the next
 * packing buries its old row (`packing/bury.ts`).
 *
 * **Nothing of this is the truth**: `npm run reindex` makes all segments anew from the job items (`packing/rebuild.ts`), in
 * portions that a tick goes on with. Only a retention, where one is set, removes jobs for good (`packing/retention.ts`).
 *
 * `transfer/` moves jobs in and out as files; `records/` keeps what the bot itself must not forget: operations, the audit,
 * roles, cards, requests that were taken up. `table.ts` is the layout of it all.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { gatheredReads } from './gatheredReads';
import { jobItems } from './jobs';
import { openPacker } from './packing/openPacker';
import { actItems } from './records/acts';
import { alertSettingItems } from './records/alertSettings';
import { type AuditEntry, auditItems } from './records/audit';
import { callerItems } from './records/callers';
import { capacityStateItems } from './records/capacityStates';
import { digestItems } from './records/digests';
import { followItems } from './records/follows';
import { incidentGroupItems } from './records/incidentGroups';
import { incidentItems } from './records/incidents';
import { muteItems } from './records/mutes';
import { onceItems } from './records/once';
import { operationItems } from './records/operations';
import { outboxItems } from './records/outbox';
import { retryClaimItems } from './records/retryClaims';
import { roleItems } from './records/roles';
import { routeItems } from './records/routes';
import { senderItems } from './records/senders';
import { sweepItems } from './records/sweeps';
import { timeoutRuleItems } from './records/timeoutRules';
import { timeoutStopItems } from './records/timeoutStops';
import { watchItems } from './records/watches';
import { searchWithIncidents } from './searching/incidentSearch';
import { liveRows } from './searching/liveRows';
import { jobSearch, type SearchBudget } from './searching/search';
import { segmentItems } from './searching/segmentItems';

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
  const doc = gatheredReads(DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }));
  const forgottenBefore = () =>
    keptDays === undefined ? undefined : Math.floor((now() - keptDays * DAY_MS) / HOUR_MS) * HOUR_MS;
  const jobs = jobItems(doc, table, forgottenBefore);
  const segments = segmentItems(doc, table);
  const incidents = incidentItems(doc, table, now);
  const found = jobSearch(jobs, liveRows(doc, table, now), segments, now, budget);
  const search = searchWithIncidents(found, jobs, incidents);
  return {
    jobs,
    search,
    statistics: search.statistics,
    ...openPacker(doc, table, now, jobs, segments),
    /** How many days after its end a job is removed for good. */
    keptDays,
    once: onceItems(doc, table),
    operations: operationItems(doc, table),
    acts: actItems(doc, table),
    retryClaims: retryClaimItems(doc, table),
    audit: auditItems(doc, table, onAudit),
    incidents,
    incidentGroups: incidentGroupItems(doc, table),
    callers: callerItems(doc, table),
    sweeps: sweepItems(doc, table),
    capacityStates: capacityStateItems(doc, table),
    follows: followItems(doc, table),
    outbox: outboxItems(doc, table, now),
    senders: senderItems(doc, table, now),
    roles: roleItems(doc, table, now),
    routes: routeItems(doc, table, now),
    mutes: muteItems(doc, table, now),
    alertSettings: alertSettingItems(doc, table, now),
    timeoutRules: timeoutRuleItems(doc, table, now),
    timeoutStops: timeoutStopItems(doc, table),
    watches: watchItems(doc, table, now),
    digests: digestItems(doc, table, now),
  };
}
export type History = ReturnType<typeof openHistory>;
