/**
 * Submitting jobs again, a few at a time. SubmitJob is not idempotent: what is about to be submitted is noted first, and
 * after a worker died, or AWS gave no clear answer, the new job is looked for by its tags before it is submitted again.
 */
import type { JobDetail } from '@aws-sdk/client-batch';
import { errorFields } from '../../errors';
import { ingest } from '../../history/ingest';
import type { Operation, Outcome } from '../../history/records/operation';
import { jobFromDetail } from '../../jobs/fromBatch';
import { RETRY_OF, RETRY_OP, UnretriableError } from '../../jobs/retry';
import type { Submission } from '../../jobs/retryShapes';
import { RETRY_WORDS } from '../../views/retry';
import type { Room } from '../command';
import { nameOfArn } from '../queueRows';
import { retryTerms } from '../retryTerms';
import { type Chunk, HeldUpError, type OperationKind } from './kind';
import { planOf } from './retryPlan';

/** So few that a chunk with dead workers behind it is looked for in one or two calls, and Stop works soon. */
const IDS_PER_CHUNK = 10;
/** Less than this on the lease, and another worker could be at it before AWS has answered. */
const NEEDED_MS = 15_000;
const MOST_THROTTLED_TRIES = 8;
/** The clocks of AWS and of a Lambda differ by less. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** AWS did not say whether it took a job: it comes again, and is looked for before it is submitted. */
class UnsureError extends Error {
  override name = 'UnsureError';
}

/** AWS takes no jobs at all just now, or not in the time that is left. */
class NotNowError extends Error {
  override name = 'NotNowError';
}

/** A job has to wait for another one that could not be submitted yet. */
class NotYetError extends Error {
  override name = 'NotYetError';
}

interface Turn extends Chunk {
  room: Room;
  sleep: (ms: number) => Promise<void>;
}

/** The jobs that this operation has submitted already in place of these, by the old ids. */
async function alreadySubmitted(
  { operation, room }: Turn,
  wanted: readonly { id: string; queue: string; name: string }[],
): Promise<Map<string, string>> {
  const since = (operation.startedAt ?? operation.askedAt) - CLOCK_SKEW_MS;
  const places = new Map(wanted.map(({ queue, name }) => [`${queue}/${name}`, { queue, name }]));
  const found = new Map<string, string>();
  for (const { queue, name } of places.values()) {
    const ids = await room.batch.idsByName(queue, name, since);
    for (const { jobId = '', tags } of ids.length === 0 ? [] : await room.batch.describe(ids)) {
      const old = tags?.[RETRY_OF];
      if (old !== undefined && tags?.[RETRY_OP] === operation.op) found.set(old, jobId);
    }
  }
  return found;
}

interface Before {
  /** Which new job stands for which old one. */
  retriedAs: Map<string, string>;
  /** Old jobs of which it is not known yet whether there will be a new one. */
  undecided: Set<string>;
}

/** What became of the jobs that come before this chunk's. */
async function before({ operation, ids, room }: Turn, needed: boolean): Promise<Before> {
  const retriedAs = new Map<string, string>();
  if (!needed) return { retriedAs, undecided: new Set() };
  const { operations } = room.history;
  const all = await operations.ids(operation.op);
  const undecided = new Set(all.slice(0, all.indexOf(ids[0] ?? '')));
  for (const some of [operations.outcomes(operation.op), operations.parts(operation.op)])
    for await (const { outcomes } of some)
      for (const { id, newId } of outcomes) {
        undecided.delete(id);
        if (newId !== undefined) retriedAs.set(id, newId);
      }
  return { retriedAs, undecided };
}

/** @throws UnsureError when a job may or may not be there now, NotNowError when there is none */
async function submitOnce(id: string, submission: Submission, turn: Turn): Promise<Outcome> {
  for (let tries = 1; ; tries++) {
    if (turn.remainingMs() < NEEDED_MS) throw new NotNowError('the time that is left is too short to submit a job');
    const answer = await turn.room.batch.submit(submission);
    switch (answer.kind) {
      case 'submitted':
        return { id, outcome: 'submitted', newId: answer.id };
      case 'refused':
        return { id, outcome: 'failed', why: answer.why };
      case 'unsure':
        throw new UnsureError(`Batch may or may not have taken its retry: ${answer.why}`);
      case 'throttled':
        if (tries >= MOST_THROTTLED_TRIES) throw new NotNowError('Batch takes no more jobs just now');
        await turn.sleep(200 * 2 ** tries * (0.5 + Math.random()));
    }
  }
}

/** So that a search finds the new jobs at once: Batch sends no event for a submission. */
async function remember(newIds: readonly string[], room: Room): Promise<void> {
  if (newIds.length === 0) return;
  try {
    const details = await room.batch.describe(newIds);
    await Promise.all(
      details.map((detail) => ingest(room.history.jobs, jobFromDetail(detail, room.now(), room.shows), room.now)),
    );
  } catch (error) {
    // The next sweep finds them.
    room.log.warn('retries could not be looked up', { ids: newIds, ...errorFields(error) });
  }
}

interface Ready {
  id: string;
  submission: Submission;
}

async function carryOut(chunk: Chunk, room: Room, sleep: (ms: number) => Promise<void>): Promise<Outcome[]> {
  const { operation, ids, begin } = chunk;
  const turn: Turn = { ...chunk, room, sleep };
  const plan = planOf(operation);
  const terms = retryTerms(room);
  await terms.prepare(ids);
  const details = ids.flatMap((id) => terms.detail(id) ?? []);
  const { retriedAs, undecided } = await before(
    turn,
    details.some(({ dependsOn = [] }) => dependsOn.length > 0),
  );
  const begun = await begin(ids);
  const known = await alreadySubmitted(
    turn,
    (begun ?? []).flatMap((id) => placeOf(terms.detail(id), operation)),
  );
  const outcomes: Outcome[] = [];
  const causes = new Map<string, unknown>();
  for (const id of ids) {
    try {
      const outcome = await retryOne(id);
      if (outcome !== undefined) outcomes.push(outcome);
      if (outcome?.newId !== undefined) retriedAs.set(id, outcome.newId);
    } catch (error) {
      // One job that AWS has trouble with keeps only those that wait for it.
      undecided.add(id);
      causes.set(id, error);
      if (error instanceof NotNowError) break;
    }
  }
  await remember(
    outcomes.flatMap(({ newId }) => newId ?? []),
    room,
  );
  const [cause] = causes.values();
  if (causes.size > 0) throw new HeldUpError(outcomes, cause, causes);
  return outcomes;

  /** @returns undefined for what is left alone because somebody pressed Stop */
  async function retryOne(id: string): Promise<Outcome | undefined> {
    const newId = known.get(id);
    if (newId !== undefined) return { id, outcome: 'submitted', newId };
    if (operation.state === 'halting') return undefined;
    const detail = terms.detail(id);
    const waitsFor = detail?.dependsOn?.find(({ jobId = '' }) => undecided.has(jobId))?.jobId;
    if (waitsFor !== undefined)
      throw new NotYetError(`it waits for the retry of ${waitsFor}, which could not be submitted`);
    if (detail === undefined) return { id, outcome: 'failed', why: 'Batch has forgotten it.' };
    let ready: Ready;
    try {
      ready = { id, submission: (await terms.submissionOf(detail, operation.op, plan, retriedAs)).submission };
    } catch (error) {
      if (!(error instanceof UnretriableError)) throw error;
      return { id, outcome: 'failed', why: `It can't be retried: ${error.message}.` };
    }
    // Whoever confirmed this knew of what was taken before.
    const { op, askedAt, askedBy, startedAt = askedAt, startedBy = askedBy, knowing } = operation;
    const { retryClaims } = room.history;
    const asOf = knowing === 'retried' ? startedAt : askedAt;
    const taken = await retryClaims.claim(id, { op, by: startedBy, at: room.now() }, asOf);
    if (taken !== undefined)
      return { id, outcome: 'retried', why: `${taken.by.name} retried it meanwhile (op ${taken.op}).` };
    const outcome = await submitOnce(id, ready.submission, turn);
    if (outcome.outcome === 'failed') await retryClaims.release(id, op);
    return outcome;
  }
}

/** Where the new job is, if there is one. */
const placeOf = (detail: JobDetail | undefined, operation: Operation) =>
  detail === undefined
    ? []
    : [
        {
          id: detail.jobId ?? '',
          queue: planOf(operation).changes.queue ?? nameOfArn(detail.jobQueue ?? ''),
          name: detail.jobName ?? '',
        },
      ];

export const retryJobs: OperationKind = { words: RETRY_WORDS, idsPerChunk: IDS_PER_CHUNK, chunksAtOnce: 1, carryOut };
