/**
 * At each tick: looks for successes that were heard of before the failure that they came after. News comes in any order, and
 * whoever hears of a success looks at what is open then.
 */
import type { Room } from '../../commands/command';
import type { WholeIncident } from '../../history/records/incident';
import { isOpen, type OpenIncident } from '../../history/records/incidents';
import { arrayParentOf, type JobRow } from '../../jobs/job';
import { queueToSend } from '../sending/queueToSend';
import { cardKey } from './keys';
import { withoutRevision } from './member';
import { isSuccess, startOf } from './recover';
import { definitionsOf, isOfFailures, keyOf, type Stand } from './standing';

/** Whoever hears of a success remembers for some seconds what is open, and the live index tells of it a moment later. */
const SETTLED_MS = 30_000;
/** What is heard of so late may have been overtaken by a success that is packed by now; that is done 10 minutes after its end. */
const LATE_MS = 5 * 60_000;
const MOST_INCIDENTS = 50;
/** Searches through packed jobs, each within the budget of one (`SEARCH_BUDGET` in history/searching/search.ts). */
const MOST_SEARCHES = 10;
const MOST_FOUND = 50;
/** Before it ran it waited no longer than this. */
const LONGEST_WAIT_MS = 7 * 24 * 3_600_000;
/** Arrays of one definition, each of which is read to know whether it succeeded. */
const MOST_TRIED = 10;
const MOST_REMEMBERED = 10_000;
/** What one look may take, at most: conditions come after it, whose statistics want half a minute. */
const LONGEST_LOOK_MS = 10_000;
/** What it leaves to those that come after it in the same minute, however much it has to look at. */
const RESERVE_MS = 10_000;

export function successesBefore(room: Room) {
  const { incidents, search } = room.history;
  /** How many had failed in each incident that was looked at last, and when that was (ms). */
  const looked = new Map<string, { members: number | undefined; at: number }>();
  /** What was searched for among packed jobs. */
  const searched = new Set<string>();

  /** Those that something joined since they were looked at, the longest ago first. */
  async function toLookAt(): Promise<OpenIncident[]> {
    const open = (await incidents.listOpen()).filter((one) => isOfFailures(one.occasion) && isOpen(one));
    const ids = new Set(open.map(({ id }) => id));
    for (const id of looked.keys()) if (!ids.has(id)) looked.delete(id);
    const at = ({ id }: OpenIncident) => looked.get(id)?.at ?? 0;
    return open
      .filter(({ id, shown }) => shown === undefined || looked.get(id)?.members !== shown.members)
      .sort((a, b) => at(a) - at(b))
      .slice(0, MOST_INCIDENTS);
  }

  /** Of each place the jobs in the live index that ended well and started after it had failed there. */
  function lately(stands: readonly Stand[]): Map<string, JobRow[]> {
    const failedAt = new Map<string, number>();
    for (const stand of stands) {
      const key = keyOf(stand);
      failedAt.set(key, Math.min(stand.failedAt, failedAt.get(key) ?? stand.failedAt));
    }
    const found = new Map<string, JobRow[]>(Array.from(failedAt.keys(), (key) => [key, []]));
    for (const row of search.knownRows()) {
      if (row.status !== 'SUCCEEDED' || row.definition === undefined) continue;
      const key = keyOf({ definition: withoutRevision(row.definition), queue: row.queue });
      if ((startOf(row) ?? 0) > (failedAt.get(key) ?? Number.POSITIVE_INFINITY)) found.get(key)?.push(row);
    }
    return found;
  }

  async function packed({ definition, queue, failedAt }: Stand): Promise<JobRow[]> {
    const since = { at: failedAt - LONGEST_WAIT_MS, typed: '' };
    const where = { definitions: [definition], ...(queue === undefined ? {} : { queues: [queue] }) };
    const query = { words: [], statuses: ['succeeded' as const], ...where, since };
    return (await search.search(query, { limit: MOST_FOUND }, { pageOnly: true })).rows;
  }

  /** The first that started after the last failure, one of each array. */
  async function first(rows: readonly JobRow[], { failedAt }: Stand): Promise<JobRow | undefined> {
    const started = (row: JobRow) => startOf(row) ?? 0;
    const after = rows.filter((row) => started(row) > failedAt).sort((a, b) => started(a) - started(b));
    const tried = new Set<string>();
    for (const row of after) {
      const whole = arrayParentOf(row.id) ?? row.id;
      if (tried.has(whole) || tried.size >= MOST_TRIED) continue;
      tried.add(whole);
      if (await isSuccess(row, room)) return row;
    }
    return undefined;
  }

  async function note({ id, to }: OpenIncident, { definition, queue }: Stand, row: JobRow): Promise<void> {
    const [startedAt, stoppedAt] = [startOf(row) ?? 0, row.stoppedAt ?? row.seenAt];
    const where = queue === undefined ? {} : { queue };
    await incidents.putRecovery(id, { definition, jobId: row.id, startedAt, stoppedAt, ...where });
    await queueToSend(room, to, cardKey(id), { urgency: 'edit' });
  }

  const isLate = ({ members }: WholeIncident, stand: Stand): boolean =>
    members.some((one) => one.at === stand.failedAt && one.joinedAt - one.at > LATE_MS);

  return {
    /**
     * What there was no time for is looked at first by the next.
     * @param remainingMs what may still be spent, all in all
     */
    async look(remainingMs: () => number): Promise<void> {
      const leftMs = Math.max(remainingMs() - LONGEST_LOOK_MS, RESERVE_MS);
      const hasTime = () => remainingMs() > leftMs;
      if (!hasTime()) return;
      const open = await toLookAt();
      if (open.length === 0) return;
      await search.refresh();
      const now = room.now();
      const halfMs = (remainingMs() + leftMs) / 2;
      const stood: { one: OpenIncident; whole: WholeIncident; stands: Stand[] }[] = [];
      for (const one of open) {
        if (remainingMs() <= halfMs) break;
        const whole = await incidents.whole(one.id);
        if (whole === undefined) continue;
        const stands = definitionsOf(whole).filter(({ startedAt }) => startedAt === undefined);
        stood.push({ one, whole, stands });
      }
      const live = lately(stood.flatMap(({ stands }) => stands));
      let searches = 0;
      if (searched.size > MOST_REMEMBERED) searched.clear();
      for (const { one, whole, stands } of stood) {
        let isThrough = true;
        for (const stand of stands) {
          if (!hasTime()) {
            // The others come before it next time, however many definitions it has.
            looked.set(one.id, { members: undefined, at: now });
            return;
          }
          let row = await first(live.get(keyOf(stand)) ?? [], stand);
          const asked = `${one.id} ${keyOf(stand)} ${stand.failedAt}`;
          if (row === undefined && isLate(whole, stand) && !searched.has(asked)) {
            if (searches++ < MOST_SEARCHES) {
              row = await first(await packed(stand), stand);
              searched.add(asked);
            } else isThrough = false;
          }
          if (row !== undefined) await note(one, stand, row);
        }
        const isSettled = whole.members.every(({ joinedAt }) => now - joinedAt > SETTLED_MS);
        looked.set(one.id, { members: isThrough && isSettled ? one.shown?.members : undefined, at: now });
      }
    },
  };
}
