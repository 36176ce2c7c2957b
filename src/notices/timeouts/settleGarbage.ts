/** Closes what was told of timeouts that are none, once no job of the definition lives that has such a one. */
import type { Room } from '../../commands/command';
import { isOpen } from '../../history/records/incidents';
import { isLost, type JobRow } from '../../jobs/job';
import { settle } from '../incidents/settle';
import { definitionOf, timeoutGarbage } from '../timeoutGarbage';

const READ_AT_ONCE = 100;
/** Of a definition with more jobs than these the next looks read the others, and what was told stands until then. */
const MOST_READ = 1_000;
/** What is remembered spares reads, and nothing else. */
const MOST_REMEMBERED = 100_000;
/** What came up later may be of a job that the rows don't have yet. */
const MARGIN_MS = 60_000;

export function garbageSettler(room: Room) {
  /** Jobs of which all is known, and no garbage: what a job was submitted with does not change. */
  const clean = new Set<string>();

  /** Whether one of a definition's jobs has garbage, or may have: a row does not tell. */
  async function hasGarbage(definition: string, rows: readonly JobRow[]): Promise<boolean> {
    const ids = rows
      .filter((row) => row.environmentTimeoutSeconds === undefined && !isLost(row) && definitionOf(row) === definition)
      .map(({ id }) => id)
      .filter((id) => !clean.has(id));
    for (let at = 0; at < Math.min(ids.length, MOST_READ); at += READ_AT_ONCE) {
      const jobs = await room.history.jobs.getMany(ids.slice(at, at + READ_AT_ONCE));
      if (jobs.some(({ job }) => job.environmentTimeoutGarbage !== undefined)) return true;
      for (const { job } of jobs) if (job.whole) clean.add(job.id);
    }
    return ids.length > MOST_READ;
  }

  /**
   * @param rows all jobs that have not ended
   * @param readAt when these were read (ms)
   */
  return async function settleGarbage(rows: readonly JobRow[], readAt: number): Promise<void> {
    if (clean.size > MOST_REMEMBERED) clean.clear();
    const over = new Set<string>();
    for (const incident of await room.history.incidents.listOpen()) {
      const { occasion, subject, openedAt, shown } = incident;
      if (occasion !== timeoutGarbage.name || !isOpen(incident)) continue;
      if (Math.max(openedAt, shown?.lastAt ?? 0) > readAt - MARGIN_MS) continue;
      if (!(await hasGarbage(subject.name, rows))) over.add(subject.name);
    }
    if (over.size === 0) return;
    await settle(
      timeoutGarbage.name,
      ({ subject }) => !over.has(subject.name),
      () => 'no job with such a value lives any more, since',
      room,
    );
  };
}
