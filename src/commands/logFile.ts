/** `/batch logs <id> file`: a whole log, or a part of it, as a file in Slack. */
import { UserError } from '../errors';
import { quoted } from '../jobs/words';
import { type Answer, slackErrorCode } from '../slack/deliver';
import type { Upload } from '../slack/upload';
import { nameOf } from '../views/jobLine';
import { logFileAnswer, logFileComment } from '../views/logFile';
import { logCommand, noLogs } from '../views/logs';
import type { Asking, Room } from './command';
import { readWhere, unreadable, whyMissing } from './logPage';
import { MOST_SPOOL_BYTES, openSpool } from './spool';
import type { WhichLog } from './whichLog';
import { type LogPart, writeLog } from './writeLog';

/** Time for what comes after the reading, besides the upload itself. */
const RESERVE_MS = 20_000;
/** So long the first lines are waited for while CloudWatch refuses. */
const FIRST_LINES_MS = 20_000;
/** A cautious guess at how fast a Lambda sends to Slack. */
const UPLOAD_BYTES_PER_MS = 10_000;
/** An answer of CloudWatch and the times before its lines take no more than this. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** What may be spent on reading, so that what was read can still be sent. */
export const readingMs = (asking: Pick<Asking<unknown>, 'remainingMs'>, bytes: () => number) => (): number =>
  asking.remainingMs() - RESERVE_MS - bytes() / UPLOAD_BYTES_PER_MS;

export const isFull = (bytes: number): boolean => bytes + PAGE_BYTES > MOST_SPOOL_BYTES;

/** Of a job's name and id what every file system takes. */
export function fileName({
  job,
  attempt,
  attempts,
  container,
}: Pick<WhichLog, 'job' | 'attempt' | 'attempts' | 'container'>): string {
  const rest = job.id.slice(36).replace(/^[:#]/, '-');
  const parts = [
    nameOf(job),
    `${job.id.slice(0, 8)}${rest}`,
    ...(attempts > 1 ? [`attempt${attempt}`] : []),
    ...(container === undefined ? [] : [container]),
  ];
  return parts.map((part) => part.replace(/[^\w.-]+/g, '_').slice(0, 128)).join('.');
}

/** What stops a file from being shared, in a sentence with what helps. */
const REFUSED: Readonly<Record<string, string>> = {
  missing_scope:
    'This Slack app may not upload files: whoever runs batchbot has to install it anew with the scope files:write.',
  not_in_channel: 'I am not in this channel: invite me, or leave out share, and the file comes in a direct message.',
  channel_not_found:
    'I can not see this channel: invite me, or leave out share, and the file comes in a direct message.',
  is_archived: 'This channel is archived.',
  file_uploads_disabled: 'This workspace allows no uploads.',
  file_upload_size_restricted:
    'This workspace allows no file of that size: ask for a part of it with since: and until:.',
  storage_limit_reached: 'This workspace has no room for more files.',
};

/** @throws UserError where Slack does not take the file */
export async function share(upload: Upload, room: Room, remainingMs: () => number): Promise<void> {
  try {
    await room.slack.upload(upload, remainingMs);
  } catch (error) {
    const why = REFUSED[slackErrorCode(error) ?? ''];
    if (why === undefined) throw error;
    throw new UserError(why);
  }
}

export interface LogFileAsked {
  which: WhichLog;
  part: LogPart;
  asking: Asking<unknown>;
  /** In the channel, rather than to who asked. */
  isShared: boolean;
}

export async function logFile({ which: first, part, asking, isShared }: LogFileAsked, room: Room): Promise<Answer> {
  if (first.place === undefined) return { message: noLogs({ ...first, why: first.whyNone }) };
  const spool = await openSpool(room.now());
  try {
    const reading = readingMs(asking, spool.bytes);
    const began = room.now();
    const remainingMs = () =>
      spool.bytes() > 0 || part.grep !== undefined
        ? reading()
        : Math.min(reading(), began + FIRST_LINES_MS - room.now());
    const { which, found: written } = await readWhere(first, room, (place) =>
      writeLog(place, part, room, spool.write, () => isFull(spool.bytes()), remainingMs),
    );
    await spool.close();
    if (written === undefined) return { message: noLogs({ ...which, why: await whyMissing(which, room) }) };
    if (written.lines === 0) {
      const why = part.since ?? part.until ?? part.grep ?? part.token;
      return {
        message: noLogs({
          ...which,
          why:
            why === undefined ? 'Its log is empty: there is no line to put into a file.' : 'There are no such lines.',
        }),
      };
    }
    const nextPart =
      written.next === undefined ? undefined : `${logCommand(which)} page:${quoted(written.next)} --file`;
    const props = {
      ...which,
      written,
      bytes: spool.bytes(),
      grep: part.grep?.typed,
      isShared,
      nextPart: written.cutBy === undefined ? undefined : nextPart,
    };
    const upload = {
      path: spool.path,
      bytes: spool.bytes(),
      name: `${fileName(which)}.log`,
      title: `Log of ${nameOf(which.job)}`,
      to: isShared ? asking.channel.id : asking.person.id,
      comment: logFileComment(props),
    };
    await share(upload, room, asking.remainingMs);
    return { message: logFileAnswer(props) };
  } catch (error) {
    if (error instanceof UserError) throw error;
    return { message: noLogs({ ...first, why: unreadable(error, first, room) }) };
  } finally {
    await spool.remove();
  }
}
