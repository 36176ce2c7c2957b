/** What the jobs of an operation are, in words and counts: how many of which kind, in which states and queues, whose. */
import type { Facts } from '../history/records/operation';
import { arrayParentOf, type JobRow } from '../jobs/job';
import { stateWord } from './status';
import { count, number, some } from './words';

const childrenOf = (jobs: readonly JobRow[]): number => jobs.reduce((sum, { arraySize }) => sum + (arraySize ?? 0), 0);

/**
 * `14 jobs`, `1 array of 2,000 children`, `3 children of an array`, `3 jobs and 2 arrays of 40 children`: everything that is
 * meant by these, each as what it is.
 * @param inside how many children of the arrays are meant; all by default
 */
export function whatWords(jobs: readonly JobRow[], inside = childrenOf(jobs)): string {
  const parents = jobs.filter(({ arraySize }) => arraySize !== undefined);
  const children = jobs.flatMap(({ id }) => arrayParentOf(id) ?? []);
  const arrays = new Set(children).size;
  const singles = jobs.length - parents.length - children.length;
  const parts = [
    ...(singles > 0 ? [count(singles, 'job')] : []),
    ...(children.length > 0
      ? [`${count(children.length, 'child', 'children')} of ${arrays === 1 ? 'an array' : count(arrays, 'array')}`]
      : []),
    ...(parents.length > 0 ? [`${count(parents.length, 'array')} of ${count(inside, 'child', 'children')}`] : []),
  ];
  return parts.length < 3 ? parts.join(' and ') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** How many jobs that is, each array counted by its children. */
export const sizeOfJobs = (jobs: readonly JobRow[]): number =>
  jobs.reduce((sum, { arraySize }) => sum + (arraySize ?? 1), 0);

/** `spot-p1 (201), ondemand (13)`, most first, of values each with how many jobs it is of. */
function tally(values: readonly (readonly [value: string, jobs: number])[], most: number): string {
  const counts = new Map<string, number>();
  for (const [value, n] of values) counts.set(value, (counts.get(value) ?? 0) + n);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return some(
    sorted.map(([value, n]) => `${value} (${number(n)})`),
    most,
  );
}

/** The states of a job, or of an array's children: it is PENDING itself while they run. */
function statesIn(job: JobRow): [string, number][] {
  const known = Object.entries(job.children?.counts ?? {}).filter(([, n]) => n > 0);
  return job.arraySize === undefined || known.length === 0
    ? [[stateWord(job), job.arraySize ?? 1]]
    : known.map(([status, n]) => [status.toLowerCase(), n]);
}

/** @param asker the name of the person who asks, who is `you` among the owners */
export function factsOf(
  jobs: readonly JobRow[],
  userOf: (job: JobRow) => string | undefined,
  asker: string,
): Omit<Facts, 'notes' | 'instead'> {
  const owner = (job: JobRow): string => {
    const user = userOf(job);
    return user?.toLowerCase() === asker.toLowerCase() ? 'you' : (user ?? 'no submitter tag');
  };
  let [oldest, newest]: (number | undefined)[] = [];
  for (const { createdAt } of jobs) {
    if (createdAt === undefined) continue;
    oldest = Math.min(oldest ?? createdAt, createdAt);
    newest = Math.max(newest ?? createdAt, createdAt);
  }
  return {
    states: tally(jobs.flatMap(statesIn), 7),
    queues: tally(
      jobs.map((job) => [job.queue ?? 'no queue known', job.arraySize ?? 1]),
      4,
    ),
    owners: tally(
      jobs.map((job) => [owner(job), job.arraySize ?? 1]),
      4,
    ),
    ...(oldest === undefined ? {} : { oldest }),
    ...(newest === undefined ? {} : { newest }),
  };
}

/**
 * How arrays are meant among the jobs of a preview, in whole sentences.
 * @param covered children that go with an array
 * @param gathered arrays in place of all of their children
 * @param mixed arrays that go on, since they have children in other states
 */
export function arraysTogether({
  covered,
  gathered,
  mixed,
}: Record<'covered' | 'gathered' | 'mixed', readonly JobRow[]>): string[] {
  const inPlace = new Set(gathered.map(({ id }) => id));
  const along = covered.filter(({ id }) => !inPlace.has(arrayParentOf(id) ?? '')).length;
  const children = (n: number) => count(n, 'child', 'children');
  return [
    ...(along === 0
      ? []
      : [`${children(along)} that the search found too ${along === 1 ? 'goes' : 'go'} with the array.`]),
    ...(gathered.length === 0
      ? []
      : [
          `${children(covered.length - along)} that the search found ${gathered.length === 1 ? 'are all of an array' : `are all of ${count(gathered.length, 'array')}`} that have not ended: ${gathered.length === 1 ? 'it is' : 'they are'} cancelled as a whole.`,
        ]),
    ...(mixed.length === 0
      ? []
      : [
          `${count(mixed.length, 'array')} with children in other states ${mixed.length === 1 ? 'goes' : 'go'} on; of ${mixed.length === 1 ? 'it' : 'them'} only the children in these states are cancelled.`,
        ]),
  ];
}
