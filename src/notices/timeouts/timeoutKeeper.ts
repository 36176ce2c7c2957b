/** Sees to it, once a minute, that no job takes longer than it may: stops those that did, warns of those that soon will. */
import type { Room } from '../../commands/command';
import { checkTimeouts, parentOf, parentsIn } from '../../jobs/timeoutCheck';
import { timeoutPolicy } from './policy';
import { garbageSettler } from './settleGarbage';
import { stopOverdue } from './stopOverdue';
import { tellStuck } from './tellStuck';
import { settleNear, warnNear } from './warnNear';

/** A warning is worth so much of a minute; those that are left come with the next one. */
const MOST_WARNING_MS = 20_000;
/** What a process remembers is only there to spare reads. */
const MOST_REMEMBERED = 100_000;

export function timeoutKeeper(room: Room) {
  /** Jobs that were warned of, each with its limit. */
  const warned = new Set<string>();
  /** When jobs were first seen to be terminated. */
  const terminated = new Map<string, number>();
  const settleGarbage = garbageSettler(room);

  return async function keep(remainingMs: () => number): Promise<void> {
    const policy = await timeoutPolicy(room, 'now');
    const rows = await room.history.search.unfinished({ words: [] });
    const now = room.now();
    const { over, near } = checkTimeouts(rows, policy, now);
    const parents = parentsIn(rows);
    const report = await stopOverdue(over, policy, (row) => parentOf(row, parents), room, remainingMs);
    if (warned.size > MOST_REMEMBERED) warned.clear();
    const until = room.now() + MOST_WARNING_MS;
    // First: a job that nears another limit now is warned of on a card of its own.
    await settleNear(near, room);
    const warnings = await warnNear(near, warned, room, () => Math.min(remainingMs(), until - room.now()));
    await settleGarbage(rows, now);
    const stuck = await tellStuck(rows, terminated, room);
    if (over.length + warnings + stuck > 0)
      room.log.info('time limits', { over: over.length, ...report, warned: warnings, stuck });
    if (report.left > 0) room.log.metric('JobsLeftOverTime', report.left);
  };
}
