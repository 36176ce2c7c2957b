/** Watches as their people see them: what was begun, stopped, or is there already, and the list. */
import type { EndedWatch, Watch } from '../history/records/watch';
import { endedOf, type Standing } from '../jobs/progress';
import { actions, bold, button, code, context, dotted, escaped, type Message, section } from './kit';
import { type Page, rangeOf, turning } from './pages';
import { ago } from './time';
import { whatOf } from './watch';
import { count, number } from './words';

/** A channel or a person, as Slack writes them. */
const mention = (to: string): string => (/^[UW]/.test(to) ? `<@${to}>` : `<#${to}>`);

const where = ({ to, by }: Pick<Watch, 'to' | 'by'>): string =>
  to === by.id ? 'in our direct messages' : `in ${mention(to)}`;

const unwatch = (id: string, label = 'Unwatch') =>
  button({ label, command: `unwatch ${id}`, replace: true, says: 'End this watch; the jobs go on' });
const list = button({ label: 'Watches', command: 'watches', replace: true, says: 'What is watched here and by you' });

/** @param notes what somebody should know of it, in sentences */
export function watchStarted(watch: Watch, notes: readonly string[]): Message {
  const one = watch.kind === 'job';
  const ends = one ? 'ends' : watch.kind === 'array' ? 'has ended with all its children' : 'have all ended';
  const shows = one ? '' : ' A message there shows how far they are.';
  const frozen = watch.search === undefined ? '' : ': those that are unfinished now';
  return {
    text: `I tell it once when ${whatOf(watch)} ${ends}.`,
    blocks: [
      section(`I tell it once ${where(watch)} when ${bold(whatOf(watch))} ${ends}${frozen}.${shows}`),
      context(dotted([`watch ${code(watch.id)}`, ...notes.map(escaped)])),
      actions(unwatch(watch.id), list),
    ],
  };
}

/** Somebody pressed twice, or asked again: there is one watch. */
export const watchKnown = (id: string, to: string, by: string): Message => ({
  text: 'You watch that there already.',
  blocks: [
    section(
      `You watch that already (${code(id)}): I tell it ${where({ to, by: { id: by, name: '' } })} when it ends. Jobs that were submitted since are not part of it: to begin anew, end it first.`,
    ),
    actions(unwatch(id), list),
  ],
});

export const watchStopped = (watch: EndedWatch): Message => ({
  text: `${whatOf(watch)} is no longer watched.`,
  blocks: [
    section(`${bold(whatOf(watch))} is no longer watched. The jobs go on.`),
    actions(
      ...(watch.ids?.length === 1
        ? [
            button({
              label: 'Watch again',
              command: `watch ${watch.ids[0]}${watch.to === watch.by.id ? ' me' : ''}`,
              replace: true,
            }),
          ]
        : []),
      list,
    ),
  ],
});

export interface WatchListProps {
  page: Page<{ watch: Watch; standing: Standing }>;
  /** Of everybody, not only those that concern the reader. */
  isAll: boolean;
  /** Watches of others elsewhere, for those who may see them. */
  others: number;
  /** How many the reader has, and may have. */
  own: number;
  most: number;
  /** A Slack user id. */
  reader: string;
  now: number;
  slash: string;
}

function rowOf({ watch, standing }: { watch: Watch; standing: Standing }, { reader, now }: WatchListProps) {
  const who = watch.by.id === reader ? 'you' : watch.by.name;
  const stands =
    watch.kind === 'job'
      ? undefined
      : `${number(endedOf(standing))} of ${number(watch.size)} ended${standing.failed > 0 ? `, ${number(standing.failed)} failed` : ''}`;
  const facts = [
    ...(stands === undefined ? [] : [stands]),
    `by ${escaped(who)} ${ago(watch.startedAt, now)}`,
    `told ${where(watch)}`,
    code(watch.id),
  ];
  return section(`${bold(whatOf(watch))}\n${dotted(facts)}`, unwatchOf(watch));
}

const unwatchOf = ({ id }: Watch) =>
  button({ label: 'Unwatch', command: `unwatch ${id}`, says: 'End this watch; the jobs go on' });

export function watchList(props: WatchListProps): Message {
  const { page, isAll, others, own, most, slash } = props;
  const whose = isAll ? 'of everybody' : 'here and by you';
  const asked = isAll ? 'watches all' : 'watches';
  const range = rangeOf(page);
  const notes = [
    ...(range === undefined ? [] : [range]),
    `you have ${number(own)} of ${most}`,
    ...(others > 0 && !isAll ? [`${count(others, 'more')} of others elsewhere: ${code(`${slash} watches all`)}`] : []),
  ];
  if (page.total === 0)
    return {
      text: 'Nothing is watched here.',
      blocks: [
        section(
          `*Nothing is watched ${isAll ? 'by anybody' : 'here or by you'}.* ${code(`${slash} watch <id>`)} tells you once when a job ends, ${code(`${slash} watch status:active user:me`)} when all of yours have.`,
        ),
        ...(others > 0 && !isAll ? [context(dotted(notes))] : []),
      ],
    };
  const turns = turning(asked, page);
  return {
    text: `${count(page.total, 'watch', 'watches')} ${whose}.`,
    blocks: [
      section(`*${count(page.total, 'watch', 'watches')}* ${whose}`),
      ...page.items.map((row) => rowOf(row, props)),
      context(dotted(notes)),
      ...(turns.length === 0 ? [] : [actions(...turns)]),
    ],
  };
}
