/**
 * `/batch logs <id> follow`: one message whose lines move on. Each step is a request of its own on the work queue, so that no
 * worker waits for a log, and a step that a dying worker lost is found by the clock.
 */
import type { LogLine } from '../aws/logs';
import { errorFields, UserError } from '../errors';
import type { Follow } from '../history/records/follows';
import { isDone, type Job } from '../jobs/job';
import { containersOf, logPlaceOf, newestAttempt } from '../jobs/logPlace';
import { type Answer, slackErrorCode } from '../slack/deliver';
import { nameOf } from '../views/jobLine';
import { logLink } from '../views/links';
import { followStarted, logFollow } from '../views/logFollow';
import { logCommand } from '../views/logs';
import type { Asking, Room } from './command';
import { findJob } from './find';
import { whyMissing } from './logPage';
import type { WhichLog } from './whichLog';

const FOLLOW_MS = 15 * 60_000;
/** One look, and one edit at most, in so long; chat.update is tier 3, about 50 a minute (https://docs.slack.dev/apis/web-api/rate-limits). */
const STEP_SECONDS = 2;
/** A step that is so late was lost with its worker: SQS gives it back only after its visibility timeout. */
const LOST_MS = 20_000;
/** The log driver sends its last lines some seconds after the container's end. */
const LAST_LINES_MS = 10_000;
/** How often Batch itself is asked whether the job goes on; its events tell sooner. */
const ASK_EVERY_STEPS = 10;
const LINES_SHOWN = 20;
/** Of one line, as it is kept between two steps: 20 of them stay far below DynamoDB's 400 KB an item. */
const MOST_KEPT = 1_000;
const LINES_PER_STEP = 2_000;
const RESERVE_MS = 15_000;

const CLOSED = new Set(['not_in_channel', 'channel_not_found', 'is_archived', 'restricted_action']);

/** Why it is over, in a sentence; undefined while it goes on. */
function whyOver(follow: Follow, job: Job, now: number): string | undefined {
  if (follow.state === 'stopped') return 'Stopped.';
  if (follow.endedAt !== undefined && now - follow.endedAt >= LAST_LINES_MS) {
    return isDone(job)
      ? `The job has ${job.status.toLowerCase()}.`
      : `Attempt ${follow.attempt} is over; the job is tried again.`;
  }
  return now >= follow.until ? 'I follow a log for 15 minutes at most.' : undefined;
}

function render(follow: Follow, job: Job, room: Room, note: string | undefined, isOver: boolean) {
  const place = logPlaceOf(job, follow.attempt, follow.container);
  return logFollow({
    id: follow.id,
    by: follow.by,
    job,
    attempt: follow.attempt,
    attempts: newestAttempt(job),
    container: follow.container,
    containers: containersOf(job, follow.attempt).flatMap(({ name }) => name ?? []),
    lines: follow.lines,
    lineCount: follow.lineCount,
    note,
    isOver,
    link: place && logLink(place.group, place.stream, place.region ?? room.region),
  });
}

/** @throws UserError for a log that can get no more lines */
export async function follow(which: WhichLog, asking: Asking<unknown>, share: boolean, room: Room): Promise<Answer> {
  const { job, attempt } = which;
  if (isDone(job) || attempt < which.attempts) {
    const what = isDone(job) ? `${nameOf(job)} has ${job.status.toLowerCase()}` : `Attempt ${attempt} is over`;
    throw new UserError(`${what}: its log gets no more lines.`, logCommand(which));
  }
  const isElsewhere = job.platform === 'EKS' || (job.logDriver !== undefined && job.logDriver !== 'awslogs');
  if (job.arraySize !== undefined || job.nodes !== undefined || isElsewhere) throw new UserError(which.whyNone);
  const now = room.now();
  const begun = {
    jobId: job.id,
    attempt,
    ...(which.container === undefined ? {} : { container: which.container }),
    by: asking.person.id,
    until: now + FOLLOW_MS,
    dueAt: now,
    lines: [],
    lineCount: 0,
  };
  // An ephemeral message can be edited five times only: this one has to be a message of the bot's own.
  const first = render(
    { ...begun, id: '-', channel: '', ts: '', state: 'following', step: 0 },
    job,
    room,
    'Reading…',
    false,
  );
  const to = share || asking.channel.id.startsWith('D') ? asking.channel.id : asking.person.id;
  const remainingMs = () => asking.remainingMs() - RESERVE_MS;
  let posted: { channel: string; ts: string };
  try {
    posted = await room.slack.postTo(to, first, remainingMs);
  } catch (error) {
    if (!CLOSED.has(slackErrorCode(error) ?? '')) throw error;
    throw new UserError(
      'I may not write in this channel: invite me, or leave out share, and I follow it in our direct messages.',
      `${logCommand(which)} --follow`,
    );
  }
  const started = await room.history.follows.start({ ...begun, ...posted });
  await room.enqueue({ kind: 'follow', id: started.id, step: 0 });
  return { message: followStarted(which, to === asking.person.id ? 'dm' : 'channel') };
}

/** The job as it is now; asked of Batch only now and then. */
async function jobOf(follow: Follow, room: Room): Promise<Job> {
  const stored = (await room.history.jobs.get(follow.jobId))?.job;
  if (stored !== undefined && (isDone(stored) || follow.step % ASK_EVERY_STEPS !== 0)) return stored;
  return await findJob(follow.jobId, 'logs', room);
}

interface News {
  lines: LogLine[];
  token: string | undefined;
  /** Why there is nothing to read, in a sentence. */
  why: string | undefined;
  /** It was there and is no more. */
  isGone?: true;
}

async function readOn(follow: Follow, job: Job, room: Room, remainingMs: () => number): Promise<News> {
  const { attempt, container, token } = follow;
  const place = logPlaceOf(job, attempt, container);
  const which: WhichLog = { job, attempt, attempts: newestAttempt(job), container, containers: [], place, whyNone: '' };
  if (place === undefined) {
    const why = `The job is ${job.status.toLowerCase()}: its log begins when it runs.`;
    return { lines: [], token, why: isDone(job) ? 'It has written no log.' : why };
  }
  const page =
    token === undefined
      ? await room.logs.read(place, 'tail', LINES_SHOWN, { remainingMs })
      : await room.logs.read(place, { token }, LINES_PER_STEP, { remainingMs });
  if (page === undefined && token !== undefined) return { lines: [], token, why: 'Its log was deleted.', isGone: true };
  if (page === undefined) return { lines: [], token, why: await whyMissing(which, room) };
  return { lines: page.lines, token: page.newer ?? token, why: undefined };
}

/** Takes one step, and asks for the next. */
export async function followOn(id: string, step: number, room: Room, remainingMs: () => number): Promise<void> {
  const { follows } = room.history;
  const taken = await follows.take(id, step, room.now() + STEP_SECONDS * 1_000);
  if (taken === undefined) return;
  const job = await jobOf(taken, room);
  const news = await readOn(taken, job, room, () => remainingMs() - RESERVE_MS);
  const now = room.now();
  const isOver = isDone(job) || taken.attempt < newestAttempt(job);
  const after: Follow = {
    ...taken,
    ...(news.token === undefined ? {} : { token: news.token }),
    lines: [...taken.lines, ...news.lines]
      .slice(-LINES_SHOWN)
      .map(({ at, text }) => ({ at, text: text.slice(0, MOST_KEPT) })),
    lineCount: taken.lineCount + news.lines.length,
    ...(isOver ? { endedAt: taken.endedAt ?? now } : {}),
  };
  const over = news.isGone ? news.why : whyOver(after, job, now);
  const note = over ?? news.why ?? (after.lines.length === 0 ? 'No lines yet.' : undefined);
  const isNew = news.lines.length > 0 || over !== undefined || (note ?? '') !== taken.note;
  const message = render(after, job, room, note, over !== undefined);
  // Somebody may have pressed Stop meanwhile, and seen the last of it.
  const kept = await follows.keep(id, { ...after, note: note ?? '' });
  if (kept === undefined) return;
  const isThere = !isNew || (await room.slack.update(taken.channel, taken.ts, message, remainingMs));
  if (over !== undefined || !isThere) await follows.end(id, 'ended');
  else await room.enqueue({ kind: 'follow', id, step: taken.step }, STEP_SECONDS);
}

/** Goes on with those whose worker died. */
export async function resumeFollows(room: Room): Promise<void> {
  try {
    for (const { id, step } of await room.history.follows.overdue(room.now() - LOST_MS))
      await room.enqueue({ kind: 'follow', id, step });
  } catch (error) {
    // The next minute brings another try, and the rest of this one has more to do.
    room.log.error('followed logs could not be resumed', errorFields(error));
  }
}

/** The Stop button; anybody who sees the message may press it. */
export async function stopFollowing(id: string, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const known = await room.history.follows.get(id);
  if (known === undefined) throw new UserError('That log is no longer followed.');
  const stopped = (await room.history.follows.end(id, 'stopped')) ?? known;
  const job = await findJob(stopped.jobId, 'logs', room);
  const who = asking.person.id === stopped.by ? 'Stopped.' : `Stopped by ${asking.person.name}.`;
  return { message: render(stopped, job, room, who, true), public: true, replace: true };
}
