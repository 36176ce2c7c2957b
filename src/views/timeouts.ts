/** The time limits that count: which kinds are on, our rules with what they are about, and what is stopped next. */
import type { KnownBlock } from '@slack/types';
import type { Extension, KeptRule, TimeoutSwitch } from '../history/records/timeoutRules';
import type { JobRow } from '../jobs/job';
import type { Timed } from '../jobs/timeoutCheck';
import { CONDITIONS, ruleText, type TimeoutRule } from '../jobs/timeoutRule';
import { TIMEOUT_KINDS, type TimeoutKind, type TimeoutPolicy } from '../jobs/timeouts';
import { nameOf } from './jobLine';
import { actions, bold, button, code, context, cutMiddle, dotted, escaped, type Message, section } from './kit';
import { type Page, rangeOf, turning } from './pages';
import { ago, moment } from './time';
import { limitWords, yieldWords } from './timeoutWords';
import { count, number } from './words';

export interface RuleRow {
  rule: KeptRule;
  reach: { fits: number; by: readonly { rule: TimeoutRule; jobs: number }[] };
  mayRemove: boolean;
}

export interface TimeoutListProps {
  rules: Page<RuleRow>;
  switches: readonly TimeoutSwitch[];
  isOn: TimeoutPolicy['isOn'];
  extensions: readonly (Extension & { job: JobRow | undefined })[];
  /** Live jobs that have a limit which batchbot sees to, others that have one once they run, and those that are over it. */
  limited: number;
  unstarted: number;
  over: number;
  next: Timed | undefined;
  variable: string;
  mayAct: boolean;
  now: number;
  slash: string;
}

const MOST_EXTENSIONS = 10;

function kindWords(kind: TimeoutKind, isOn: boolean, variable: string): string {
  switch (kind) {
    case 'native':
      return `Batch’s own timeout (attemptDurationSeconds), of each attempt from its start: Batch ends the attempt, ${isOn ? 'people are warned before' : 'nobody is warned of it'}`;
    case 'environment':
      return `the variable ${code(variable)}, seconds from submission: ${isOn ? 'batchbot stops the job' : 'nothing is stopped for it'}`;
    case 'rules':
      return `the rules below: ${isOn ? 'batchbot stops the job' : 'nothing is stopped for them'}`;
  }
}

function switchLine(kind: TimeoutKind, { isOn, switches, variable, now }: TimeoutListProps): string {
  const last = switches.find(({ of }) => of === kind);
  const by = last === undefined ? '' : `  ·  ${escaped(last.by.name)}, ${ago(last.at, now)}`;
  return `${isOn[kind] ? '✔' : '✖'} *${kind}* ${isOn[kind] ? 'on' : 'off'}: ${kindWords(kind, isOn[kind], variable)}${by}`;
}

function ruleBlock({ rule, reach, mayRemove }: RuleRow, now: number): KnownBlock {
  const isForAll = CONDITIONS.every((condition) => rule[condition] === undefined);
  const lines = [
    `*${rule.n}*  ${code(ruleText(rule))}${isForAll ? '  ·  all jobs' : ''}`,
    dotted([
      reach.fits === 0 ? 'no live job fits' : `fits ${count(reach.fits, 'live job')}`,
      ...reach.by.map((one) => yieldWords(rule, one.rule, one.jobs)),
      `${escaped(rule.by.name)}, ${ago(rule.at, now)}`,
    ]),
  ];
  return section(
    lines.join('\n'),
    mayRemove
      ? button({
          label: 'Remove…',
          command: `timeout remove ${rule.n}`,
          says: `Remove rule ${rule.n}`,
          style: 'danger',
          confirm: {
            title: `Remove rule ${rule.n}?`,
            text: 'Should another rule stop jobs then, it is asked for again.',
            confirm: 'Remove it',
            deny: 'Leave it',
          },
        })
      : undefined,
  );
}

function limitedWords({ limited, unstarted }: TimeoutListProps): string {
  if (limited > 0)
    return `${count(limited, 'live job')} ${limited === 1 ? 'has' : 'have'} a limit that batchbot sees to${unstarted === 0 ? '' : `, ${number(unstarted)} more once ${unstarted === 1 ? 'it runs' : 'they run'}`}.`;
  if (unstarted === 0) return 'No live job has a limit that batchbot sees to.';
  return `No limit counts yet: ${count(unstarted, 'live job')} will have one once ${unstarted === 1 ? 'it runs' : 'they run'}.`;
}

function nextLine(props: TimeoutListProps): string {
  const { over, next, variable } = props;
  const some = limitedWords(props);
  const now = over === 0 ? '' : ` ${count(over, 'job')} ${over === 1 ? 'is' : 'are'} over it now.`;
  return next === undefined
    ? `${some}${now}`
    : `${some}${now} Next: ${bold(cutMiddle(nameOf(next.row), 60))} ${moment(next.limit.at)} (${escaped(limitWords(next.limit, variable))}).`;
}

export function timeoutList(props: TimeoutListProps): Message {
  const { rules, extensions, mayAct, now, slash } = props;
  const range = rangeOf(rules);
  const turns = turning('timeout list', rules);
  const more = extensions.length - MOST_EXTENSIONS;
  return {
    text: `${count(rules.total, 'rule')} on how long jobs may take. ${props.over === 0 ? '' : `${count(props.over, 'job')} over its limit.`}`.trim(),
    blocks: [
      section(['*How long jobs may take*', ...TIMEOUT_KINDS.map((kind) => switchLine(kind, props))].join('\n')),
      section(nextLine(props)),
      ...(rules.total === 0 ? [section('There are no rules.')] : rules.items.map((row) => ruleBlock(row, now))),
      ...(extensions.length === 0
        ? []
        : [
            section(
              [
                '*Given more time*',
                ...extensions
                  .slice(0, MOST_EXTENSIONS)
                  .map(
                    ({ id, until, by, job }) =>
                      `• ${bold(cutMiddle(job === undefined ? id : nameOf(job), 60))}  ·  ${code(id)}  ·  no rule stops it before ${moment(until)}  ·  ${escaped(by.name)}`,
                  ),
                ...(more > 0 ? [`… and ${count(more, 'other')}`] : []),
              ].join('\n'),
            ),
          ]),
      context(
        dotted([
          ...(range === undefined ? [] : [range]),
          'of several rules that fit a job the most specific counts',
          mayAct
            ? `to set one: ${code(`${slash} timeout set queue:spot-* total:6h running:2h`)}`
            : 'operators set rules',
        ]),
      ),
      ...(turns.length === 0 ? [] : [actions(...turns)]),
    ],
  };
}
