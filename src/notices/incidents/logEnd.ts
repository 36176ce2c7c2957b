/** The end of the log of an attempt that failed: an alert goes out without it rather than late or not at all. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine } from '../../aws/logs';
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import type { Job } from '../../jobs/job';
import { attemptNumber } from '../../jobs/lifecycle';
import { logPlaceOf } from '../../jobs/logPlace';

const LOG_LINES = 8;
/** People are told within 5 seconds, and a sender has other cards too; CloudWatch may be throttling us for longer. */
const LOG_WAIT_MS = 1_500;
/** A log that ended is read once for all edits of its card. */
const MOST_REMEMBERED = 200;
const remembered = new Map<string, LogLine[]>();

/** @returns undefined for lines that did not come in time: worth another look */
export async function logEnd(job: Job | undefined, room: Room): Promise<LogLine[] | undefined> {
  if (job === undefined) return [];
  const place = logPlaceOf(job, Math.max(1, job.attempts.length)) ?? logPlaceOf(job, attemptNumber(job));
  if (place === undefined) return [];
  const key = `${place.group} ${place.stream} ${job.stoppedAt}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const read = room.logs.read(place, 'tail', LOG_LINES).then(
    (page) => page?.lines ?? [],
    (error: unknown) => {
      room.log.warn('no log lines for an alert', { job: job.id, ...errorFields(error) });
      return undefined;
    },
  );
  const lines = await Promise.race([read, sleep(LOG_WAIT_MS, undefined, { ref: false })]);
  if (lines !== undefined && lines.length > 0) {
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(key, lines);
  }
  return lines;
}
