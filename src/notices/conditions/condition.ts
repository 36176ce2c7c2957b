/** What a condition is: an occasion that is a state rather than an event, told while it is so and closed when it is so no more. */
import type { CapacityState } from '../../history/records/capacityStates';
import type { Incident } from '../../history/records/incident';
import type { Job, JobRow } from '../../jobs/job';
import type { Environment, Front, Queue } from '../../jobs/waiting';
import type { Occasion, Occurrence } from '../occasion';
import type { AlertSettings } from '../routing/settings';
import type { Usual } from './usual';

/** The front of a queue's line, and the job at its head as Batch describes it. */
export interface Line {
  front: Front;
  head?: Job | undefined;
}

/** What one look saw. A part that could not be seen is undefined: what needs it is neither told nor closed. */
export interface Seen {
  now: number;
  settings: AlertSettings;
  /** All jobs of tracked queues that have not ended; none that is lost. */
  rows: readonly JobRow[];
  /** Tracked queues with their compute environments. */
  queues?: readonly Queue[] | undefined;
  /** Compute environments that no queue uses, tracked or not. */
  spare: readonly Environment[];
  /** By queue: of those where jobs wait for long. One that AWS did not tell is missing. */
  lines: ReadonlyMap<string, Line>;
  /** When each STARTING job entered that state, as far as it is known, ms. */
  startingSince: ReadonlyMap<string, number>;
  /** Whether each was enabled at the last look, by `queue <name>` and `environment <name>`. */
  states?: ReadonlyMap<string, CapacityState> | undefined;
  /** What the history tells of how it usually goes; minutes old. */
  usual: Usual;
}

/** What is so now. */
export interface Found {
  /** The member is a job's id, where it is of a job: the job itself is looked up before it is told. */
  so: Occurrence[];
  /** Of which incidents it could not be seen; undefined where all could. */
  isUnsure?: (incident: Incident) => boolean;
}

export interface Condition extends Occasion {
  /** Undefined where it could not be seen. */
  look(seen: Seen): Found | undefined;
  /** After the name of what it was about: `moves again after 2 h`. */
  word(incident: Incident, seen: Seen): string;
}

export const condition = (declared: Condition): Condition => declared;

/** When it came to be so, in whole ms, but late enough that it is no old news. */
export const notOld = (at: number, now: number): number => Math.floor(Math.max(at, now - 3_600_000));
