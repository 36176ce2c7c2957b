/** What an occasion is: something that batchbot tells unasked. Each is declared once, in a file of its own beside this one. */
import type { Cause } from '../jobs/causes';
import type { Job } from '../jobs/job';

/** `quiet` never opens a card where one stands already to which it belongs; `urgent` is told again when a card has grown old. */
export type Severity = 'quiet' | 'normal' | 'urgent';

/** What is in trouble, beside its queue: two troubles of one subject, queue and cause are one incident. */
export interface Subject {
  kind: 'definition' | 'array' | 'workflow' | 'queue' | 'environment' | 'job';
  /** A definition without its revision, an array parent's id, a queue's name… */
  name: string;
}

/** One thing that happened, as data: who is told of it, and how, is decided elsewhere. */
export interface Occurrence {
  /** The occasion's name. */
  occasion: string;
  severity: Severity;
  /** When it happened, in ms by AWS's clock. */
  at: number;
  /** Of a state, when a look found that it is so (ms): however long ago it began, it is no old news. */
  seenAt?: number | undefined;
  subject: Subject;
  queue?: string | undefined;
  cause?: Pick<Cause, 'key' | 'identity' | 'headline'> | undefined;
  /** What it struck: a job's id, or the subject's own name. However often it is told, an incident counts it once. */
  member: string;
  /** The job, where it struck one. */
  job?: Job | undefined;
  /** Where it was to go, if that takes nothing, and how Slack said so. */
  meantFor?: { to: string; code: string } | undefined;
  /** A sentence on what stands behind it, where no job tells that. May hold foreign words: it is escaped where it is shown. */
  told?: string | undefined;
}

export interface Occasion {
  /** As people type it to switch it: `stuck-starting`. */
  name: string;
  /** What it tells of, after "Tells when": one clause. */
  summary: string;
  /** Whether it is on where nobody switched it. */
  isOn: boolean;
}

export const occasion = (declared: Occasion): Occasion => declared;
