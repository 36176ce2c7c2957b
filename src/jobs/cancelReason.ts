/** The reason under which batchbot stops a job, and who it was that stopped one, read back from that reason. */

/** AWS keeps 1,024 characters of a reason (https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJob.html). */
const MOST_REASON = 1_024;
const MOST_NAME = 80;
const OURS = /^cancelled from Slack by ([^()]+) \(op ([0-9A-Z]+)\)/;

/** What Batch keeps as the reason of a job that batchbot stopped. */
export function cancelReason(user: string, op: string, why?: string): string {
  // Brackets and line breaks would let a name end early, or pass for an operation of its own.
  const name = user.replace(/[()\s\p{Cc}\p{Cs}]+/gu, ' ').trim();
  const by = cut(name, MOST_NAME).trim() || 'somebody';
  const reason = `cancelled from Slack by ${by} (op ${op})`;
  return why === undefined || why.trim() === '' ? reason : cut(`${reason}: ${why.trim()}`, MOST_REASON);
}

/** Who stopped it through batchbot, if that is how it ended. */
export function cancelledBy(job: { statusReason?: string | undefined }): { by: string; op: string } | undefined {
  const [, by, op] = OURS.exec(job.statusReason ?? '') ?? [];
  return by === undefined || op === undefined ? undefined : { by, op };
}

/** The first characters, never half of a pair of surrogates. */
function cut(text: string, most: number): string {
  return text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '');
}
