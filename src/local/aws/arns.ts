/** Where this AWS is, and how it names its things. */

export const REGION = 'us-east-1';
export const ACCOUNT = '123456789012';

const arn = (service: string, rest: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

export const jobArn = (jobId: string): string => arn('batch', `job/${jobId}`);
export const queueArn = (name: string): string => arn('batch', `job-queue/${name}`);
export const schedulingPolicyArn = (name: string): string => arn('batch', `scheduling-policy/${name}`);
export const environmentArn = (name: string): string => arn('batch', `compute-environment/${name}`);
/** `nameAndRevision` is `name:3`. */
export const definitionArn = (nameAndRevision: string): string => arn('batch', `job-definition/${nameAndRevision}`);
export const clusterArn = (cluster: string): string => arn('ecs', `cluster/${cluster}`);
export const taskArn = (cluster: string, taskId: string): string => arn('ecs', `task/${cluster}/${taskId}`);
export const containerInstanceArn = (cluster: string, id: string): string =>
  arn('ecs', `container-instance/${cluster}/${id}`);
export const sqsArn = (name: string): string => arn('sqs', name);
export const logGroupArn = (name: string): string => arn('logs', `log-group:${name}`);
export const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;

/** `arn:…:job-queue/name` or `name` → `name`. */
export const nameIn = (nameOrArn: string): string =>
  nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.indexOf('/') + 1) : nameOrArn;
