/** The card of an array: one for all of its failed children and itself, however many there are, with its causes by count. */
import type { LogLine } from '../aws/logs';
import { causeOf, LOG_TELLS } from '../jobs/causes';
import { isDone, type Job } from '../jobs/job';
import { causeLines, type FailedOf } from './failedChildren';
import { type IncidentProps, incidentButtons, incidentLine, mark, standingLines } from './incidentParts';
import { bothReasons, logEnd } from './incidentReasons';
import { childrenWords } from './jobLine';
import {
  actions,
  bold,
  button,
  code,
  context,
  cutMiddle,
  dotted,
  escaped,
  linkButton,
  type Message,
  prose,
  section,
} from './kit';
import { jobLink } from './links';
import { count, number } from './words';

export interface IncidentArrayProps extends IncidentProps {
  parentId: string;
  /** Undefined while nothing was heard of the parent itself. */
  parent: Job | undefined;
  /** The children that failed, as far as is known, the commonest cause first. */
  causes: readonly FailedOf[];
  /** One of them, whole. */
  example: Job | undefined;
  lines: readonly LogLine[];
}

export function incidentArray(props: IncidentArrayProps): Message {
  const { parentId, parent, causes, example, lines, region } = props;
  const job = parent ?? example;
  const name = cutMiddle(job?.name || parentId, 128);
  const size = parent?.arraySize;
  const told = causes.reduce((sum, { indexes }) => sum + indexes.length, 0);
  const counted = parent?.children?.counts.FAILED ?? 0;
  const known = Math.max(told, counted);
  const of =
    size === undefined ? count(known, 'child', 'children') : `${number(known)} of ${count(size, 'child', 'children')}`;
  const isOver = parent !== undefined && isDone(parent);
  const over = isOver ? 'The array has ended.' : known === size ? 'None is left.' : 'The others go on.';
  const cause = example === undefined ? undefined : causeOf(example);
  const step = cause === undefined || cause.nextStep === LOG_TELLS ? '' : cause.nextStep;
  // What Batch counted before it knew of these failures would contradict them.
  const state =
    parent === undefined || counted >= told
      ? parent && childrenWords(parent)
      : `array of ${number(parent.arraySize ?? 0)}: ${number(told)} ✖`;
  const remedy = cause?.remedy?.verb === 'retry' ? cause.remedy : undefined;
  return {
    text: `Array ${name}: ${of} failed in ${job?.queue ?? 'its queue'}${causes[0] === undefined ? '' : `, mostly ${causes[0].cause}`}. ${over}`,
    blocks: [
      section(
        `${mark(props)} ${bold(name)}: ${of} failed\n${cause === undefined ? escaped(parent?.statusReason ?? '') : prose(`${cause.sentence} ${step}`)}`.trim(),
      ),
      ...(causes.length === 0 ? [] : [section(causeLines(causes).join('\n'))]),
      section(
        [
          dotted([job?.queue, job?.definition, state].filter((fact) => fact !== undefined).map(escaped)),
          over,
          ...(example === undefined ? [] : bothReasons(example)),
        ]
          .filter((line) => line !== '')
          .join('\n'),
      ),
      ...standingLines(props).map((line) => section(line)),
      ...logEnd(lines),
      context(dotted([incidentLine(props), `id ${code(parentId)}`])),
      actions(
        ...(example === undefined
          ? []
          : [
              button({
                label: example.arrayIndex === undefined ? 'Logs' : `Logs of child ${example.arrayIndex}`,
                command: `logs ${example.id}`,
                style: 'primary' as const,
              }),
            ]),
        button({ label: 'Job', command: `job ${parentId}` }),
        button({ label: 'Failed children', command: `search array:${parentId} status:failed` }),
        ...(example === undefined ? [] : [button({ label: 'Why', command: `why ${example.id}` })]),
        button({
          label: remedy === undefined ? 'Retry failed' : remedy.label.replace('Retry', 'Retry failed'),
          command: `retry ${parentId} failed ${remedy?.words ?? ''}`.trim(),
          says: 'Submit its failed children again, after a preview',
        }),
        ...(isOver
          ? []
          : [
              button({
                label: 'Cancel the rest…',
                command: `cancel ${parentId}`,
                says: 'Cancel the children that have not ended, after a preview',
              }),
            ]),
        ...incidentButtons(props),
        linkButton(
          'Open in AWS',
          jobLink({ id: parentId, ...(job?.arn === undefined ? {} : { arn: job.arn }) }, region),
        ),
      ),
    ],
  };
}
