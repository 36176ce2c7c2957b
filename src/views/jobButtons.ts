/** What can be done from a job's card: logs, why, details, its array or nodes, AWS's own pages, cancelling. */
import { causeOf } from '../jobs/causes';
import { arrayParentOf, isDone, isLost } from '../jobs/job';
import { attemptNumber } from '../jobs/lifecycle';
import { logPlaceOf } from '../jobs/logPlace';
import { RETRY_OF } from '../jobs/retry';
import { nodeIndexOf, propertiesOf } from '../jobs/surroundings';
import type { JobCardProps } from './jobCard';
import { button, linkButton } from './kit';
import { jobLink, logLink, regionOf } from './links';

/** The first thing that somebody wants of such a job stands first, and is the one primary button. */
export function waysOn({ job, around, region, mayAct, verbs }: JobCardProps) {
  const primary = { style: 'primary' as const };
  const failed = around.failed ?? [];
  const [firstFailed] = failed;
  const parentId = arrayParentOf(job.id);
  const isOver = isDone(job) || isLost(job);
  const [newest] = around.retries ?? [];
  const retryOf = job.tags?.values[RETRY_OF];
  const place = logPlaceOf(job, attemptNumber(job));
  const ofArray = [
    ...(failed.length === 0
      ? [button({ label: 'Children', command: `search array:${job.id}`, ...primary })]
      : [
          button({ label: 'Failed children', command: `search array:${job.id} status:failed`, ...primary }),
          button({ label: 'Children', command: `search array:${job.id}` }),
        ]),
    ...(firstFailed === undefined
      ? []
      : [button({ label: `Logs of child ${firstFailed.arrayIndex ?? 0}`, command: `logs ${firstFailed.id}` })]),
  ];
  const mainNode = propertiesOf(job, around).mainNode ?? 0;
  const logs =
    job.nodes === undefined
      ? button({ label: 'Logs', command: `logs ${job.id}`, ...primary })
      : button({ label: `Logs of node ${mainNode}`, command: `logs ${job.id}#${mainNode}`, ...primary });
  return [
    ...(job.arraySize === undefined ? [logs] : ofArray),
    ...(verbs.has('why') && job.status !== 'SUCCEEDED' && job.status !== 'RUNNING'
      ? [button({ label: 'Why', command: `why ${job.id}` })]
      : []),
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
    ...(mayAct && job.status === 'FAILED' && verbs.has('retry') && nodeIndexOf(job.id) === undefined
      ? [
          button({
            label: causeOf(job)?.remedy?.label ?? 'Retry…',
            command: `retry ${job.id} ${causeOf(job)?.remedy?.words ?? ''}`.trim(),
            says: 'Submit this job again, after a preview',
          }),
        ]
      : []),
    ...(newest === undefined ? [] : [button({ label: 'Its retry', command: `job ${newest.id}` })]),
    ...(retryOf === undefined ? [] : [button({ label: 'Retried job', command: `job ${retryOf}` })]),
    ...(mayAct && !isOver
      ? [
          button({
            label: job.arraySize === undefined ? 'Cancel…' : 'Cancel rest…',
            command: `cancel ${job.id}`,
            style: 'danger' as const,
            says:
              job.arraySize === undefined
                ? 'Cancel this job, after a preview'
                : 'Cancel the children that have not ended, after a preview',
          }),
        ]
      : []),
  ];
}
