/** As much of the bot's room as telling needs, over a table in memory: thousands of failures are told in a second. */
import type { Room } from '../../../src/commands/command';
import { alertSettingItems } from '../../../src/history/records/alertSettings';
import type { WholeIncident } from '../../../src/history/records/incident';
import { incidentGroupItems } from '../../../src/history/records/incidentGroups';
import { incidentItems } from '../../../src/history/records/incidents';
import { muteItems } from '../../../src/history/records/mutes';
import { outboxItems } from '../../../src/history/records/outbox';
import { routeItems } from '../../../src/history/records/routes';
import { senderItems } from '../../../src/history/records/senders';
import type { Job } from '../../../src/jobs/job';
import { failureOf } from '../../../src/notices/jobFailures';
import type { Occurrence } from '../../../src/notices/occasion';
import { type Before, MemoryClient, MemoryTable } from '../../history/memoryTable';

export const ALERTS = 'C0ALERTS01';
const TABLE = 't';

export interface MemoryRoom {
  room: Room;
  /** The same table by another worker, who is told of each command before. */
  client(before: Before): MemoryClient;
  clock: { now: number };
  /** The history has it from now on. */
  know(job: Job): void;
  /** All incidents that something joined, in the order in which they were opened. */
  incidents(): Promise<WholeIncident[]>;
  /** How many items were read by Queries, by whomever. */
  itemsRead(): number;
  /** How many were opened, also those that nothing joined. */
  opened(): number;
  /** The keys of all messages that wait to be sent. */
  due(): Promise<string[]>;
}

/** @param before what a client does at each command: wait, or die */
export function memoryRoom(before?: Before): MemoryRoom {
  const table = new MemoryTable();
  const [doc, quiet] = [new MemoryClient(table, before), new MemoryClient(table)];
  const clock = { now: Date.parse('2026-03-01T12:00:00Z') };
  const now = () => clock.now;
  const jobs = new Map<string, Job>();
  // Telling uses no more of the room than this.
  const room = {
    history: {
      incidents: incidentItems(doc, TABLE, now),
      incidentGroups: incidentGroupItems(doc, TABLE),
      outbox: outboxItems(doc, TABLE, now),
      senders: senderItems(doc, TABLE, now),
      routes: routeItems(doc, TABLE, now),
      mutes: muteItems(doc, TABLE, now),
      alertSettings: alertSettingItems(doc, TABLE, now),
      jobs: {
        get: async (id: string) => (jobs.has(id) ? { job: jobs.get(id), version: 1 } : undefined),
        getMany: async (ids: readonly string[]) => ids.flatMap((id) => (jobs.has(id) ? [{ job: jobs.get(id) }] : [])),
      },
    },
    batch: { describe: async () => [] },
    logs: { read: async () => undefined },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined, metric: () => undefined },
    enqueue: async () => undefined,
    now,
    region: 'us-east-1',
    slash: '/batch',
    alertChannel: ALERTS,
    commands: [],
  } as unknown as Room;
  const asked = incidentItems(quiet, TABLE, now);
  return {
    room,
    client: (other) => new MemoryClient(table, other),
    clock,
    know: (job) => void jobs.set(job.id, job),
    async incidents() {
      const heads = [...table.items.values()].filter(({ pk }) => pk === 'INCIDENTS');
      const all = await Promise.all(heads.map(({ sk }) => asked.whole(String(sk))));
      return all
        .filter((whole) => whole !== undefined && whole.members.length > 0)
        .map((whole) => whole as WholeIncident)
        .sort((a, b) => a.incident.openedAt - b.incident.openedAt);
    },
    itemsRead: () => table.itemsRead,
    opened: () => [...table.items.values()].filter(({ pk }) => pk === 'INCIDENTS').length,
    due: async () => (await outboxItems(quiet, TABLE, now).due(ALERTS)).map(({ key }) => key),
  };
}

export interface Failure {
  id: string;
  name?: string;
  queue?: string;
  definition?: string;
  exitCode?: number;
  arraySize?: number;
  statusReason?: string;
  dependsOn?: string[];
  at: number;
}

export const failedJob = ({ id, at, ...job }: Failure): Job => ({
  id,
  status: 'FAILED',
  statusReason: 'Essential container in task exited',
  exitCode: 1,
  seenAt: at,
  stoppedAt: at,
  whole: true,
  attempts: [],
  entered: {},
  ...job,
});

export function occurrenceOf(failure: Failure): Occurrence {
  const occurrence = failureOf(failedJob(failure), failure.at);
  if (occurrence === undefined) throw new Error('that is no failure');
  return occurrence;
}
