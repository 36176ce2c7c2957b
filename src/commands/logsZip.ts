/** `/batch logs <search> file`: the logs of many jobs as one zip in Slack, each of its last attempt. */
import { errorFields, UserError } from '../errors';
import type { Job, JobRow } from '../jobs/job';
import { containersOf, type LogPlace, logPlaceOf, newestAttempt } from '../jobs/logPlace';
import { parseReference } from '../jobs/reference';
import type { Answer } from '../slack/deliver';
import { cut } from '../views/kit';
import { logsZipAnswer, logsZipComment, type Written } from '../views/logFile';
import { count, sentence } from '../views/words';
import type { Asking, Room } from './command';
import { fileName, isFull, readingMs, share } from './logFile';
import { queryOf } from './search';
import { openSpool } from './spool';
import { whichLog, whyNoLog } from './whichLog';
import { writeLog } from './writeLog';
import { zipTo } from './zip';

/** Each takes two calls to CloudWatch or more, of which it takes 25 a second. */
export const MOST_JOBS = 500;
const MOST_WHY = 300;

interface Found {
  jobs: Job[];
  /** Where the next part of the search begins, and how many jobs it all finds. */
  next?: { from: number; of: number };
}

/** The jobs that are named by ids, or found by the search from the given one on; an array's children stand for it. */
async function jobsOf(asking: Asking<unknown>, from: number, room: Room): Promise<Found> {
  const words = asking.query.flatMap((token) => (token.kind === 'word' ? [token.value] : []));
  if (asking.query.length === 0) {
    throw new UserError(
      `Which logs? It goes: ${room.slash} logs <id> file, or ${room.slash} logs with search words and filters, and file at the end.`,
      'help logs',
    );
  }
  if (words.length === asking.query.length && words.every((word) => parseReference(word)?.kind === 'id')) {
    return { jobs: (await Promise.all(words.map((word) => whichLog(word, {}, room)))).map(({ job }) => job) };
  }
  const query = queryOf(asking, room.now());
  const rows: JobRow[] = await room.history.search.all(query);
  const all = rows.filter(({ arraySize }) => arraySize === undefined);
  const single = all.slice(from, from + MOST_JOBS);
  if (single.length === 0) throw new UserError(`No job matches ${asking.text}.`, `search ${asking.text}`);
  const stored = new Map((await room.history.jobs.getMany(single.map(({ id }) => id))).map(({ job }) => [job.id, job]));
  const jobs = single.flatMap(({ id }) => stored.get(id) ?? []);
  const until = from + single.length;
  return until >= all.length ? { jobs } : { jobs, next: { from: until, of: all.length } };
}

/** @returns the name, or another that is not taken yet */
function untaken(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}-${n}`;
  taken.add(free);
  return free;
}

/** One of the logs, as it goes into the zip. */
interface Part {
  job: Job;
  container: string | undefined;
  place: LogPlace | undefined;
  name: string;
}

function partsOf(jobs: readonly Job[]): Part[] {
  const taken = new Set<string>();
  return jobs.flatMap((job) => {
    const attempt = newestAttempt(job);
    const containers = containersOf(job, attempt).flatMap(({ name }) => name ?? []);
    return (containers.length > 0 ? containers : [undefined]).map((container) => ({
      job,
      container,
      place: logPlaceOf(job, attempt, container),
      name: untaken(`${job.status.toLowerCase()}.${fileName({ job, attempt, attempts: 1, container })}.log`, taken),
    }));
  });
}

/** @param from how many of the jobs that a search finds are in zips before this one */
export async function logsZip(asking: Asking<unknown>, from: number, isShared: boolean, room: Room): Promise<Answer> {
  const { jobs, next } = await jobsOf(asking, from, room);
  const parts = partsOf(jobs);
  const spool = await openSpool(room.now());
  try {
    const zip = zipTo(spool.write);
    const remainingMs = readingMs(asking, spool.bytes);
    const isFullNow = () => isFull(spool.bytes());
    const sum = { files: 0, lines: 0, without: 0, leftOut: 0 };
    const list: string[] = [];
    const none = (name: string, why: string): void => {
      sum.without++;
      list.push(`${name}: ${why}`);
    };
    for (const { job, place, name } of parts) {
      if (place === undefined) {
        none(name, whyNoLog(job, newestAttempt(job)));
        continue;
      }
      if (remainingMs() <= 0 || isFullNow()) {
        sum.leftOut++;
        list.push(`${name}: left out, for want of time or room`);
        continue;
      }
      let file: Awaited<ReturnType<typeof zip.begin>> | undefined;
      const write = async (text: string): Promise<void> => {
        file ??= await zip.begin(name, job.stoppedAt ?? room.now());
        await file.write(text);
      };
      let written: Written | undefined;
      let refused: unknown;
      try {
        written = await writeLog(place, {}, room, write, isFullNow, remainingMs);
      } catch (error) {
        room.log.warn('a log could not be put into a zip', { job: job.id, ...errorFields(error) });
        refused = error;
      }
      await file?.end();
      if (refused !== undefined) none(name, `${(refused as Error).name}: ${(refused as Error).message}`);
      else if (written === undefined) none(name, `the stream ${place.stream} is not in ${place.group}`);
      else if (written.lines === 0) none(name, 'the log is empty');
      else {
        sum.files++;
        sum.lines += written.lines;
        if (written.cutBy !== undefined) sum.leftOut++;
        list.push(`${name}: ${count(written.lines, 'line')}${written.cutBy === undefined ? '' : ', not whole'}`);
      }
    }
    const about = await zip.begin('contents.txt', room.now());
    await about.write(`${list.join('\n')}\n`);
    await about.end();
    await zip.end();
    await spool.close();
    if (sum.files === 0) {
      const why = sum.leftOut > 0 ? 'There was no time to read any.' : (list[0] ?? '');
      throw new UserError(`None of ${count(parts.length, 'log')} can be had. ${sentence(cut(why, MOST_WHY))}`);
    }
    const nextPart = next && { ...next, command: `logs ${asking.text} page:z/${next.from} --file` };
    const props = { asked: asking.text, ...sum, bytes: spool.bytes(), isShared, nextPart };
    const upload = {
      path: spool.path,
      bytes: spool.bytes(),
      name: `logs-${new Date(room.now()).toISOString().slice(0, 16).replace(/[:T]/g, '-')}.zip`,
      title: `Logs of ${count(sum.files, 'job')}`,
      to: isShared ? asking.channel.id : asking.person.id,
      comment: logsZipComment(props),
    };
    await share(upload, room, asking.remainingMs);
    return { message: logsZipAnswer(props) };
  } finally {
    await spool.remove();
  }
}
