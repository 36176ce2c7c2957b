/** Job queues: whether they take work, what waits in them, and what they run on. */
import type { BatchStatus } from '../jobs/job';
import { bold, context, escaped, type Message, section } from './kit';
import { duration } from './time';
import { count, number, some } from './words';

export interface QueueRow {
  name: string;
  /** ENABLED or DISABLED. */
  state: string;
  /** VALID, INVALID, UPDATING… */
  status: string;
  statusReason: string | undefined;
  priority: number;
  /** Active jobs by status, an array's children counted one by one. */
  depth: Partial<Record<BatchStatus, number>>;
  /** When the job that waits longest in RUNNABLE was created (ms). */
  oldestWaiting: number | undefined;
  environments: {
    name: string;
    state: string;
    status: string;
    desiredvCpus: number | undefined;
    maxvCpus: number | undefined;
  }[];
}

const MOST_QUEUES = 40;

const isHealthy = (queue: QueueRow): boolean => queue.state === 'ENABLED' && queue.status === 'VALID';

function queueLines(queue: QueueRow, now: number): string {
  const health = isHealthy(queue) ? '✔ enabled' : `✖ ${queue.state.toLowerCase()}, ${queue.status.toLowerCase()}`;
  const waiting = (queue.depth.SUBMITTED ?? 0) + (queue.depth.PENDING ?? 0) + (queue.depth.RUNNABLE ?? 0);
  const depth = [
    `${number(queue.depth.RUNNING ?? 0)} running`,
    `${number(queue.depth.STARTING ?? 0)} starting`,
    `${number(waiting)} waiting`,
    ...(queue.oldestWaiting === undefined ? [] : [`the oldest for ${duration(now - queue.oldestWaiting)}`]),
  ];
  const environments = queue.environments.map((environment) => {
    const cpus =
      environment.maxvCpus === undefined
        ? ''
        : ` ${number(environment.desiredvCpus ?? 0)} of ${number(environment.maxvCpus)} vCPU`;
    const ill =
      environment.state === 'ENABLED' && environment.status === 'VALID'
        ? ''
        : ` (✖ ${environment.state.toLowerCase()}, ${environment.status.toLowerCase()})`;
    return `${environment.name}${cpus}${ill}`;
  });
  const reason = isHealthy(queue) || queue.statusReason === undefined ? '' : `\n${escaped(queue.statusReason)}`;
  return `${bold(queue.name)}  ·  ${health}  ·  priority ${queue.priority}\n${depth.join('  ·  ')}${environments.length === 0 ? '' : `\n${escaped(environments.join(', '))}`}${reason}`;
}

/** The busy and the ill first, so that what matters stands on top. */
const weight = (queue: QueueRow): number =>
  (isHealthy(queue) ? 0 : 1e9) + Object.values(queue.depth).reduce((sum, n) => sum + n, 0);

export function queues(rows: readonly QueueRow[], now: number): Message {
  const sorted = [...rows].sort((a, b) => weight(b) - weight(a) || a.name.localeCompare(b.name));
  const ill = rows.filter((queue) => !isHealthy(queue)).length;
  const busy = sorted.filter((queue) => weight(queue) > 0);
  const quiet = sorted.filter((queue) => weight(queue) === 0);
  const shown = rows.length <= 5 ? sorted : busy.slice(0, MOST_QUEUES);
  const rest = rows.length <= 5 ? [] : quiet;
  const running = rows.reduce((sum, { depth }) => sum + (depth.RUNNING ?? 0), 0);
  const title = `${count(rows.length, 'queue')}, ${count(running, 'job')} running${ill > 0 ? `, ${ill} not healthy` : ''}`;
  return {
    text: `${title}.`,
    blocks: [
      section(`*${title}*  ·  busiest first`),
      ...shown.map((queue) => section(queueLines(queue, now))),
      ...(busy.length > shown.length && rows.length > 5
        ? [context(`and ${count(busy.length - shown.length, 'more busy queue')}`)]
        : []),
      ...(rest.length === 0
        ? []
        : [
            context(
              `${count(rest.length, 'queue')} with nothing to do: ${escaped(
                some(
                  rest.map(({ name }) => name),
                  12,
                ),
              )}`,
            ),
          ]),
    ],
  };
}
