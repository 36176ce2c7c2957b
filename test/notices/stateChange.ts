/** `Batch Job State Change` events in the shape of those recorded in test/payloads, for jobs that this account never had. */
import recorded from '../payloads/batch-event-succeeded-inside-sqs-record.json';

const SHAPE = JSON.parse(recorded.Records[0]?.body ?? '') as { detail: Record<string, unknown> } & Record<
  string,
  unknown
>;

export interface StateChange {
  id: string;
  name?: string;
  status: string;
  /** When it happened, ms; now by default. */
  at?: number;
  detail?: Record<string, unknown>;
}

/** A job id that nobody had before. */
export const newId = (): string => crypto.randomUUID();

const ran = (at: number, exitCode: number) => ({
  container: { exitCode, logStreamName: 'scene/default/0123456789abcdef0123456789abcdef' },
  startedAt: at - 90_000,
  stoppedAt: at,
  statusReason: 'Essential container in task exited',
});

/** A failed or succeeded job has had one attempt of 90 s; any other none. */
export function stateChange({ id, name = 'made-up', status, at = Date.now(), detail = {} }: StateChange) {
  const isOver = status === 'FAILED' || status === 'SUCCEEDED';
  const exitCode = status === 'FAILED' ? 7 : 0;
  const { exitCode: _, logStreamName: _s, ...container } = SHAPE.detail.container as Record<string, unknown>;
  const { startedAt: _a, stoppedAt: _o, statusReason: _r, ...rest } = SHAPE.detail;
  return {
    ...SHAPE,
    id: crypto.randomUUID(),
    time: new Date(at).toISOString().replace(/\.\d+/, ''),
    resources: [`arn:aws:batch:us-east-1:123456789012:job/${id}`],
    detail: {
      ...rest,
      jobId: id,
      jobArn: `arn:aws:batch:us-east-1:123456789012:job/${id}`,
      jobName: name,
      jobQueue: 'arn:aws:batch:us-east-1:123456789012:job-queue/genomics-prod-spot',
      status,
      createdAt: at - 120_000,
      attempts: isOver ? [ran(at, exitCode)] : [],
      ...(isOver ? { startedAt: at - 90_000, stoppedAt: at, statusReason: 'Essential container in task exited' } : {}),
      container: isOver
        ? { ...container, exitCode, logStreamName: ran(at, exitCode).container.logStreamName }
        : container,
      ...detail,
    },
  };
}

/** An event of one child of an array. */
export const childChange = (parent: string, index: number, change: Omit<StateChange, 'id'>) =>
  stateChange({
    ...change,
    id: `${parent}:${index}`,
    detail: { arrayProperties: { index }, ...change.detail },
  });
