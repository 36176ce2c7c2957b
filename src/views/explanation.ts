/** The frame of every answer to "why": one plain sentence, the evidence below it, the next step, and what does it. */
import type { Button } from '@slack/types';
import type { Remedy } from '../jobs/causes';
import type { Job } from '../jobs/job';
import { nameOf } from './jobLine';
import {
  actions,
  bold,
  button,
  code,
  context,
  cut,
  cutMiddle,
  dotted,
  escaped,
  type Message,
  preformatted,
  prose,
  section,
} from './kit';
import { sign } from './status';

export interface Explanation {
  job: Job;
  /** `runnable for 3 h 12 min`, `failed 2 h ago`. */
  standing: string;
  /** The answer, in plain words. */
  sentence: string;
  /** What bears it out: lines of mrkdwn, foreign text in them escaped. */
  evidence: readonly string[];
  /** Lines of a log. */
  box?: string | undefined;
  /** What helps; empty where nothing needs to be done. */
  nextStep: string;
  buttons: readonly Button[];
  /** What could not be read, in sentences. */
  missing: readonly string[];
  notes?: readonly string[] | undefined;
}

const MOST_EVIDENCE = 2_700;
/** A step that is none needs no heading. */
const NO_STEP = /^Nothing needs to be done/;

/** `name [3]`, for an array's child. */
export const titled = (job: Pick<Job, 'id' | 'name' | 'arrayIndex'>): string =>
  cutMiddle(nameOf(job), 128) + (job.arrayIndex === undefined ? '' : ` [${job.arrayIndex}]`);

/** A command that would help, if this bot has its verb. */
export const remedyButtons = (
  job: Pick<Job, 'id'>,
  remedies: readonly (Remedy | undefined)[],
  verbs: readonly string[],
) =>
  remedies.flatMap((remedy) =>
    remedy === undefined || !verbs.includes(remedy.verb)
      ? []
      : [button({ label: remedy.label, command: `${remedy.verb} ${job.id} ${remedy.words}`.trim() })],
  );

export function explanation(told: Explanation): Message {
  const { job, sentence, nextStep } = told;
  const name = titled(job);
  const evidence: string[] = [];
  let length = 0;
  for (const line of told.evidence) {
    if (length + line.length > MOST_EVIDENCE) break;
    evidence.push(line);
    length += line.length + 3;
  }
  return {
    text: `${name}, ${told.standing}: ${sentence}${nextStep === '' ? '' : ` ${nextStep}`}`,
    blocks: [
      section(
        `${dotted([`${sign(job)}\u00a0${bold(name)}`, escaped(told.standing)])}\n${escaped(cut(sentence, 1_200))}`,
      ),
      ...(evidence.length === 0 ? [] : [section(evidence.map((line) => `•  ${line}`).join('\n'))]),
      ...(told.box === undefined || told.box === '' ? [] : [preformatted(told.box)]),
      ...(nextStep === ''
        ? []
        : [section(`${NO_STEP.test(nextStep) ? '' : '*What helps:* '}${prose(cut(nextStep, 1_200))}`)]),
      ...(told.missing.length === 0 ? [] : [context(told.missing.map(escaped).join('\n'))]),
      context(dotted([`id ${code(job.id)}`, ...(told.notes ?? []).map(escaped)])),
      actions(
        ...told.buttons,
        button({ label: 'Share', command: `why ${job.id} --share`, says: 'Show this answer to the whole channel' }),
      ),
    ],
  };
}

/** The answer as the whole channel sees it: who shared it, and no buttons, which are the asker's own. */
export const sharedBy = (message: Message, user: string): Message => ({
  ...message,
  blocks: [...message.blocks.filter(({ type }) => type !== 'actions'), context(`shared by <@${user}>`)],
});
