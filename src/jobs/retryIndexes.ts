/**
 * How the children of an array that failed are run again. SubmitJob takes a size, never indexes, and `AWS_BATCH_` is a
 * prefix that submissions may not set (https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html), so that it
 * depends on the job how an index reaches it:
 *
 * - `list`: it has the variable `ARRAY_INDEXES`; where that is not empty, child n works on the n-th index that it names.
 *   The failed ones run as one smaller array, or as a single job.
 * - `shell`: its command is a shell's script, before which the index can be exported; each failed child is a job of its own.
 * - `whole`: neither; only all of the array can run again.
 */
import type { DescribedJob } from './retryShapes';

export const INDEXES_VARIABLE = 'ARRAY_INDEXES';
/** More single jobs than these crowd a queue that an array would not. */
export const MOST_SINGLE_CHILDREN = 200;
/** ECS takes 8,192 characters of overrides for a task, all of them together (API reference of ECS, TaskOverride). */
const MOST_INDEX_TEXT = 6_000;

export type IndexWay = 'list' | 'shell' | 'whole';

const SHELL = /^(?:(?:\/usr)?\/bin\/)?(?:ba|da|a|z|k)?sh$/;
/** `-c`, also with others before it: `-lc`, `-euc`. */
const SCRIPT_FLAG = /^-[a-z]*c$/;

/** Where in the command the script stands: after `sh -c`, also with further flags before it, as in `bash -euo pipefail -c`. */
function scriptAt(command: readonly string[] = []): number | undefined {
  if (!SHELL.test(command[0] ?? '')) return undefined;
  for (let at = 1; command[at]?.startsWith('-'); at++) {
    const flag = command[at] ?? '';
    if (SCRIPT_FLAG.test(flag)) return command[at + 1] === undefined ? undefined : at + 1;
    // The name of an option follows `-o`.
    if (/^-[a-z]*o$/.test(flag)) at++;
  }
  return undefined;
}

export function indexWayOf({ container }: Pick<DescribedJob, 'container'>): IndexWay {
  if (container?.environment?.some(({ name }) => name === INDEXES_VARIABLE)) return 'list';
  return scriptAt(container?.command) === undefined ? 'whole' : 'shell';
}

/** The command of a shell, with the index and size of the array exported before its script. */
export function commandWithIndex(
  command: readonly string[],
  index: number,
  size: number | undefined,
): string[] | undefined {
  const at = scriptAt(command);
  if (at === undefined) return undefined;
  const variables = [
    `AWS_BATCH_JOB_ARRAY_INDEX=${index}`,
    ...(size === undefined ? [] : [`AWS_BATCH_JOB_ARRAY_SIZE=${size}`]),
  ];
  return command.map((word, n) => (n === at ? `export ${variables.join(' ')}\n${word}` : word));
}

/** `[3, 4, 5, 9]` → `3-5,9`; undefined when it would be too long for a task. */
export function indexText(indexes: readonly number[]): string | undefined {
  const parts: [number, number][] = [];
  for (const index of [...new Set(indexes)].sort((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else parts.push([index, index]);
  }
  const text = parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
  return text.length <= MOST_INDEX_TEXT ? text : undefined;
}

/** `3-5,9` → `[3, 4, 5, 9]`; empty for no list. */
export const indexesIn = (text: string): number[] =>
  text.split(',').flatMap((part) => {
    const [, from, to = from] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    if (from === undefined) return [];
    const length = Math.min(10_000, Number(to) - Number(from) + 1);
    return Array.from({ length: Math.max(0, length) }, (_, n) => Number(from) + n);
  });

/** The indexes that the job itself worked on, of those that failed: an array that is a retry has a list already. */
export function ownIndexes(job: Pick<DescribedJob, 'container'>, failed: readonly number[]): number[] {
  const list = indexesIn(job.container?.environment?.find(({ name }) => name === INDEXES_VARIABLE)?.value ?? '');
  return list.length === 0 ? [...failed] : failed.flatMap((index) => list[index] ?? []);
}
