/** What a passing minute brings: fill what events missed, and tell of what they did not. */
import type { Room } from './commands/command';
import { resumeFollows } from './commands/logFollow';
import { resumeOperations } from './commands/operations/resumeOperations';
import { errorFields } from './errors';
import type { Ingested } from './history/ingest';
import { reconcile, type SweepReport } from './history/reconcile';
import { BATCHBOT } from './history/records/audit';
import { conditionWatch } from './notices/conditions/watchConditions';
import { tellDigests } from './notices/digests/tellDigests';
import { hearOfUntold } from './notices/hearOfUntold';
import { closeIncidents } from './notices/incidents/closeIncidents';
import { successesBefore } from './notices/incidents/lookBack';
import { endMutes } from './notices/routing/endMutes';
import { resumeSending } from './notices/sending/resumeSending';
import { timeoutKeeper } from './notices/timeouts/timeoutKeeper';
import { resumeWatches } from './notices/watches/resumeWatches';

/** Packing at the start of a process, at most: within it the live index comes to fit in memory, and no limit waits longer. */
const FIRST_PACKING_MS = 20_000;
/** What packing leaves to the sweep, at most. */
const LONGEST_SWEEP_MS = 120_000;
/** What a sweep leaves to what comes after it in the same minute, at most. */
const AFTER_SWEEP_MS = 40_000;
/** Thousands of ends that no event told of take longer than this: the others come a minute later. */
const LONGEST_HEARING_MS = 30_000;
/** What telling those leaves to what comes after it, at most. */
const AFTER_HEARING_MS = 20_000;
/** Time limits are promised to be seen to within a minute, however long the rest of a tick takes. */
const LIMITS_EVERY_MS = 45_000;

const DAY_MS = 86_400_000;

export interface TickOptions {
  room: Room;
  /** Called for every job whose record a sweep changed. */
  onNews: (ingested: Ingested) => Promise<void>;
  /** How often time limits are seen to while the rest goes on; 45 s by default. */
  limitsEveryMs?: number | undefined;
}

export function clock({ room, onNews, limitsEveryMs = LIMITS_EVERY_MS }: TickOptions) {
  const conditions = conditionWatch(room);
  const successes = successesBefore(room);
  const keepTimeouts = timeoutKeeper(room);
  let isFirst = true;

  /** Moves finished jobs into the search index. */
  async function pack(remainingMs: () => number): Promise<void> {
    // Another process, with another setting, may have begun what is removed here.
    const daysAgo = (at = 0) => Math.floor((room.now() - at) / DAY_MS);
    const packed = await room.history.pack({ now: room.now, remainingMs });
    if (packed.packed > 0) room.log.info('packed', { ...packed });
    if (packed.forgotten > 0)
      await room.history.audit.write({
        at: room.now(),
        by: BATCHBOT,
        channel: '',
        verb: 'retention',
        words: '',
        what: 'done',
        told: `removed ${packed.forgotten} jobs that ended more than ${daysAgo(packed.forgottenBefore)} days ago`,
        count: packed.forgotten,
      });
  }

  /**
   * @param full also walk through all finished jobs that Batch still keeps; by default when that is due
   * @throws the first error that a step met, once all of them are through; each is in the log by then
   */
  return async function tick(remainingMs: () => number, full?: boolean): Promise<SweepReport> {
    const errors: unknown[] = [];
    /** Nothing else of a minute's work waits for what fails here. */
    async function step<T>(what: string, metric: string, work: () => Promise<T>): Promise<T | undefined> {
      try {
        return await work();
      } catch (error) {
        errors.push(error);
        room.log.error(what, errorFields(error));
        room.log.metric(metric, 1);
        return undefined;
      }
    }

    let limits = Promise.resolve();
    let areLimitsSeenTo = false;
    /** One look at a time. */
    function seeToLimits(): Promise<void> {
      if (areLimitsSeenTo) return limits;
      areLimitsSeenTo = true;
      const halfMs = remainingMs() / 2;
      limits = step('time limits could not be seen to', 'FailedTimeouts', () =>
        keepTimeouts(() => remainingMs() - halfMs),
      ).then(() => {
        areLimitsSeenTo = false;
      });
      return limits;
    }

    /** Leaves the sweep its time. */
    const packFor = async (mostMs: number): Promise<void> => {
      const leftMs = Math.max(remainingMs() - mostMs, Math.min(remainingMs() / 2, LONGEST_SWEEP_MS));
      await step('packing failed', 'FailedPacks', () => pack(() => remainingMs() - leftMs));
    };

    /** Leaves the others of this minute their time. */
    function hear(): Promise<number> {
      const leftMs = Math.max(remainingMs() - LONGEST_HEARING_MS, Math.min(remainingMs() / 2, AFTER_HEARING_MS));
      return hearOfUntold(room, () => remainingMs() - leftMs);
    }

    async function sweep(): Promise<SweepReport> {
      const leftMs = Math.min(remainingMs() / 4, AFTER_SWEEP_MS);
      const { batch, history, log, now, tracks, shows } = room;
      const swept = () => remainingMs() - leftMs;
      return await reconcile({ batch, history, log, now, tracks, shows, remainingMs: swept, onNews }, full);
    }

    // A few reads, and whatever stands still in Slack goes on: nothing that takes long, or fails, comes before it.
    await step('sending could not be resumed', 'FailedSteps', () => resumeSending(room));
    // Half a million jobs that nobody packed would not fit in memory, and a process that died of that begins anew here.
    if (isFirst) await packFor(FIRST_PACKING_MS);
    isFirst = false;
    await seeToLimits();
    const again = setInterval(() => void seeToLimits(), limitsEveryMs);
    let report: SweepReport | undefined;
    try {
      await step('operations could not be resumed', 'FailedSteps', () => resumeOperations(room));
      await packFor(Number.POSITIVE_INFINITY);
      report = await step('a sweep failed', 'FailedSweeps', sweep);
      await step('ends of jobs could not be told', 'FailedSteps', hear);
      await step('successes could not be looked back for', 'FailedSteps', () => successes.look(remainingMs));
      await step('conditions could not be seen', 'FailedSteps', () => conditions.look(remainingMs));
      await step('logs could not be followed', 'FailedSteps', () => resumeFollows(room));
      await step('watches could not be resumed', 'FailedSteps', () => resumeWatches(room, remainingMs));
      await step('digests could not be told', 'FailedSteps', () => tellDigests(room, remainingMs));
      await step('mutes could not be ended', 'FailedSteps', () => endMutes(room));
      await step('incidents could not be closed', 'FailedSteps', () => closeIncidents(room));
    } finally {
      clearInterval(again);
      await limits;
    }
    if (report === undefined || errors.length > 0) throw errors[0];
    return report;
  };
}
