/** How a verb is declared: once; its help, usage errors, permission, confirmation, manifest hint and README row follow. */
import type * as z from 'zod';
import type { BatchJobs } from '../aws/batch';
import type { Instances } from '../aws/ec2';
import type { ContainerInstances } from '../aws/ecs';
import type { JobLogs } from '../aws/logs';
import type { History } from '../history/history';
import type { Role } from '../history/records/roles';
import type { Shows } from '../jobs/properties';
import type { TimeoutKind } from '../jobs/timeouts';
import type { Token } from '../jobs/words';
import type { Log } from '../log';
import type { Answer, SlackDelivery } from '../slack/deliver';
import type { WorkRequest } from '../slack/request';
import type { Roles } from './openRoles';
import type { Held } from './permission';

export interface Person {
  id: string;
  name: string;
  /** The most that they hold here, for whatever queues. */
  role: Role;
  /** What they hold here and now, each with its queues; `requireRole` and `may` decide by it. */
  held: readonly Held[];
  /** Sentences on what Slack did not tell, and so does not count. */
  unsure?: readonly string[];
  /** Of another workspace. */
  stranger?: boolean;
}

/** What a command may use. */
export interface Room {
  /** Every verb, in the order of the help. */
  commands: readonly Command[];
  batch: BatchJobs;
  containerInstances: ContainerInstances;
  instances: Instances;
  logs: JobLogs;
  history: History;
  slack: SlackDelivery;
  log: Log;
  now: () => number;
  /** Queues something for a worker, now or later. */
  enqueue: (request: WorkRequest, delaySeconds?: number) => Promise<void>;
  /** The slash command as it is called here, `/batch`. */
  slash: string;
  region: string;
  /** Where alerts go, if anywhere. */
  alertChannel: string | undefined;
  /** Who somebody is here, and whom to ask for a role. */
  roles: Roles;
  /** The queues that are followed: all but those that the configuration leaves out. */
  tracks: (queue: string) => boolean;
  /** The environment variables whose values may be kept and shown. */
  shows: Shows;
  /** The environment variable that holds a timeout, and the kinds of time limits that count where no command switched them. */
  timeouts: { variable: string; isOn: readonly TimeoutKind[] };
}

/** One asking: who, where, what was typed. */
export interface Asking<Filters> {
  person: Person;
  channel: { id: string; name: string };
  /** What followed the verb, as typed. */
  text: string;
  /** Plain words, in order. */
  words: string[];
  filters: Filters;
  flags: ReadonlySet<string>;
  /** All words and those filters that are not the verb's own: a search. */
  query: Token[];
  /** What stood in the message's input fields. */
  inputs: Readonly<Record<string, string>>;
  /** Tells this asking from others; when the queue brings it again, it has the same. */
  requestId: string;
  remainingMs: () => number;
}

export interface FilterSpec<T = unknown> {
  schema: z.ZodType<T>;
  meaning: string;
  /** Only buttons set it: help does not list it. */
  hidden?: true;
}
export type FilterSpecs = Readonly<Record<string, FilterSpec>>;
export type FilterValues<F extends FilterSpecs> = { [K in keyof F]?: z.output<F[K]['schema']> };

export interface CommandSpec<F extends FilterSpecs> {
  name: string;
  /** One sentence for the help screen. */
  summary: string;
  group: 'asks' | 'acts' | 'tells';
  /** What follows the verb, as the help shows it. */
  usage: string;
  /** What follows the verb in an example that works as typed; help puts a real job's id in place of `<id>`. */
  example: string;
  filters?: F;
  /** Flags: `--x`. */
  flags?: readonly string[];
  /** Those of the flags that may also be plain words at the end; `share` by default. */
  lastWords?: readonly string[];
  /** Takes a search: all of its words and filters. */
  searches?: boolean;
  /** Needs the operator role for all queues, asks to confirm, is written to the audit log, runs once. */
  changes?: boolean;
  /**
   * Whoever has the role for any queue comes through: `run` itself checks it for the queues of its jobs with `requireRole`,
   * at each step and press.
   */
  byQueue?: boolean;
  /** Answers by the role of who asks, so that Slack gets the time to tell of user groups (for `changes` it always does). */
  byRole?: boolean;
  run(asking: Asking<FilterValues<F>>, room: Room): Promise<Answer>;
}

/** A verb as the list holds it, whatever its filters are. */
export interface Command {
  name: string;
  summary: string;
  group: 'asks' | 'acts' | 'tells';
  usage: string;
  example: string;
  filters: FilterSpecs;
  flags: readonly string[];
  lastWords: readonly string[];
  searches: boolean;
  changes: boolean;
  byQueue: boolean;
  byRole: boolean;
  run(asking: Asking<Record<string, unknown>>, room: Room): Promise<Answer>;
}

export function command<F extends FilterSpecs = Record<never, FilterSpec>>(spec: CommandSpec<F>): Command {
  return {
    name: spec.name,
    summary: spec.summary,
    group: spec.group,
    usage: spec.usage,
    example: spec.example,
    filters: spec.filters ?? {},
    flags: spec.flags ?? [],
    lastWords: spec.lastWords ?? (spec.flags ?? []).filter((flag) => flag === 'share'),
    searches: spec.searches ?? false,
    changes: spec.changes ?? false,
    byQueue: spec.byQueue ?? false,
    byRole: spec.byRole ?? spec.changes ?? false,
    // `run` is only ever called by run.ts with the filters that these very schemas have parsed.
    run: (asking, room) => spec.run(asking as Asking<FilterValues<F>>, room),
  };
}
