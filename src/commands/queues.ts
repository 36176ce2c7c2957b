/** `/batch queues [name]`: whether each queue takes work, what waits in it, and what it runs on. */
import { UserError } from '../errors';
import type { BatchStatus } from '../jobs/job';
import { parseQuery } from '../jobs/query';
import { type QueueRow, queues as queuesView } from '../views/queues';
import { command, type Room } from './command';

const nameOfArn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** Every queue that is tracked, with its active jobs as they are known. */
export async function queueRows(room: Room): Promise<QueueRow[]> {
  const now = room.now();
  const [details, environments, active] = await Promise.all([
    room.batch.queues(),
    room.batch.computeEnvironments(),
    room.history.search.all(parseQuery('status:active', { now })),
  ]);
  const environmentOf = new Map(environments.map((environment) => [environment.computeEnvironmentArn, environment]));
  const rows = new Map<string, QueueRow>();
  for (const detail of details) {
    const name = detail.jobQueueName;
    if (name === undefined || !room.tracks(name)) continue;
    rows.set(name, {
      name,
      state: detail.state ?? 'UNKNOWN',
      status: detail.status ?? 'UNKNOWN',
      statusReason: detail.statusReason,
      priority: detail.priority ?? 0,
      depth: {},
      oldestWaiting: undefined,
      environments: (detail.computeEnvironmentOrder ?? []).map(({ computeEnvironment: arn = '' }) => {
        const environment = environmentOf.get(arn);
        return {
          name: environment?.computeEnvironmentName ?? nameOfArn(arn),
          state: environment?.state ?? 'UNKNOWN',
          status: environment?.status ?? 'UNKNOWN',
          desiredvCpus: environment?.computeResources?.desiredvCpus,
          maxvCpus: environment?.computeResources?.maxvCpus,
        };
      }),
    });
  }
  const add = (row: QueueRow, status: BatchStatus, jobs: number) => {
    row.depth[status] = (row.depth[status] ?? 0) + jobs;
  };
  const childrenKnown = new Set(
    active.flatMap(({ arrayIndex, id }) => (arrayIndex === undefined ? [] : [id.slice(0, id.indexOf(':'))])),
  );
  for (const job of active) {
    const row = rows.get(job.queue ?? '');
    if (row === undefined) continue;
    if (job.status === 'RUNNABLE' && job.createdAt !== undefined)
      row.oldestWaiting = Math.min(row.oldestWaiting ?? job.createdAt, job.createdAt);
    if (job.arraySize === undefined) add(row, job.status, 1);
    else if (!childrenKnown.has(job.id)) {
      for (const status of ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING'] as const)
        add(row, status, job.children?.counts[status] ?? 0);
    }
  }
  return [...rows.values()];
}

export const queues = command({
  name: 'queues',
  summary: 'Shows every queue: healthy or not, how much runs and waits.',
  group: 'asks',
  usage: '[name]',
  example: '',
  flags: ['share'],
  async run({ words, flags }, room) {
    const rows = await queueRows(room);
    const wanted = words.map((word) => word.toLowerCase());
    const chosen = rows.filter(({ name }) => wanted.every((word) => name.toLowerCase().includes(word)));
    if (chosen.length === 0)
      throw new UserError(
        words.length === 0
          ? 'There are no job queues in this account and region.'
          : `No queue's name has "${words.join(' ')}" in it.`,
        'queues',
      );
    return { message: queuesView(chosen, room.now()), public: flags.has('share') };
  },
});
