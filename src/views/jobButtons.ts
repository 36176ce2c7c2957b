/** What can be done from a job's card: logs, why, details, its array or nodes, AWS's own pages, retrying, cancelling. */
import { causeOf } from '../jobs/causes';
import { arrayParentOf, isDone, isLost } from '../jobs/job';
import { attemptNumber, neverStarted } from '../jobs/lifecycle';
import { logPlaceOf } from '../jobs/logPlace';
import { RETRY_OF } from '../jobs/retry';
import { nodeIndexOf, propertiesOf } from '../jobs/surroundings';
import type { JobCardProps } from './jobCard';
import { button, linkButton } from './kit';
import { jobLink, logLink, regionOf } from './links';

const primary = { style: 'primary' as const };

/** Whether there can be no log, since no container of it ran yet, or ever. */
const hasNoRun = ({ job }: Pick<JobCardProps, 'job'>): boolean =>
  neverStarted(job) || (['SUBMITTED', 'PENDING', 'RUNNABLE'].includes(job.status) && attemptNumber(job) === 1);

/** Its logs or children, and why; the first thing that somebody wants of such a job stands first. */
export function lookButtons({ job, around, verbs }: Pick<JobCardProps, 'job' | 'around' | 'verbs'>, isPrimary = true) {
  const style = isPrimary ? primary : {};
  const failed = around.failed ?? [];
  const [firstFailed] = failed;
  const mainNode = propertiesOf(job, around).mainNode ?? 0;
  const isWhyFirst = verbs.has('why') && job.arraySize === undefined && hasNoRun({ job });
  const why =
    verbs.has('why') && job.status !== 'SUCCEEDED' && job.status !== 'RUNNING'
      ? [button({ label: 'Why', command: `why ${job.id}`, ...(isWhyFirst ? style : {}) })]
      : [];
  const ofArray = [
    ...(failed.length === 0
      ? [button({ label: 'Children', command: `search array:${job.id}`, ...style })]
      : [
          button({ label: 'Failed children', command: `search array:${job.id} status:failed`, ...style }),
          button({ label: 'Children', command: `search array:${job.id}` }),
        ]),
    ...(firstFailed === undefined
      ? []
      : [button({ label: `Logs of child ${firstFailed.arrayIndex ?? 0}`, command: `logs ${firstFailed.id}` })]),
  ];
  const logsStyle = isWhyFirst ? {} : style;
  const logs =
    job.nodes === undefined
      ? button({ label: 'Logs', command: `logs ${job.id}`, ...logsStyle })
      : button({ label: `Logs of node ${mainNode}`, command: `logs ${job.id}#${mainNode}`, ...logsStyle });
  if (job.arraySize !== undefined) return [...ofArray, ...why];
  return isWhyFirst ? [...why, logs] : [logs, ...why];
}

/** Running it again with what its cause asks for, and the ways to its retry and to the job that it repeats. */
function retryButtons({ job, around, mayAct, verbs }: JobCardProps) {
  const [newest] = around.retries ?? [];
  const retryOf = job.tags?.values[RETRY_OF];
  const mayRetry = mayAct && job.status === 'FAILED' && verbs.has('retry') && nodeIndexOf(job.id) === undefined;
  const ofChildren = (around.failed ?? []).length > 0;
  const remedy = causeOf(job)?.remedy;
  return [
    ...(mayRetry
      ? [
          ofChildren
            ? button({
                label: 'Retry failed',
                command: `retry ${job.id} failed`,
                says: 'Submit its failed children again, after a preview',
              })
            : button({
                label: remedy?.label ?? 'Retry…',
                command: `retry ${job.id} ${remedy?.words ?? ''}`.trim(),
                says: 'Submit this job again, after a preview',
              }),
        ]
      : []),
    ...(newest === undefined ? [] : [button({ label: 'Its retry', command: `job ${newest.id}` })]),
    ...(retryOf === undefined ? [] : [button({ label: 'Retried job', command: `job ${retryOf}` })]),
  ];
}

export function cancelButton({ job, mayAct }: Pick<JobCardProps, 'job' | 'mayAct'>) {
  if (!mayAct || isDone(job) || isLost(job)) return [];
  const isArray = job.arraySize !== undefined;
  return [
    button({
      label: isArray ? 'Cancel rest…' : 'Cancel…',
      command: `cancel ${job.id}`,
      style: 'danger' as const,
      says: isArray ? 'Cancel the children that have not ended, after a preview' : 'Cancel this job, after a preview',
    }),
  ];
}

/** To be told once when it ends, alone: the card itself may be read by many. */
const watchButton = ({ job, verbs }: Pick<JobCardProps, 'job' | 'verbs'>) =>
  !verbs.has('watch') || isDone(job) || isLost(job)
    ? []
    : [button({ label: 'Watch', command: `watch ${job.id} me`, says: 'Tell me in a direct message when it ends' })];

/** Every way on from the card. */
export function waysOn(props: JobCardProps) {
  const { job, region } = props;
  const parentId = arrayParentOf(job.id);
  const place = logPlaceOf(job, attemptNumber(job));
  return [
    ...lookButtons(props),
    ...watchButton(props),
    button({ label: 'All details', command: `job ${job.id} details:1`, replace: true }),
    ...(parentId === undefined ? [] : [button({ label: 'Array', command: `job ${parentId}` })]),
    ...(nodeIndexOf(job.id) === undefined
      ? []
      : [button({ label: 'All nodes', command: `job ${job.id.split('#')[0]}` })]),
    button({ label: 'Refresh', command: `job ${job.id}`, replace: true }),
    linkButton('Open in AWS', jobLink(job, region)),
    ...(place === undefined
      ? []
      : [linkButton('Log in CloudWatch', logLink(place.group, place.stream, place.region ?? regionOf(job, region)))]),
    ...retryButtons(props),
    ...cancelButton(props),
  ];
}
