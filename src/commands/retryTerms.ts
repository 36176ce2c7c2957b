/** Looks up what a retry depends on besides the job itself: its definition, queue, array, and the jobs that it waited for. */
import type { JobDefinition, JobDetail } from '@aws-sdk/client-batch';
import { arrayParentOf, isDone } from '../jobs/job';
import { type Resubmission, type RetryChanges, resubmission } from '../jobs/retry';
import { indexWayOf } from '../jobs/retryIndexes';
import { UnretriableError } from '../jobs/retryOverrides';
import type { Room } from './command';
import { nameOfArn } from './queueRows';

/** What was confirmed, beside the ids. */
export interface RetryPlan {
  changes: RetryChanges;
  /** For each revision that was deregistered, the one that was shown in its place. */
  definitions: Readonly<Record<string, string>>;
}

/** `arn:…:job-definition/align:3` → `align:3`. */
export const revisionOf = (detail: Pick<JobDetail, 'jobDefinition'>): string => nameOfArn(detail.jobDefinition ?? '');

const newer = (a: JobDefinition, b: JobDefinition): JobDefinition => ((a.revision ?? 0) > (b.revision ?? 0) ? a : b);

/** Each thing is asked for once, however many jobs need it. */
function remembered<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const found = known.get(key) ?? ask(key);
    known.set(key, found);
    return found;
  };
}

/** Good for one preview or one worker's turn at an operation: it remembers what Batch has said. */
export function retryTerms(room: Room) {
  const details = new Map<string, JobDetail>();
  const missing = new Set<string>();

  /** Batch's word on these jobs; those that it knows no more are left out. */
  async function learn(ids: readonly string[]): Promise<void> {
    const unknown = [...new Set(ids)].filter((id) => !details.has(id) && !missing.has(id));
    if (unknown.length === 0) return;
    for (const detail of await room.batch.describe(unknown)) details.set(detail.jobId ?? '', detail);
    for (const id of unknown) if (!details.has(id)) missing.add(id);
  }

  const definition = remembered((revision) => room.batch.definition(revision));
  const newest = remembered(async (name) => {
    let found: JobDefinition | undefined;
    for await (const page of room.batch.definitions(name)) {
      for (const one of page) found = found === undefined ? one : newer(one, found);
    }
    return found;
  });
  const queue = remembered(async (name) => (await room.batch.queues(name))[0]);
  const failedIndexes = remembered(async (arrayJobId) => {
    const found: number[] = [];
    for await (const page of room.batch.list({ arrayJobId }, 'FAILED')) {
      found.push(...page.flatMap(({ arrayProperties }) => arrayProperties?.index ?? []));
    }
    return found.sort((a, b) => a - b);
  });

  /**
   * The revision to run: its own while that is active, else the newest.
   * @throws UnretriableError where there is none
   */
  async function runsOf(detail: JobDetail): Promise<string> {
    const own = revisionOf(detail);
    if ((await definition(own))?.status === 'ACTIVE') return own;
    const found = await newest(own.replace(/:\d+$/, ''));
    if (found === undefined)
      throw new UnretriableError(`its definition ${own} was deregistered, and no other revision is active`);
    return `${found.jobDefinitionName}:${found.revision}`;
  }

  return {
    /** Asks for jobs, their arrays and what they waited for, in as few calls as there can be. */
    async prepare(ids: readonly string[]): Promise<void> {
      await learn(ids);
      await learn(
        ids.flatMap((id) => [
          ...[arrayParentOf(id) ?? []].flat(),
          ...(details.get(id)?.dependsOn ?? []).flatMap(({ jobId }) => jobId ?? []),
        ]),
      );
    },
    detail: (id: string): JobDetail | undefined => details.get(id),
    queue,
    failedIndexes,

    /**
     * @param retriedAs the new ids of jobs of the same operation
     * @throws UnretriableError with the reason why this job can't be retried
     */
    async submissionOf(
      detail: JobDetail,
      op: string,
      plan: RetryPlan,
      retriedAs: ReadonlyMap<string, string>,
    ): Promise<Resubmission> {
      if (!isDone({ status: detail.status ?? 'RUNNING' })) throw new UnretriableError('it has not ended yet');
      const id = detail.jobId ?? '';
      const own = revisionOf(detail);
      const name = plan.changes.queue ?? nameOfArn(detail.jobQueue ?? '');
      const target = await queue(name);
      if (target === undefined) throw new UnretriableError(`there is no queue ${name}`);
      if (target.state !== 'ENABLED') throw new UnretriableError(`queue ${name} is disabled and takes no jobs`);
      const isListed = detail.arrayProperties?.size !== undefined && indexWayOf(detail) === 'list';
      return resubmission(detail, {
        op,
        changes: plan.changes,
        ran: await definition(own),
        runs: plan.definitions[own] ?? (await runsOf(detail)),
        dependencies: new Map(
          (detail.dependsOn ?? []).flatMap(({ jobId = '' }) => {
            const status = details.get(jobId)?.status;
            return status === undefined ? [] : [[jobId, { status, retriedAs: retriedAs.get(jobId) }] as const];
          }),
        ),
        sharesFairly: target.schedulingPolicyArn !== undefined && target.schedulingPolicyArn !== '',
        parent: details.get(arrayParentOf(id) ?? ''),
        failedIndexes: isListed && detail.status === 'FAILED' ? await failedIndexes(id) : undefined,
      });
    },
  };
}
export type RetryTermsRoom = ReturnType<typeof retryTerms>;
