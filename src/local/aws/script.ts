/**
 * What a job does when it runs, read from its environment and its command.
 *
 * Environment variables of the container (definition or override):
 *
 * - `LOCAL_RUN_SECONDS=90`: how long an attempt runs (divided by the world's speed).
 * - `LOCAL_OUTCOME=ok | exit:<n> | oom | spot | pull | start | starting | hang | undying | stuck | stuck:<REASON>`: how an attempt
 *   ends. `start` never starts its container; `starting` never leaves STARTING; `hang` never ends by itself, `undying` not
 *   even when it is terminated; `stuck` never leaves RUNNABLE, with one of Batch's reasons, e.g. `stuck:CAPACITY`.
 * - `LOCAL_REASON=CannotStartContainerError: …`: what the container's runtime says of a `start` or a `pull` that failed.
 * - `LOCAL_FAIL_INDEXES=3,17-22`: of an array's children only these fail, with LOCAL_OUTCOME, or else `exit:1`.
 * - `LOCAL_FAIL_ATTEMPTS=2`: only the first two attempts fail, with LOCAL_OUTCOME, or else `exit:1`.
 * - `LOCAL_LOG=4310` writes as many lines plausible for the tool; any other text is the log itself, `\n` between lines.
 *
 * Commands are understood where that is natural: `sleep 30`, `true`, `false`, `exit 3`, `echo some words`, alone or
 * joined by `;` and `&&` within `sh -c "…"`. Anything else runs 20 to 90 seconds and succeeds.
 */
import type { ContainerDetail } from '@aws-sdk/client-batch';

export type Ending =
  | { kind: 'ok' }
  | { kind: 'exit'; code: number }
  | { kind: 'oom' }
  | { kind: 'spot' }
  | { kind: 'pull' }
  | { kind: 'start' }
  | { kind: 'starting' }
  | { kind: 'hang' }
  | { kind: 'undying' };

export interface Script {
  ending: Ending;
  /** In the runtime's words, why a container could not start. */
  reason?: string;
  /** Set on a job that never leaves RUNNABLE: why, as a key of `BLOCKED_REASONS`. */
  stuck?: string;
  runSeconds?: number;
  /** Ranges of array indexes, both ends included. */
  failIndexes?: [number, number][];
  failAttempts?: number;
  logCount?: number;
  logLines?: string[];
}

const PLAIN = ['ok', 'oom', 'spot', 'pull', 'start', 'starting', 'hang', 'undying'] as const;

const parseEnding = (text: string): Ending | undefined => {
  const exit = /^exit:(\d{1,3})$/.exec(text);
  if (exit) return exit[1] === '0' ? { kind: 'ok' } : { kind: 'exit', code: Number(exit[1]) };
  const kind = PLAIN.find((one) => one === text);
  return kind && { kind };
};

const parseIndexes = (text: string): [number, number][] =>
  text
    .split(',')
    .map((part) => /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part))
    .filter((match) => match !== null)
    .map((match) => [Number(match[1]), Number(match[2] ?? match[1])]);

interface Told {
  seconds: number;
  code: number;
  words: string[];
  understood: boolean;
}

function follow(command: readonly string[]): Told {
  const told: Told = { seconds: 0, code: 0, words: [], understood: false };
  const shell = /^(\/bin\/|\/usr\/bin\/)?(ba|da|z)?sh$/.test(command[0] ?? '');
  const flag = command.findIndex((word) => /^-[a-z]*c$/.test(word));
  const statements =
    shell && flag > 0 ? (command[flag + 1] ?? '').split(/;|&&|\n/).map((part) => part.trim()) : [command.join(' ')];
  for (const statement of statements) {
    const [verb, ...rest] = statement.split(/\s+/);
    const sleep = verb === 'sleep' ? /^([\d.]+)([smh]?)$/.exec(rest[0] ?? '') : undefined;
    if (sleep) told.seconds += Number(sleep[1]) * (sleep[2] === 'h' ? 3600 : sleep[2] === 'm' ? 60 : 1);
    else if (verb === 'echo') told.words.push(rest.join(' ').replace(/^(["'])(.*)\1$/, '$2'));
    else if (verb === 'false') told.code = 1;
    else if (verb === 'true') told.code = 0;
    else if (verb === 'exit') told.code = Number(rest[0] ?? 0) & 255;
    else continue;
    told.understood = true;
    if (verb === 'false' || verb === 'exit') break;
  }
  return told;
}

export function scriptOf(container: Pick<ContainerDetail, 'command' | 'environment'>): Script {
  const env = new Map((container.environment ?? []).map(({ name, value }) => [name ?? '', value ?? '']));
  const told = follow(container.command ?? []);
  const outcome = env.get('LOCAL_OUTCOME')?.trim() ?? '';
  const script: Script = {
    ending: parseEnding(outcome) ?? (told.code ? { kind: 'exit', code: told.code } : { kind: 'ok' }),
  };
  const stuck = /^stuck(?::([A-Z_]+))?$/.exec(outcome);
  if (stuck) script.stuck = stuck[1] ?? 'JOB_RESOURCE_REQUIREMENT';

  const reason = env.get('LOCAL_REASON');
  if (reason !== undefined) script.reason = reason;

  const seconds = Number(env.get('LOCAL_RUN_SECONDS') || Number.NaN);
  if (Number.isFinite(seconds)) script.runSeconds = Math.max(0, seconds);
  else if (told.understood) script.runSeconds = Math.max(told.seconds, 1);

  const indexes = env.get('LOCAL_FAIL_INDEXES');
  if (indexes !== undefined) script.failIndexes = parseIndexes(indexes);
  const attempts = Number(env.get('LOCAL_FAIL_ATTEMPTS') || Number.NaN);
  if (Number.isInteger(attempts)) script.failAttempts = attempts;

  const log = env.get('LOCAL_LOG');
  if (log !== undefined && /^\d+$/.test(log)) script.logCount = Number(log);
  else if (log !== undefined) script.logLines = log.split(/\\n|\n/);
  else if (told.words.length) script.logLines = told.words;
  return script;
}

/** How the `attempt`-th attempt (1 is the first) of the job, or of the array's child `index`, ends. */
export function endingOf(script: Script, attempt: number, index: number | undefined): Ending {
  const fails: Ending = script.ending.kind === 'ok' ? { kind: 'exit', code: 1 } : script.ending;
  const chosen =
    script.failIndexes && index !== undefined
      ? script.failIndexes.some(([from, to]) => index >= from && index <= to)
      : script.failIndexes === undefined && (script.ending.kind !== 'ok' || script.failAttempts !== undefined);
  if (!chosen) return { kind: 'ok' };
  return script.failAttempts !== undefined && attempt > script.failAttempts ? { kind: 'ok' } : fails;
}
