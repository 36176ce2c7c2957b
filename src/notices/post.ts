/** Keeps a card true: posts it once, and edits it when what it tells has changed. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine } from '../aws/logs';
import type { Room } from '../commands/command';
import { errorFields } from '../errors';
import { cancelledBy } from '../jobs/cancelReason';
import { arrayParentOf, type Job } from '../jobs/job';
import { attemptNumber } from '../jobs/lifecycle';
import { logPlaceOf } from '../jobs/logPlace';
import { SlackUnavailableError } from '../slack/deliver';
import { failedArray, failedJob } from '../views/alert';
import type { Message } from '../views/kit';
import { failedByCancel } from './failedByCancel';
import type { Card } from './jobFailed';

/** Long enough to post through a rate limit, short enough that a dead worker's card is not missed. */
const CLAIM_MS = 60_000;
/** What is left of the claim when a wait for Slack is given up. */
const CLAIM_RESERVE_MS = 15_000;
/** Repeats within this time become one edit. */
const REFRESH_SECONDS = 4;
/** While Slack takes nothing, a card is tried so often. */
const RETRY_SECONDS = 5;
const LOG_LINES = 8;
/** People are told within 5 seconds; CloudWatch may be throttling us for longer. */
const LOG_WAIT_MS = 2_000;

const fingerprint = (message: Message): string =>
  createHash('sha256').update(JSON.stringify(message)).digest('base64url').slice(0, 16);

/**
 * The end of the log of the attempt that failed. An alert goes out without it rather than late or not at all;
 * undefined for lines that did not come in time.
 */
async function lastLines(job: Job | undefined, room: Room): Promise<LogLine[] | undefined> {
  if (job === undefined) return [];
  const place = logPlaceOf(job, Math.max(1, job.attempts.length)) ?? logPlaceOf(job, attemptNumber(job));
  if (place === undefined) return [];
  const read = room.logs.read(place, 'tail', LOG_LINES).then(
    (page) => page?.lines ?? [],
    (error: unknown) => {
      room.log.warn('no log lines for an alert', { job: job.id, ...errorFields(error) });
      return [];
    },
  );
  return await Promise.race([read, sleep(LOG_WAIT_MS, undefined, { ref: false })]);
}

interface Rendered {
  message: Message;
  /** The log lines did not come in time: worth another look. */
  isLate: boolean;
}

async function render({ jobId }: Card, news: Job | undefined, room: Room): Promise<Rendered | undefined> {
  const { jobs, search } = room.history;
  const job = (await jobs.get(jobId))?.job;
  const found = await search.all({ words: [], array: jobId, statuses: ['failed'] });
  const failed = found.filter(({ id }) => arrayParentOf(id) === jobId);
  const isChild = news?.arrayIndex !== undefined;
  if (job?.arraySize === undefined && failed.length === 0 && !isChild) {
    if (job === undefined) return undefined;
    const lines = await lastLines(job, room);
    const message = failedJob({ job, lines: lines ?? [], now: job.seenAt, region: room.region });
    return { message, isLate: lines === undefined };
  }
  // The index that the search reads may be a moment behind the news itself.
  const known = new Map(failed.map((row) => [row.id, row]));
  if (isChild && news.status === 'FAILED' && !known.has(news.id))
    known.set(news.id, { ...news, attemptCount: news.attempts.length });
  const rows = [...known.values()].sort((a, b) => (a.arrayIndex ?? 0) - (b.arrayIndex ?? 0));
  const own = rows.filter((row) => cancelledBy(row) === undefined);
  // All that failed was cancelled from Slack: the array's own end, which tells of no more than that, is no alert.
  if (own.length === 0 && (rows.length > 0 || (job !== undefined && cancelledBy(job) !== undefined))) return undefined;
  const example = own[0] === undefined ? undefined : (await jobs.get(own[0].id))?.job;
  const lines = await lastLines(example, room);
  const message = failedArray({
    parentId: jobId,
    parent: job,
    failed: rows,
    example,
    lines: lines ?? [],
    // The time of the news, so that looking again later changes nothing.
    now: Math.max(job?.seenAt ?? 0, ...rows.map(({ seenAt }) => seenAt)),
    region: room.region,
  });
  return { message, isLate: lines === undefined };
}

/**
 * Posts the card or sees to it that it is edited soon.
 * @param news the job whose news brought this up
 * @throws when Slack refuses it or AWS fails: the event is then given again. An outage of Slack is waited out.
 */
export async function announce(card: Card, news: Job, room: Room, remainingMs: () => number): Promise<void> {
  if (room.alertChannel === undefined || (await failedByCancel(news, room))) return;
  const { alerts } = room.history;
  const known = await alerts.get(card.key);
  if (known?.ts !== undefined) {
    await refreshLater(card.key, room);
    return;
  }
  await showCard(card, news, room, remainingMs);
}

async function refreshLater(key: string, room: Room, seconds = REFRESH_SECONDS): Promise<void> {
  const dueAt = room.now() + seconds * 1_000;
  if ((await room.history.alerts.schedule(key, room.now(), dueAt)) !== undefined)
    await room.enqueue({ kind: 'alert', key }, seconds);
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
  const claimedUntil = room.now() + CLAIM_MS;
  // A wait that outlived the claim would let a second worker post the card too.
  const mayWaitMs = () => Math.min(remainingMs(), claimedUntil - CLAIM_RESERVE_MS - room.now());
  const claimed = await alerts.claim(card.key, card.jobId, room.now(), claimedUntil);
  if (claimed === undefined) {
    // Another worker is at this very card; what it shows may be older than our news.
    await refreshLater(card.key, room);
    return;
  }
  try {
    const rendered = await render(card, news, room);
    if (rendered === undefined) {
      await alerts.release(card.key);
      return;
    }
    const { message, isLate } = rendered;
    const shown = fingerprint(message);
    if (claimed.ts !== undefined && claimed.channel !== undefined) {
      if (claimed.shown !== shown) await room.slack.update(claimed.channel, claimed.ts, message, mayWaitMs);
      await alerts.shown(card.key, claimed.channel, claimed.ts, shown);
    } else {
      await alerts.shown(card.key, channel, await room.slack.post(channel, message, mayWaitMs), shown);
      if (isLate) await refreshLater(card.key, room);
    }
  } catch (error) {
    await alerts.release(card.key);
    if (!(error instanceof SlackUnavailableError)) throw error;
    // A queue gives a message up after three deliveries; an outage may last longer than they do.
    room.log.warn('a card waits for Slack', { key: card.key, ...errorFields(error) });
    await refreshLater(card.key, room, RETRY_SECONDS);
  }
}
