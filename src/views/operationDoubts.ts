/** What is told at the press in place of acting, where something is otherwise than it was shown, and how to go on. */
import type { JobRow } from '../jobs/job';
import { shortLine } from './jobLine';
import { actions, button, context, escaped, type Message, section } from './kit';
import { type ConfirmProps, confirmButton, confirmInputs, leaveButton } from './operationConfirm';
import { count, number, some } from './words';

/**
 * The search finds more by now than was shown.
 * @param flags of the press, each with a space before it
 */
export function operationGrown(props: ConfirmProps, more: readonly JobRow[], now: number, flags = ''): Message {
  const { operation, words } = props;
  const n = more.length;
  const text = `Nothing was ${words.did} yet: ${count(n, 'more job')} ${n === 1 ? 'matches' : 'match'} now than you were shown.`;
  return {
    text,
    blocks: [
      section(`${text} Look at all of them, or ${words.verb} only the ones that you were shown.`),
      context(
        [...more.slice(0, 5).map((job) => shortLine(job, now)), ...(n > 5 ? [`and ${count(n - 5, 'more')}`] : [])].join(
          '\n',
        ),
      ),
      ...confirmInputs(props),
      actions(
        button({
          label: 'Show a fresh preview',
          command: `${words.command} ${operation.words}`,
          replace: true,
          style: 'primary',
        }),
        leaveButton(props),
        confirmButton({ operation, words }, { more: ` --shown${flags}` }),
      ),
    ],
  };
}

/** How many of them are named where all are counted. */
const MOST_NAMED = 3;

/**
 * Others retried some of the jobs since they were shown.
 * @param by who, each with the operation
 * @param flags of the press, each with a space before it
 */
export function operationTaken(props: ConfirmProps, taken: number, by: readonly string[], flags = ''): Message {
  const { operation, words } = props;
  const left = operation.count - taken;
  const which =
    left === 0 ? (taken === 1 ? 'this job' : `all ${count(taken, 'job')}`) : `${number(taken)} of these jobs`;
  const text = `Nothing was ${words.did} yet: meanwhile ${which} ${taken === 1 ? 'was' : 'were'} retried by ${some(by, MOST_NAMED)}.`;
  return {
    text,
    blocks: [
      section(escaped(text)),
      ...confirmInputs(props),
      actions(
        leaveButton(props),
        ...(left === 0
          ? []
          : [
              button({
                label: left === 1 ? 'Only the other one…' : `Only the other ${number(left)}…`,
                command: `${words.command} --others ${operation.op}`,
                replace: true,
                style: 'primary',
              }),
            ]),
        confirmButton(props, {
          more: ` --anyway${flags}`,
          label: left === 0 ? 'Retry once more' : 'Retry all once more',
        }),
      ),
    ],
  };
}
