/** Whether Batch runs a job once more after a failed attempt. */
import type { RetryStrategy } from '@aws-sdk/client-batch';
import type { Attempt } from './simJob';

/** A pattern may end in `*`; case does not matter (Batch API reference, EvaluateOnExit). */
const matches = (pattern: string | undefined, value: string | undefined): boolean => {
  if (pattern === undefined) return true;
  const wanted = pattern.toLowerCase();
  const text = (value ?? '').toLowerCase();
  return wanted.endsWith('*') ? text.startsWith(wanted.slice(0, -1)) : text === wanted;
};

/** The first rule that matches decides; when none does, the job is retried while it has attempts left (user guide, *Automated job retries*). */
export function retries(strategy: RetryStrategy | undefined, attemptsMade: number, last: Attempt): boolean {
  if (attemptsMade >= (strategy?.attempts ?? 1)) return false;
  for (const rule of strategy?.evaluateOnExit ?? []) {
    const exitCode = last.exitCode === undefined ? undefined : String(last.exitCode);
    const decides =
      matches(rule.onStatusReason, last.statusReason) &&
      matches(rule.onReason, last.reason) &&
      matches(rule.onExitCode, exitCode);
    if (decides) return rule.action?.toUpperCase() === 'RETRY';
  }
  return true;
}
