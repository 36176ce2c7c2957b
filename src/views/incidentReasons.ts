/** What AWS itself says of a failure, in full where a card has the place for it. */
import type { LogLine } from '../aws/logs';
import type { Job } from '../jobs/job';
import { code, cutMiddle, preformatted } from './kit';
import { logBox } from './logs';

/** The lines under an alert: enough to see the end, little enough to keep reading the channel. */
export const MOST_LINES = 6;
const MOST_BOX = 1_500;
/** Of one reason: what went wrong often stands at its end. */
const MOST_REASON = 500;

export function bothReasons(job: Job): string[] {
  return [
    ...(job.statusReason === undefined ? [] : [`Batch says: ${code(cutMiddle(job.statusReason, MOST_REASON))}`]),
    ...(job.containerReason === undefined || job.containerReason === job.statusReason
      ? []
      : [`Container says: ${code(cutMiddle(job.containerReason, MOST_REASON))}`]),
  ];
}

/** The end of its log in a box, or nothing. */
export function logEnd(lines: readonly LogLine[], most = MOST_LINES) {
  const { text } = logBox(lines.slice(-most), MOST_BOX);
  return text === '' ? [] : [preformatted(text)];
}
