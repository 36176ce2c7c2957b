/** Keeps a card true: posts it once, and edits it when what it tells has changed. */
import { createHash } from 'node:crypto';
import type { LogLine } from '../aws/logs';
import type { Room } from '../commands/command';
import { logPlaceOf } from '../commands/logs';
import { errorFields } from '../errors';
import type { Job } from '../jobs/job';
import { attemptNumber } from '../jobs/lifecycle';
import { parseQuery } from '../jobs/query';
import { failedArray, failedJob } from '../views/alert';
import type { Message } from '../views/kit';
import type { Card } from './jobFailed';

/** Long enough to post through a rate limit, short enough that a dead worker's card is not missed. */
const CLAIM_MS = 60_000;
/** Repeats within this time become one edit. */
const REFRESH_SECONDS = 4;
const LOG_LINES = 8;

const fingerprint = (message: Message): string =>
  createHash('sha256').update(JSON.stringify(message)).digest('base64url').slice(0, 16);

/** The end of the log of the attempt that failed; an alert goes out without it rather than not at all. */
async function lastLines(job: Job | undefined, room: Room): Promise<LogLine[]> {
  if (job === undefined) return [];
  const place = logPlaceOf(job, Math.max(1, job.attempts.length)) ?? logPlaceOf(job, attemptNumber(job));
  if (place === undefined) return [];
  try {
    return (await room.logs.read(place, 'tail', LOG_LINES))?.lines ?? [];
  } catch (error) {
    room.log.warn('no log lines for an alert', { job: job.id, ...errorFields(error) });
    return [];
  }
}

async function render({ jobId }: Card, news: Job | undefined, room: Room): Promise<Message | undefined> {
  const now = room.now();
  const { jobs, search } = room.history;
  const job = (await jobs.get(jobId))?.job;
  const failed = await search.all(parseQuery(`array:${jobId} status:failed`, { now }));
  const isChild = news?.arrayIndex !== undefined;
  if (job?.arraySize === undefined && failed.length === 0 && !isChild) {
    if (job === undefined) return undefined;
    return failedJob({ job, lines: await lastLines(job, room), now, region: room.region });
  }
  // The index that the search reads may be a moment behind the news itself.
  const known = new Map(failed.map((row) => [row.id, row]));
  if (isChild && news.status === 'FAILED' && !known.has(news.id))
    known.set(news.id, { ...news, attemptCount: news.attempts.length });
  const rows = [...known.values()].sort((a, b) => (a.arrayIndex ?? 0) - (b.arrayIndex ?? 0));
  const example = rows[0] === undefined ? undefined : (await jobs.get(rows[0].id))?.job;
  return failedArray({
    parentId: jobId,
    parent: job,
    failed: rows,
    example,
    lines: await lastLines(example, room),
    now,
    region: room.region,
  });
}

/**
 * Posts the card or sees to it that it is edited soon.
 * @param news the job whose news brought this up
 * @throws when Slack did not take it: the event is then given again
 */
export async function announce(card: Card, news: Job, room: Room, remainingMs: () => number): Promise<void> {
  if (room.alertChannel === undefined) return;
  const { alerts } = room.history;
  const known = await alerts.get(card.key);
  if (known?.ts !== undefined) {
    await refreshLater(card.key, room);
    return;
  }
  await showCard(card, news, room, remainingMs);
}

async function refreshLater(key: string, room: Room): Promise<void> {
  const dueAt = room.now() + REFRESH_SECONDS * 1_000;
  if ((await room.history.alerts.schedule(key, room.now(), dueAt)) !== undefined)
    await room.enqueue({ kind: 'alert', key }, REFRESH_SECONDS);
}

/** A later look at a card that stands, or that a worker died over. */
export async function refreshCard(key: string, room: Room, remainingMs: () => number): Promise<void> {
  const known = await room.history.alerts.begin(key);
  if (known !== undefined) await showCard({ key, jobId: known.jobId }, undefined, room, remainingMs);
}

async function showCard(card: Card, news: Job | undefined, room: Room, remainingMs: () => number): Promise<void> {
  const { alerts } = room.history;
  const channel = room.alertChannel;
  if (channel === undefined) return;
  const claimed = await alerts.claim(card.key, card.jobId, room.now(), room.now() + CLAIM_MS);
  if (claimed === undefined) {
    // Another worker is at this very card; what it shows may be older than our news.
    await refreshLater(card.key, room);
    return;
  }
  try {
    const message = await render(card, news, room);
    if (message === undefined) {
      await alerts.release(card.key);
      return;
    }
    const shown = fingerprint(message);
    if (claimed.ts !== undefined && claimed.channel !== undefined) {
      if (claimed.shown !== shown) await room.slack.update(claimed.channel, claimed.ts, message, remainingMs);
      await alerts.shown(card.key, claimed.channel, claimed.ts, shown);
    } else {
      await alerts.shown(card.key, channel, await room.slack.post(channel, message, remainingMs), shown);
    }
  } catch (error) {
    await alerts.release(card.key);
    throw error;
  }
}
