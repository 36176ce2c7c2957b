/** The kinds of operations on many jobs that there are, one file each. */
import type { OperationKindName } from '../../history/records/operation';
import { cancelJobs, clearQueue } from './cancelJobs';
import type { OperationKind } from './kind';
import { retryJobs } from './retryJobs';

const kinds: Readonly<Record<OperationKindName, OperationKind>> = {
  cancel: cancelJobs,
  retry: retryJobs,
  clear: clearQueue,
};

export const kindOf = (name: OperationKindName): OperationKind => kinds[name];
