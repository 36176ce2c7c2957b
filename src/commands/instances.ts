/** `/batch instances`: the EC2 instances behind compute environments, how full they are, and what runs on one. */
import { globMatcher } from '../jobs/glob';
import { parseQuery } from '../jobs/query';
import {
  type InstanceRow,
  instanceCard,
  instanceHealth,
  instances as instancesView,
  noInstances,
} from '../views/instances';
import { pageOf } from '../views/pages';
import { command, type Room } from './command';
import { environmentRows } from './environmentRows';
import { instanceRows } from './instanceRows';
import { askedOf, fitsWords, globs, nothingFits, oneOf, page } from './narrow';

const STATES = ['active', 'draining', 'disconnected', 'idle'] as const;
/** Of more environments than this only those are asked that rent something, unless they are named: a call to ECS each. */
const MOST_CLUSTERS = 50;
/** Jobs that are read to find those on one instance. */
const MOST_JOBS_READ = 500;

function isIn(row: InstanceRow, state: (typeof STATES)[number]): boolean {
  switch (state) {
    case 'active':
    case 'draining':
      return row.status.toLowerCase() === state;
    case 'disconnected':
      return !row.isConnected;
    case 'idle':
      return row.tasks === 0;
  }
}

const RANK = { lost: 0, ended: 1, draining: 2, idle: 3, well: 4 } as const;

/** Words that an instance can be found by. */
const facetsOf = (row: InstanceRow): (string | undefined)[] => [
  row.id,
  row.type,
  row.zone,
  row.environment,
  row.isSpot === undefined ? undefined : row.isSpot ? 'spot' : 'on-demand',
  ...row.details.map(([, value]) => value),
];

async function jobsOn(row: InstanceRow, room: Room): Promise<{ id: string; name: string }[]> {
  if (row.queues.length === 0) return [];
  const query = parseQuery(`queue:${row.queues.join(',')} status:running,starting`, { now: room.now() });
  const active = await room.history.search.unfinished(query);
  const ids = active.filter(({ arraySize }) => arraySize === undefined).map(({ id }) => id);
  const stored = await room.history.jobs.getMany(ids.slice(0, MOST_JOBS_READ));
  return stored
    .filter(({ job }) => job.containerInstanceArn === row.containerInstanceArn)
    .map(({ job }) => ({ id: job.id, name: job.name || job.id }));
}

export const instances = command({
  name: 'instances',
  summary:
    'Shows the EC2 instances of compute environments: type, Spot, age, jobs, what is free, and whether they are well.',
  group: 'asks',
  usage: '[words…] [env:] [queue:] [state:]',
  example: '',
  filters: {
    env: { schema: globs, meaning: 'of this compute environment, * allowed' },
    queue: { schema: globs, meaning: 'of the environments that this queue uses, * allowed' },
    state: { schema: oneOf(STATES), meaning: STATES.join(', ') },
    page,
  },
  flags: ['share'],
  async run({ words, filters, flags, text, person }, room) {
    const now = room.now();
    const { env, queue, state } = filters;
    const isShared = flags.has('share');
    const shown = { asked: askedOf('instances', text), sharedBy: isShared ? person.id : undefined };
    const all = await environmentRows(room);
    const [isEnv, isQueue] = [env, queue].map((names) => (names === undefined ? () => true : globMatcher(names)));
    const meant = all.filter(
      (row) => isEnv?.(row.name) && (queue === undefined || row.queues.some(({ name }) => isQueue?.(name))),
    );
    if (meant.length === 0 && (env !== undefined || queue !== undefined)) {
      const isByQueue = queue !== undefined;
      const names = [...new Set(all.flatMap((row) => (isByQueue ? row.queues.map(({ name }) => name) : row.name)))];
      throw nothingFits({
        what: isByQueue ? 'queues' : 'compute environments',
        words: queue ?? env ?? [],
        total: names.length,
        names,
        command: isByQueue ? 'instances queue:' : 'instances env:',
      });
    }
    const onEc2 = meant.filter(({ ecsClusterArn }) => ecsClusterArn !== undefined);
    const isNamed = env !== undefined || queue !== undefined;
    const asked =
      isNamed || onEc2.length <= MOST_CLUSTERS
        ? onEc2
        : onEc2.filter(({ desiredvCpus, minvCpus }) => desiredvCpus !== 0 || (minvCpus ?? 0) > 0);
    const notes = new Set<string>();
    if (asked.length < onEc2.length)
      notes.add(`${onEc2.length - asked.length} environments that rent nothing were not asked: env:name asks one`);
    const rows = await instanceRows(asked, notes, room);
    if (rows.length === 0)
      return { message: noInstances({ ...shown, environments: onEc2.length, notes: [...notes] }), public: isShared };
    const rank = (row: InstanceRow): number => RANK[instanceHealth(row, now).kind];
    const chosen = rows
      .filter((row) => fitsWords(words, facetsOf(row)))
      .filter((row) => state === undefined || isIn(row, state))
      .sort(
        (a, b) => rank(a) - rank(b) || a.environment.localeCompare(b.environment) || (a.since ?? 0) - (b.since ?? 0),
      );
    if (chosen.length === 0) {
      const names = [
        ...new Set(rows.flatMap((row) => [row.id, row.type, row.zone].filter((name) => name !== undefined))),
      ];
      throw nothingFits({
        what: 'instances',
        words,
        isFiltered: state !== undefined,
        total: rows.length,
        names,
        command: 'instances',
      });
    }
    const [first] = chosen;
    const view = { ...shown, notes: [...notes], now, region: room.region };
    if (first !== undefined && chosen.length === 1 && words.some((word) => first.id.includes(word.toLowerCase())))
      return { message: instanceCard({ ...view, row: first, jobs: await jobsOn(first, room) }), public: isShared };
    const message = instancesView({
      ...view,
      page: pageOf(chosen, filters.page),
      all: chosen,
      environments: asked.length,
    });
    return { message, public: isShared };
  },
});
