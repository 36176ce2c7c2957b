/** The log groups and streams: those that somebody made by hand, and those of the jobs. */
import { DEFAULT_LOG_GROUP, logGroupOf, loggingContainersOf, logStreamOf } from '../world/logNames';
import { attemptOfNode, specOfNode } from '../world/nodes';
import { mainContainerOf } from '../world/severalContainers';
import type { Attempt, SimJob } from '../world/simJob';
import type { Task, World } from '../world/world';
import { attemptLog, type LogLine, type LogSource, storedLog } from './logSource';

export interface StreamFacts {
  name: string;
  createdAt: number;
  log: LogSource;
}

/** What the state file keeps of the logs. */
export interface SavedLogs {
  groups: Record<string, number>;
  stored: { group: string; stream: string; createdAt: number; lines: LogLine[] }[];
  deleted: string[];
}

const keyOf = (group: string, stream: string): string => `${group}\n${stream}`;

export type Groups = ReturnType<typeof logGroups>;

/** `pastAttempts`: jobs that Batch has forgotten, whose logs CloudWatch still has. */
export function logGroups(world: World, pastAttempts: () => Iterable<{ job: SimJob; attempt: Attempt }>) {
  const made = new Map<string, number>([[DEFAULT_LOG_GROUP, world.now()]]);
  const stored = new Map<string, { group: string; stream: string; createdAt: number; lines: LogLine[] }>();
  const deleted = new Set<string>();
  let past: Map<string, { job: SimJob; attempt: Attempt }> | undefined;

  const pastTasks = () => {
    if (!past) {
      past = new Map();
      for (const known of pastAttempts()) past.set(known.attempt.taskId, known);
    }
    return past;
  };

  /** A stream for each container; those beside the main one say little. */
  const ofJob = (group: string, known: Task): StreamFacts[] => {
    const { node } = known;
    const spec = node === undefined ? known.job.spec : specOfNode(known.job.spec, node);
    const attempt = node === undefined ? known.attempt : attemptOfNode(known.job.spec, known.attempt, node);
    return loggingContainersOf(spec).flatMap((container) => {
      const name = logStreamOf(spec, attempt, container);
      const { startedAt } = attempt;
      if (startedAt === undefined || logGroupOf(spec, container) !== group || deleted.has(keyOf(group, name)))
        return [];
      const log =
        container === undefined || mainContainerOf(spec)?.name === container
          ? attemptLog(spec, attempt, world.now())
          : storedLog([{ timestamp: startedAt, message: `${container} is ready` }]);
      return [{ name, createdAt: startedAt, log }];
    });
  };

  const stream = (group: string, name: string): StreamFacts | undefined => {
    const own = stored.get(keyOf(group, name));
    if (own) return { name, createdAt: own.createdAt, log: storedLog(own.lines) };
    const taskId = name.slice(name.lastIndexOf('/') + 1);
    const known = world.tasks.get(taskId) ?? pastTasks().get(taskId);
    return known && ofJob(group, known).find((found) => found.name === name);
  };

  return {
    stream,
    /** Streams by name, those that begin with `prefix`. */
    streams(group: string, prefix: string): StreamFacts[] {
      const found = new Map<string, StreamFacts>();
      for (const known of [...pastTasks().values(), ...world.tasks.values()]) {
        for (const facts of ofJob(group, known)) if (facts.name.startsWith(prefix)) found.set(facts.name, facts);
      }
      for (const own of stored.values()) {
        if (own.group === group && own.stream.startsWith(prefix)) {
          found.set(own.stream, { name: own.stream, createdAt: own.createdAt, log: storedLog(own.lines) });
        }
      }
      return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    /** Group name to creation time. */
    groups(): Map<string, number> {
      const all = new Map(made);
      for (const { job, attempt } of world.tasks.values()) {
        for (const container of loggingContainersOf(job.spec)) {
          const group = logGroupOf(job.spec, container);
          if (!all.has(group)) all.set(group, attempt.createdAt);
        }
      }
      return all;
    },
    createGroup: (name: string) => made.set(name, world.now()),
    deleteGroup(name: string) {
      made.delete(name);
      for (const [key, own] of stored) if (own.group === name) stored.delete(key);
    },
    /** A stream to write to by hand; a job's own lines, if it had any, are its beginning. */
    openStream(group: string, name: string): LogLine[] {
      const own = stored.get(keyOf(group, name));
      if (own) return own.lines;
      const before = stream(group, name);
      const lines = before ? Array.from({ length: before.log.count() }, (_, index) => before.log.at(index)) : [];
      stored.set(keyOf(group, name), { group, stream: name, createdAt: before?.createdAt ?? world.now(), lines });
      return lines;
    },
    deleteStream(group: string, name: string) {
      stored.delete(keyOf(group, name));
      deleted.add(keyOf(group, name));
    },
    save: (): SavedLogs => ({ groups: Object.fromEntries(made), stored: [...stored.values()], deleted: [...deleted] }),
    load(saved: SavedLogs) {
      for (const [name, createdAt] of Object.entries(saved.groups)) made.set(name, createdAt);
      for (const own of saved.stored) stored.set(keyOf(own.group, own.stream), own);
      for (const key of saved.deleted) deleted.add(key);
    },
  };
}
