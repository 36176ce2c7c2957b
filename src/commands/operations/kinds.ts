/** The kinds of operations on many jobs that there are, one file each. */
import type { OperationKindName } from '../../history/records/operation';
import { cancelJobs } from './cancelJobs';
import type { OperationKind } from './kind';
import { retryJobs } from './retryJobs';

const kinds: Partial<Record<OperationKindName, OperationKind>> = { cancel: cancelJobs, retry: retryJobs };

export function kindOf(name: OperationKindName): OperationKind {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`there is no kind of operation called ${name}`);
  return kind;
}
