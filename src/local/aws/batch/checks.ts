/** Checks that definitions and submissions have in common. */
import type { ContainerOverrides, ContainerProperties, JobTimeout, RetryStrategy } from '@aws-sdk/client-batch';
import { requestRefused } from '../awsError';

/** `attemptDurationSeconds` is 60 at least (API reference, JobTimeout). */
export function checkTimeout(timeout: JobTimeout | undefined): void {
  const seconds = timeout?.attemptDurationSeconds;
  if (seconds !== undefined && (!Number.isInteger(seconds) || seconds < 60)) {
    throw requestRefused('Timeout attemptDurationSeconds must be greater than or equal to 60');
  }
}

/** 1 to 10 attempts, at most 5 rules (API reference, RetryStrategy). */
export function checkRetry(retry: RetryStrategy | undefined): void {
  const attempts = retry?.attempts;
  if (attempts !== undefined && (!Number.isInteger(attempts) || attempts < 1 || attempts > 10)) {
    throw requestRefused('Retry strategy attempts must be between 1 and 10');
  }
  const rules = retry?.evaluateOnExit ?? [];
  if (rules.length > 5) throw requestRefused('Retry strategy can have at most 5 evaluateOnExit entries');
  for (const { action } of rules) {
    if (!/^(retry|exit)$/i.test(String(action))) throw requestRefused('evaluateOnExit action must be RETRY or EXIT');
  }
}

/** vCPUs, memory and GPUs of a container, in either of the two ways to write them. */
export function needOf(container: ContainerProperties | ContainerOverrides): {
  vcpus: number;
  memoryMiB: number;
  gpus: number;
} {
  const required = (type: string) =>
    Number(container.resourceRequirements?.find((requirement) => requirement.type === type)?.value ?? 0);
  return {
    vcpus: required('VCPU') || (container.vcpus ?? 0),
    memoryMiB: required('MEMORY') || (container.memory ?? 0),
    gpus: required('GPU'),
  };
}
