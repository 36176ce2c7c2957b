/** Wires the rooms together: what the doors, the local world and the tests all call. */

import { AwsRefusedError } from './commands/awsRefusal';
import { checkForm } from './commands/checkForm';
import type { Room } from './commands/command';
import { AmbiguousJobError } from './commands/find';
import { homeOf } from './commands/home';
import { followOn } from './commands/logFollow';
import { carryOut } from './commands/operations/carryOut';
import { lookBack } from './commands/operations/lookBack';
import { runCommand } from './commands/run';
import { errorFields, shortReference, UserError } from './errors';
import { type Ingested, ingest, seenToByCaller } from './history/ingest';
import { jobPlaces } from './history/placement';
import { damagedItem } from './history/searching/damage';
import { type BatchEvent, jobFromDetail, MalformedJobError, parseBatchEvent } from './jobs/fromBatch';
import { arrayParentOf, isDone, type Job } from './jobs/job';
import { hearOfJob } from './notices/hearOfJob';
import { tell } from './notices/incidents/tell';
import { queueBlockedEvent } from './notices/queueBlocked';
import { sendDue } from './notices/sending/sendDue';
import { garbageTeller } from './notices/timeoutGarbage';
import { lookAtWatch } from './notices/watches/lookAtWatch';
import { watchNews } from './notices/watches/watchNews';
import { type Answer, type Asker, SlackUnavailableError } from './slack/deliver';
import { type CommandRequest, type WorkRequest, workRequestSchema } from './slack/request';
import { clock } from './tick';
import { ambiguous, damagedIndex, failure, problem, takesLonger } from './views/problem';

/** How long a try may take before it is taken to be dead: the worker's longest life and a little more. */
const REQUEST_LEASE_MS = 130_000;
/** When to look again whether another worker's try has come to its end. */
const LOOK_AGAIN_SECONDS = 30;
/** Array ids remembered in one process, so that 10,000 children cost one look. */
const MOST_PARENTS_MET = 1_000;

/** So long people wait before they take a bot to be dead. */
const SILENCE_MS = 3_000;

export interface AppOptions {
  room: Room;
  /** Keeps an event that can't be understood, with why. */
  parkEvent: (body: string, why: string) => Promise<void>;
  sleep: (ms: number) => Promise<void>;
  /** After how long somebody who waits is told that the answer is on its way; 3 seconds by default. */
  silenceMs?: number | undefined;
}

export function createApp({ room, parkEvent, sleep, silenceMs = SILENCE_MS }: AppOptions) {
  /**
   * What to tell instead of an answer.
   * @throws the error itself for an outage of Slack, which brings the request again
   */
  function explain(error: unknown, request: CommandRequest): Answer {
    // What may go well a minute later leaves the message whose button was pressed, to be pressed again.
    if (error instanceof UserError)
      return {
        message: problem(error.message, room.slash, error.suggestion, error.people),
        ...(error instanceof AwsRefusedError ? { replace: false } : {}),
      };
    if (error instanceof AmbiguousJobError)
      return { message: ambiguous(error.prefix, error.jobs, error.more, room.now(), room.region) };
    if (error instanceof SlackUnavailableError) throw error;
    const ref = shortReference();
    room.log.error('a command failed', { ref, text: request.text, by: request.user.id, ...errorFields(error) });
    room.log.metric('FailedCommands', 1);
    const damaged = damagedItem(error);
    return { message: damaged === undefined ? failure(ref) : damagedIndex(damaged, ref), replace: false };
  }

  /**
   * Tells who waits that the answer takes longer, in a line of its own: a message that a command's response_url brought
   * can't be replaced through it (https://github.com/slackapi/bolt-python/issues/1268). Such an address is good for 5
   * messages; without one nothing is told.
   * @returns what ends it, and waits for a line that is on its way, so that the answer comes after it
   */
  function tellOfDelay(asker: Asker, text: string, remainingMs: () => number): () => Promise<void> {
    let telling = Promise.resolve();
    const timer = setTimeout(() => {
      if (asker.responseUrl === undefined) return;
      telling = room.slack
        .answer(asker, { message: takesLonger(text, room.slash) }, remainingMs)
        .catch((error: unknown) => room.log.warn('a delay could not be told', errorFields(error)));
    }, silenceMs);
    return async () => {
      clearTimeout(timer);
      await telling;
    };
  }

  async function runRequest(request: CommandRequest, remainingMs: () => number): Promise<void> {
    const claim = await room.history.once.claim(request.id, room.now(), REQUEST_LEASE_MS);
    if (claim === 'done') return;
    if (claim === 'busy') {
      await room.enqueue(request, LOOK_AGAIN_SECONDS);
      return;
    }
    if (request.form !== undefined) {
      await checkForm({ ...request, form: request.form }, room, remainingMs);
      await room.history.once.finish(request.id);
      return;
    }
    const asker = { user: request.user.id, channel: request.channel.id, responseUrl: request.responseUrl };
    const answered = tellOfDelay(asker, request.text, remainingMs);
    try {
      const answer = await runCommand(request, room, remainingMs).catch((error: unknown) => explain(error, request));
      await answered();
      // What goes to everybody never takes the place of what one person sees.
      const replace = request.replace && (answer.replace ?? answer.public !== true);
      await room.slack.answer(asker, { ...answer, replace }, remainingMs);
    } catch (error) {
      await answered();
      await room.history.once.release(request.id);
      throw error;
    }
    await room.history.once.finish(request.id);
  }

  /** Batch tells of an array's children by events of their own, and of the array itself hardly ever. */
  const parentsMet = new Map<string, Promise<void>>();
  async function lookUpParent(parent: string): Promise<void> {
    if ((await room.history.jobs.get(parent)) !== undefined) return;
    const [detail] = await room.batch.describe([parent]);
    if (detail !== undefined) await ingest(room.history.jobs, jobFromDetail(detail, room.now(), room.shows), room.now);
  }
  async function meetParent(child: Job): Promise<void> {
    const parent = arrayParentOf(child.id);
    if (parent === undefined) return;
    if (parentsMet.size >= MOST_PARENTS_MET) parentsMet.clear();
    const meeting = parentsMet.get(parent) ?? lookUpParent(parent);
    parentsMet.set(parent, meeting);
    try {
      await meeting;
    } catch (error) {
      // The child's news is worth telling without its parent's; the next child, or the sweep, asks again.
      parentsMet.delete(parent);
      room.log.warn("an array's parent could not be looked up", { parent, ...errorFields(error) });
    }
  }

  const tellGarbage = garbageTeller(room);

  const places = jobPlaces(room.containerInstances, room.history.jobs, room.now, room.log);

  async function work(request: WorkRequest, remainingMs: () => number): Promise<void> {
    switch (request.kind) {
      case 'command':
        return await runRequest(request, remainingMs);
      case 'operation':
        return await carryOut(request.op, room, remainingMs, sleep);
      case 'lookBack':
        return await lookBack(request.op, room, remainingMs);
      case 'follow':
        return await followOn(request.id, request.step, room, remainingMs);
      case 'deliver':
        return await sendDue(request.to, room, remainingMs, sleep, request.wakeAt);
      case 'watch':
        return void (await lookAtWatch(request.id, room));
      case 'home':
        return await room.slack.publishHome(
          request.user.id,
          await homeOf(request.user, room, remainingMs),
          remainingMs,
        );
    }
  }

  /** What a sweep was the first to see. A job's end is noted before, and told when the sweep is through. */
  async function onNews({ before, after }: Ingested): Promise<void> {
    await Promise.all([
      places.place(after),
      watchNews(after, room),
      // What ended before it was known is history.
      before === undefined && isDone(after) ? undefined : tellGarbage(after, after.stoppedAt ?? room.now()),
    ]);
    if (before !== undefined && !isDone(after)) await hearOfJob(after, room.now(), room);
  }

  /** What everybody who may want to hear of an event makes of it. */
  async function hear(event: BatchEvent, after: Job): Promise<void> {
    await Promise.all([meetParent(after), places.place(after), watchNews(after, room), tellGarbage(after, event.time)]);
    if (event.type === 'Batch Job Queue Blocked') await tell(queueBlockedEvent(after, event.time), room);
    // What was overtaken by later news brings nothing.
    if (event.job.status === after.status) await hearOfJob(after, event.time, room);
  }

  /** An event comes three times at most (`infra/parkedQueue.ts`): an end that is still untold then is told by the clock. */
  async function noteEnd({ id }: Job): Promise<void> {
    try {
      await room.history.jobs.untold.add(id, room.now());
    } catch (error) {
      room.log.error("a job's end could not be noted", { job: id, ...errorFields(error) });
    }
  }

  return {
    room,
    /**
     * One message of the work queue.
     * @throws when it must come again; after three times it reaches the DLQ
     */
    async takeWork(body: string, remainingMs: () => number): Promise<void> {
      await work(workRequestSchema.parse(JSON.parse(body)), remainingMs);
    },

    /**
     * One EventBridge event. What can't be understood is parked, and never holds up the others.
     * @throws when it must come again
     */
    async takeEvent(body: string, _remainingMs: () => number): Promise<void> {
      let event: ReturnType<typeof parseBatchEvent>;
      try {
        event = parseBatchEvent(JSON.parse(body), room.shows);
      } catch (error) {
        if (!(error instanceof MalformedJobError || error instanceof SyntaxError)) throw error;
        room.log.warn('an event can not be understood', { why: error.message, body: body.slice(0, 2_000) });
        room.log.metric('MalformedEvents', 1);
        await parkEvent(body, error.message);
        return;
      }
      if (event === undefined || (event.job.queue !== undefined && !room.tracks(event.job.queue))) return;
      const { before, after, changed } = await ingest(
        room.history.jobs,
        event.job,
        room.now,
        undefined,
        seenToByCaller,
      );
      // Retention removed the job.
      if (before === undefined && !changed) return;
      try {
        await hear(event, after);
      } catch (error) {
        if (event.job.status === after.status && isDone(after)) await noteEnd(after);
        throw error;
      }
    },

    tick: clock({ room, onNews }),
  };
}
export type App = ReturnType<typeof createApp>;
