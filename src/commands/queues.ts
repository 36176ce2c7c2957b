/** `/batch queues [name]`: whether each queue takes work, what runs and waits in it, and what it runs on. */
import type { GetJobQueueSnapshotResponse } from '@aws-sdk/client-batch';
import { errorFields } from '../errors';
import { globMatcher } from '../jobs/glob';
import { arrayParentOf } from '../jobs/job';
import { parseQuery } from '../jobs/query';
import { pageOf } from '../views/pages';
import { type FairShare, queueCard } from '../views/queueCard';
import { healthOf, jobsIn, type QueueRow, queues as queuesView } from '../views/queues';
import { awsRefusal } from './awsRefusal';
import { command, type Room } from './command';
import { askedOf, fitsWords, globs, isSaidToBe, nothingFits, oneOf, page } from './narrow';
import { may } from './permission';
import { queueRows } from './queueRows';

const STATES = ['enabled', 'disabled', 'valid', 'invalid', 'blocked', 'unhealthy', 'busy', 'idle'] as const;
const SORTS = { busiest: 'unhealthy and busiest first', priority: 'highest priority first', name: 'by name' } as const;
type Sort = keyof typeof SORTS;
/** How many of those next in line are shown. */
const MOST_FRONT = 5;

function isIn(row: QueueRow, state: (typeof STATES)[number]): boolean {
  switch (state) {
    case 'enabled':
    case 'disabled':
    case 'valid':
    case 'invalid':
      return isSaidToBe(row, state);
    case 'blocked':
      return healthOf(row).word === 'blocked';
    case 'unhealthy':
      return healthOf(row).kind !== 'well';
    case 'busy':
      return jobsIn(row) > 0;
    case 'idle':
      return jobsIn(row) === 0;
  }
}

const illness = (row: QueueRow): number => ({ ill: 0, changing: 1, off: 2, well: 3 })[healthOf(row).kind];

const BY: Readonly<Record<Sort, (a: QueueRow, b: QueueRow) => number>> = {
  busiest: (a, b) => illness(a) - illness(b) || jobsIn(b) - jobsIn(a),
  priority: (a, b) => b.priority - a.priority,
  name: () => 0,
};

/** Of a queue's snapshot what is not in history; a refusal becomes a note, since all else can still be told. */
async function snapshotOf(
  queue: string,
  notes: Set<string>,
  room: Room,
): Promise<GetJobQueueSnapshotResponse | undefined> {
  try {
    return await room.batch.snapshot(queue);
  } catch (error) {
    room.log.warn('no snapshot of a queue', { queue, ...errorFields(error) });
    notes.add(awsRefusal(error, undefined)?.message ?? 'AWS did not tell how many vCPUs are in use');
    return undefined;
  }
}

/** The unit is VCPU on EC2 and Fargate, and cpu on EKS (SDK docs of QueueSnapshotCapacityUsage). */
function runningvCpus(snapshot: GetJobQueueSnapshotResponse | undefined): number | undefined {
  const usage = snapshot?.queueUtilization?.totalCapacityUsage?.filter(({ capacityUnit = '' }) =>
    /^v?cpus?$/i.test(capacityUnit),
  );
  return usage?.length ? usage.reduce((sum, { quantity = 0 }) => sum + quantity, 0) : undefined;
}

async function endedToday(queue: string, status: 'failed' | 'succeeded', room: Room): Promise<number> {
  const query = parseQuery(`queue:${queue} status:${status} since:24h`, { now: room.now() });
  return (await room.history.search.search(query, { limit: 1 })).total;
}

async function fairShareOf(arn: string | undefined, room: Room): Promise<FairShare | undefined> {
  if (arn === undefined) return undefined;
  const policy = (await room.batch.schedulingPolicy(arn))?.fairsharePolicy;
  if (policy === undefined) return undefined;
  return {
    shareDecaySeconds: policy.shareDecaySeconds,
    computeReservation: policy.computeReservation,
    // A share without a weight has 1 (SDK docs of ShareAttributes).
    shares: (policy.shareDistribution ?? []).map(({ shareIdentifier: identifier = '', weightFactor: weight = 1 }) => ({
      identifier,
      weight,
    })),
  };
}

async function cardProps(queue: QueueRow, room: Room) {
  const notes = new Set<string>();
  const [snapshot, failedToday, succeededToday, fairShare] = await Promise.all([
    snapshotOf(queue.name, notes, room),
    endedToday(queue.name, 'failed', room),
    endedToday(queue.name, 'succeeded', room),
    fairShareOf(queue.schedulingPolicyArn, room),
  ]);
  const waiting = snapshot?.frontOfQueue?.jobs;
  const jobs = (waiting ?? []).slice(0, MOST_FRONT).map(({ jobArn = '', earliestTimeAtPosition }) => {
    const id = jobArn.slice(jobArn.lastIndexOf('/') + 1);
    const row = room.history.search.known(id) ?? room.history.search.known(arrayParentOf(id) ?? id);
    return { id, name: row?.name ?? id, since: row?.createdAt ?? earliestTimeAtPosition };
  });
  const behind = Math.max(waiting?.length ?? 0, queue.depth.RUNNABLE ?? 0) - jobs.length;
  return {
    queue,
    use: { runningvCpus: runningvCpus(snapshot), failedToday, succeededToday },
    front: waiting === undefined ? undefined : { jobs, more: Math.max(0, behind) },
    fairShare,
    notes: [...notes],
  };
}

export const queues = command({
  name: 'queues',
  summary: 'Shows every queue: healthy or not, how much runs and waits; or one with the front of its line.',
  group: 'asks',
  usage: '[name] [state:] [env:] [sort:]',
  example: '',
  filters: {
    state: { schema: oneOf(STATES), meaning: STATES.join(', ') },
    env: { schema: globs, meaning: 'those that use this compute environment, * allowed' },
    sort: { schema: oneOf(['busiest', 'priority', 'name']), meaning: 'busiest, priority, name' },
    page,
  },
  flags: ['share'],
  async run({ words, filters, flags, text, person }, room) {
    const now = room.now();
    const rows = (await queueRows(room)).sort((a, b) => a.name.localeCompare(b.name));
    const { state, env, sort = 'busiest' } = filters;
    const usesEnv = env === undefined ? undefined : globMatcher(env);
    const isFiltered = state !== undefined || env !== undefined;
    const chosen = rows
      .filter((row) => fitsWords(words, [row.name]))
      .filter((row) => state === undefined || isIn(row, state))
      .filter((row) => usesEnv === undefined || row.environments.some(({ name }) => usesEnv(name)))
      .sort(BY[sort]);
    if (chosen.length === 0) {
      const names = rows.map(({ name }) => name);
      throw nothingFits({ what: 'queues', words, isFiltered, total: rows.length, names, command: 'queues' });
    }
    const shown = {
      asked: askedOf('queues', text),
      sharedBy: flags.has('share') ? person.id : undefined,
      now,
      region: room.region,
    };
    const named = chosen.find(({ name }) => words.length === 1 && name.toLowerCase() === words[0]?.toLowerCase());
    const one = named ?? (words.length + (env?.length ?? 0) > 0 && chosen.length === 1 ? chosen[0] : undefined);
    if (one !== undefined) {
      const hasWhy = room.commands.some(({ name }) => name === 'why');
      const maySwitch = may(person, 'operator', { queues: [one.name] });
      return {
        message: queueCard({ ...(await cardProps(one, room)), ...shown, hasWhy, maySwitch }),
        public: flags.has('share'),
      };
    }
    const part = pageOf(chosen, filters.page);
    const notes = new Set<string>();
    const uses = await Promise.all(
      part.items.map(async (row) => {
        // A queue where nothing has started holds no vCPUs: it need not be asked.
        const isRunning = (row.depth.RUNNING ?? 0) + (row.depth.STARTING ?? 0) > 0;
        const [snapshot, failedToday] = await Promise.all([
          isRunning ? snapshotOf(row.name, notes, room) : undefined,
          endedToday(row.name, 'failed', room),
        ]);
        return [row.name, { runningvCpus: isRunning ? runningvCpus(snapshot) : undefined, failedToday }] as const;
      }),
    );
    const view = { page: part, uses: new Map(uses), all: chosen, order: SORTS[sort], notes: [...notes] };
    return { message: queuesView({ ...shown, ...view }), public: flags.has('share') };
  },
});
