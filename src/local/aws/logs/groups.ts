/** The log groups and streams: those that somebody made by hand, and those of the jobs. */
import { DEFAULT_LOG_GROUP, logGroupOf, logStreamOf } from '../world/logNames';
import type { Attempt, SimJob } from '../world/simJob';
import type { World } from '../world/world';
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

  const ofJob = (group: string, { job, attempt }: { job: SimJob; attempt: Attempt }): StreamFacts | undefined => {
    const name = logStreamOf(job.spec, attempt);
    if (attempt.startedAt === undefined || logGroupOf(job.spec) !== group || deleted.has(keyOf(group, name))) return;
    return { name, createdAt: attempt.startedAt, log: attemptLog(job.spec, attempt, world.now()) };
  };

  const stream = (group: string, name: string): StreamFacts | undefined => {
    const own = stored.get(keyOf(group, name));
    if (own) return { name, createdAt: own.createdAt, log: storedLog(own.lines) };
    const taskId = name.slice(name.lastIndexOf('/') + 1);
    const known = world.tasks.get(taskId) ?? pastTasks().get(taskId);
    const found = known && ofJob(group, known);
    return found?.name === name ? found : undefined;
  };

  return {
    stream,
    /** Streams by name, those that begin with `prefix`. */
    streams(group: string, prefix: string): StreamFacts[] {
      const found = new Map<string, StreamFacts>();
      for (const known of [...pastTasks().values(), ...world.tasks.values()]) {
        const facts = ofJob(group, known);
        if (facts?.name.startsWith(prefix)) found.set(facts.name, facts);
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
        const group = logGroupOf(job.spec);
        if (!all.has(group)) all.set(group, attempt.createdAt);
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
