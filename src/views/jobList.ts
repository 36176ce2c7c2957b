/** The answer to a search: what was found, ten at a time, and where to go from here. */
import type { JobRow } from '../jobs/job';
import { type Cursor, encodeCursor, type SearchResult } from '../jobs/match';
import type { Query } from '../jobs/query';
import { describeQuery, formatQuery } from '../jobs/queryText';
import { type StatusMeant, statusMeant } from '../jobs/statusMeant';
import { jobLine } from './jobLine';
import { actions, button, context, cut, escaped, type Message, section } from './kit';
import { moment } from './time';
import { count, goesBack, number } from './words';

export const JOBS_PER_PAGE = 10;

export interface JobListProps {
  query: Query;
  result: SearchResult;
  now: number;
  region: string;
  slash: string;
  /** Somebody showed it to the whole channel. */
  sharedBy?: string | undefined;
  mayAct: boolean;
  /** So many days after its end a job is removed; undefined when all are kept. */
  keptDays?: number | undefined;
  /** Which page this is, so that the same one is shared. */
  page: { after?: Cursor | undefined; before?: Cursor | undefined };
}

/** A title that is read at a glance. */
const MOST_TITLE = 300;

const isActive = (job: JobRow): boolean => job.status !== 'SUCCEEDED' && job.status !== 'FAILED';

const paged = (query: Query, key: 'after' | 'before', cursor: Cursor): string =>
  `search ${formatQuery(query)} ${key}:${encodeCursor(cursor)}`.replace(/ +/g, ' ');

const lookOn = ({ sort }: Query): string => (sort === 'oldest' ? 'Look further on' : 'Look further back');

/** Where a search that may not take longer stopped. */
function howFar({ sort }: Query, { total, lookedUntil }: SearchResult): string {
  if (lookedUntil !== undefined)
    return `I looked through jobs ${sort === 'oldest' ? 'up' : 'back'} to ${moment(lookedUntil)} to answer in time`;
  const only = sort === 'name' || sort === 'duration' ? `, and sorted these by ${sort}` : '';
  return `I stopped counting at ${number(total)} to answer in time${only}`;
}

export function jobList({ query, result, now, region, sharedBy, mayAct, keptDays, page }: JobListProps): Message {
  const { rows, total, from } = result;
  const all = `${number(total)}${result.isAtLeast ? '+' : ''}`;
  const what = describeQuery(query);
  const cutShort =
    result.isAtLeast === true ? `${howFar(query, result)}; since:, queue: or status: narrow it down` : '';
  const shown =
    rows.length === 0 || from === undefined ? '' : `${number(from)}-${number(from + rows.length - 1)} of ${all}`;
  const summary = `${all} ${total === 1 && !result.isAtLeast ? what.replace(/\bjobs\b/, 'job').replace('that match ', 'that matches ') : what}`;
  const order =
    query.sort === undefined || query.sort === 'newest'
      ? 'newest first'
      : query.sort === 'oldest'
        ? 'oldest first'
        : `by ${query.sort}`;
  const search = `search ${formatQuery(query)}`.trim();
  const shared =
    page.after !== undefined
      ? paged(query, 'after', page.after)
      : page.before !== undefined
        ? paged(query, 'before', page.before)
        : search;
  const meant = statusMeant(query);
  const elements = [
    ...(result.previous === undefined
      ? []
      : [button({ label: 'Previous', command: paged(query, 'before', result.previous), replace: true })]),
    ...(result.next === undefined
      ? []
      : [
          button({
            label: result.lookedUntil === undefined ? 'Next' : lookOn(query),
            command: paged(query, 'after', result.next),
            replace: true,
            style: 'primary' as const,
          }),
        ]),
    ...(meant === undefined ? [] : [meantButton(meant)]),
    button({ label: 'Narrow…', command: search, form: true }),
    // To `cancel`, reason: is why somebody cancels.
    ...(mayAct && query.reasons === undefined && rows.some(isActive)
      ? [
          button({
            label: 'Cancel running…',
            command: `cancel ${formatQuery(query)}`.trim(),
            says: `Cancel the ones that have not ended, after a preview`,
          }),
        ]
      : []),
    ...(sharedBy === undefined
      ? [button({ label: 'Share', command: `${shared} --share`, says: 'Show this list to the whole channel' })]
      : []),
  ];
  return {
    text: `${summary}, ${order}.`,
    blocks: [
      section(`*${escaped(cut(summary, MOST_TITLE))}*  ·  ${order}`),
      ...rows.map((row) => jobLine(row, now, region)),
      ...(meant === undefined ? [] : [context(meantTold(meant))]),
      context(
        ...[shown, cutShort, goesBack(keptDays), sharedBy === undefined ? '' : `shared by <@${sharedBy}>`].filter(
          (text) => text !== '',
        ),
      ),
      ...(sharedBy === undefined ? [actions(...elements)] : []),
    ],
  };
}

const meantTold = ({ word, status }: StatusMeant): string =>
  `“${escaped(word)}” is looked for in names, reasons and tags; status:${status} finds the jobs in that state.`;

const meantButton = ({ status, query }: StatusMeant) =>
  button({
    label: `Search status:${status}`,
    command: `search ${formatQuery(query)}`,
    replace: true,
  });

/** Nothing was found as far as a search may look at once. */
export function noneYet({ query, result }: Pick<JobListProps, 'query' | 'result'>): Message {
  const what = describeQuery(query);
  const { lookedUntil, next } = result;
  const until =
    lookedUntil === undefined ? '' : ` ${query.sort === 'oldest' ? 'up' : 'back'} to ${moment(lookedUntil)}`;
  const { sort: _, ...newest } = query;
  const [onward, goesOn] =
    lookedUntil === undefined || next === undefined
      ? [
          button({ label: 'Newest first', command: `search ${formatQuery(newest)}`.trim(), replace: true }),
          'sort them by time',
        ]
      : [
          button({ label: lookOn(query), command: paged(query, 'after', next), replace: true, style: 'primary' }),
          lookOn(query).toLowerCase(),
        ];
  return {
    text: `No ${what} yet.`,
    blocks: [
      section(
        `*${escaped(cut(`No ${what} yet.`, MOST_TITLE))}*\nI looked through jobs${until} and found none yet: narrow it down with since:, queue: or status:, or ${goesOn}.`,
      ),
      actions(onward, button({ label: 'Narrow…', command: `search ${formatQuery(query)}`.trim(), form: true })),
    ],
  };
}

export interface NoJobsProps {
  query: Query;
  /** Words of the history that are spelt nearly like one that was searched. */
  nearest: { word: string; instead: string } | undefined;
  /** Leaving this filter out finds so many. */
  without: { filter: string; query: Query; total: number } | undefined;
  known: number;
  keptDays?: number | undefined;
  slash: string;
}

export function noJobs({ query, nearest, without, known, keptDays, slash }: NoJobsProps): Message {
  const what = describeQuery(query);
  const text = `No ${what}.`;
  const hints: string[] = [];
  const elements = [];
  const meant = statusMeant(query);
  if (meant !== undefined) {
    hints.push(meantTold(meant));
    elements.push(meantButton(meant));
  } else if (nearest !== undefined) {
    const words = query.words.map((word) => (word === nearest.word ? nearest.instead : word));
    const command = `search ${formatQuery({ ...query, words })}`;
    hints.push(`Did you mean “${escaped(nearest.instead)}”?`);
    elements.push(button({ label: `Search ${nearest.instead}`, command, replace: true, style: 'primary' }));
  }
  if (without !== undefined) {
    hints.push(
      `Without ${escaped(without.filter)} there ${without.total === 1 ? 'is' : 'are'} ${count(without.total, 'job')}.`,
    );
    elements.push(
      button({
        label: `Drop ${without.filter}`,
        command: `search ${formatQuery(without.query)}`.trim(),
        replace: true,
      }),
    );
  }
  const kept = goesBack(keptDays);
  if (kept !== '') hints.push(`My ${kept}.`);
  if (elements.length === 0)
    hints.push(
      known === 0
        ? 'No job is known yet: the first sweep of Batch is still to come.'
        : `I looked through all ${count(known, 'job')} that I know. ${slash} help search shows the filters.`,
    );
  return {
    text: `${text} ${hints.join(' ')}`,
    blocks: [
      section(`*${escaped(cut(text, MOST_TITLE))}*\n${hints.join(' ')}`),
      ...(elements.length === 0
        ? []
        : [
            actions(
              ...elements,
              button({ label: 'Narrow…', command: `search ${formatQuery(query)}`.trim(), form: true }),
            ),
          ]),
    ],
  };
}
