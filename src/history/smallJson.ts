/**
 * JSON in few bytes: deflated against a dictionary of what the parts of Batch's jobs have in common.
 *
 * DynamoDB charges a write by the KB begun (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html),
 * and a job whose attempts are spelt out takes 1.7 KB: kept so it takes 0.8, and each of its writes costs half.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** In the first byte, so that another dictionary can follow this one. */
const VERSION = 1;

/**
 * What comes most often stands at the end, as deflate's window prefers. Never change it: what was written can be read with
 * these very bytes only.
 */
const DICTIONARY = Buffer.from(
  [
    '"dependsOn":["","gpus":1,"nodes":2,"environmentTimeoutSeconds":"logRegion":"ap-southeast-2eu-central-1eu-west-1us-west-2',
    '"cancelled":true,"terminated":true,"containerReason":"OutOfMemoryError: Container killed due to memory usage"',
    '"CannotPullContainerError: Host EC2 (instance i-) terminated.Task failed to start',
    '"platform":"FARGATE""platform":"EC2","logDriver":"awslogs","logGroup":"/aws/batch/job","timeoutSeconds":86400,',
    '{"vcpus":4,"memoryMiB":16384,"vcpus":1,"memoryMiB":2048,"arn":"arn:aws:batch:us-east-1:123456789012:job/',
    '"logStream":"/default/","taskArn":"arn:aws:ecs:us-east-1:123456789012:task/AWSBatch-',
    '"containerInstanceArn":"arn:aws:ecs:us-east-1:123456789012:container-instance/AWSBatch-',
    '"endedAttempts":1,"whole":false,"whole":true,"attempts":[{"startedAt":17,"stoppedAt":17,"exitCode":0,',
    '"exitCode":1,"exitCode":137,"statusReason":"Essential container in task exited","logStream":"',
    '"entered":{"2.RUNNABLE":17"1.SUBMITTED":17,"1.PENDING":17,"1.RUNNABLE":17,"1.STARTING":17,"1.RUNNING":17,',
    '"1.FAILED":17"1.SUCCEEDED":17}}',
  ].join(''),
);

export function packJson(value: unknown): Uint8Array {
  const deflated = deflateRawSync(JSON.stringify(value), { dictionary: DICTIONARY, level: 9 });
  return Buffer.concat([Buffer.from([VERSION]), deflated]);
}

/** @throws RangeError for bytes that `packJson` did not write */
export function unpackJson(bytes: Uint8Array): unknown {
  if (bytes[0] !== VERSION) throw new RangeError(`version ${bytes[0]}, where this program knows version ${VERSION}`);
  try {
    return JSON.parse(inflateRawSync(bytes.subarray(1), { dictionary: DICTIONARY }).toString());
  } catch (error) {
    throw new RangeError(error instanceof Error ? error.message : String(error));
  }
}
