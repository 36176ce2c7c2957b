/** Links into the AWS console. */
import type { Job } from '../jobs/job';

/** The region that a job is in, by its ARN. */
export const regionOf = (job: Pick<Job, 'arn'>, fallback: string): string => job.arn?.split(':')[3] || fallback;

/** The Batch console's page of a job, an array's child (`uuid:3`) included; of a node (`uuid#3`), its job's. */
export function jobLink(job: Pick<Job, 'id' | 'arn'>, region: string): string {
  const home = regionOf(job, region);
  return `https://${home}.console.aws.amazon.com/batch/home?region=${home}#jobs/detail/${job.id.split('#')[0]}`;
}

/** The CloudWatch console writes `%` of its own double encoding as `$25`. */
const twice = (text: string): string => encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');

/** The CloudWatch console's page of a log stream. */
export const logLink = (group: string, stream: string, region: string): string =>
  `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${twice(group)}/log-events/${twice(stream)}`;

const CONSOLE_PAGES = {
  'job-queue': 'queues',
  'compute-environment': 'compute-environments',
  'job-definition': 'job-definition',
} as const;

/** The Batch console's page of a queue, a compute environment or a revision of a definition, by its ARN. */
export function batchLink(arn: string, region: string): string {
  const home = regionOf({ arn }, region);
  const [kind = ''] = (arn.split(':')[5] ?? '').split('/');
  const page = Object.entries(CONSOLE_PAGES).find(([name]) => name === kind)?.[1] ?? 'dashboard';
  return `https://${home}.console.aws.amazon.com/batch/home?region=${home}#${page}/detail/${arn}`;
}

/** The EC2 console's page of an instance. */
export const instanceLink = (id: string, region: string): string =>
  `https://${region}.console.aws.amazon.com/ec2/home?region=${region}#InstanceDetails:instanceId=${id}`;
