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
import type { Chunk, OperationKind } from './kind';
import { planOf } from './retryPlan';

/** So few that a chunk with dead workers behind it is looked for in one or two calls, and Stop works soon. */
const IDS_PER_CHUNK = 10;
/** Less than this on the lease, and another worker could be at it before AWS has answered. */
const NEEDED_MS = 15_000;
/** SubmitJob has 50 calls a second for the whole account (https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html). */
const PAUSE_MS = 50;
const MOST_THROTTLED_TRIES = 8;
/** The clocks of AWS and of a Lambda differ by less. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** AWS did not say whether it took a job: the chunk comes again, and then the job is looked for. */
class UnsureError extends Error {
  override name = 'UnsureError';
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

/** Which new job stands for which old one, as far as earlier chunks of the operation go. */
async function retriedBefore({ operation, room }: Turn, needed: boolean): Promise<Map<string, string>> {
  const retriedAs = new Map<string, string>();
  if (!needed) return retriedAs;
  for await (const { outcomes } of room.history.operations.outcomes(operation.op)) {
    for (const { id, newId } of outcomes) if (newId !== undefined) retriedAs.set(id, newId);
  }
  return retriedAs;
}

/** @throws UnsureError when a job may or may not be there now, or the lease is nearly over */
async function submitOnce(id: string, submission: Submission, turn: Turn): Promise<Outcome> {
  for (let tries = 1; ; tries++) {
    if (turn.remainingMs() < NEEDED_MS) throw new UnsureError('the time that is left is too short to submit a job');
    const answer = await turn.room.batch.submit(submission);
    switch (answer.kind) {
      case 'submitted':
        return { id, outcome: 'submitted', newId: answer.id };
      case 'refused':
        return { id, outcome: 'failed', why: answer.why };
      case 'unsure':
        throw new UnsureError(`Batch may or may not have taken a retry of ${id}: ${answer.why}`);
      case 'throttled':
        if (tries >= MOST_THROTTLED_TRIES) throw new UnsureError('Batch takes no more jobs just now');
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
  const retriedAs = await retriedBefore(
    turn,
    details.some(({ dependsOn = [] }) => dependsOn.length > 0),
  );
  const before = await begin(ids);
  const known = await alreadySubmitted(
    turn,
    (before ?? []).flatMap((id) => placeOf(terms.detail(id), operation)),
  );
  const outcomes: Outcome[] = [];
  for (const id of ids) {
    const outcome = await retryOne(id);
    outcomes.push(outcome);
    if (outcome.newId !== undefined) retriedAs.set(id, outcome.newId);
  }
  await remember(
    outcomes.flatMap(({ newId }) => newId ?? []),
    room,
  );
  return outcomes;

  async function retryOne(id: string): Promise<Outcome> {
    const newId = known.get(id);
    if (newId !== undefined) return { id, outcome: 'submitted', newId };
    const detail = terms.detail(id);
    if (detail === undefined) return { id, outcome: 'failed', why: 'Batch has forgotten it.' };
    let ready: Ready;
    try {
      ready = { id, submission: (await terms.submissionOf(detail, operation.op, plan, retriedAs)).submission };
    } catch (error) {
      if (!(error instanceof UnretriableError)) throw error;
      return { id, outcome: 'failed', why: `It can't be retried: ${error.message}.` };
    }
    const outcome = await submitOnce(id, ready.submission, turn);
    await sleep(PAUSE_MS);
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
