/** A watch: the message that moves while its jobs go on, the one that tells their end, and what who asked is answered. */
import type { EndedWatch, Watch } from '../history/records/watch';
import { causeOf } from '../jobs/causes';
import type { Job } from '../jobs/job';
import { firstWaitMs, runMs } from '../jobs/lifecycle';
import { endedOf, leftMs, type Standing } from '../jobs/progress';
import { actions, bold, button, context, cut, dotted, escaped, type Message, section } from './kit';
import { type Share, shareBar } from './shareBar';
import { sign } from './status';
import { duration, moment } from './time';
import { count, number } from './words';

const MOST_CAUSES = 8;
const MOST_NAMED = 200;

/** `214 jobs that match "align"`, `align-3`, `array sweep of 10,000`. */
export function whatOf({ kind, named, size }: Pick<Watch, 'kind' | 'named' | 'size'>): string {
  const short = cut(named, MOST_NAMED);
  if (kind === 'job') return short;
  return kind === 'array' ? `array ${short} of ${number(size)}` : `${number(size)} ${short}`;
}

const sharesOf = ({ succeeded, failed, lost, running, waiting }: Standing): Share[] => [
  { jobs: succeeded, cell: '█', words: '✔ succeeded' },
  { jobs: failed, cell: '✖', words: '✖ failed' },
  { jobs: lost, cell: '?', words: '? lost' },
  { jobs: running, cell: '▒', words: '▶ running' },
  { jobs: waiting, cell: '░', words: 'waiting' },
];

const bar = (standing: Standing): string => shareBar(sharesOf(standing), standing.size) ?? '';

const countWords = (standing: Standing): string =>
  dotted(
    sharesOf(standing)
      .filter(({ jobs }) => jobs > 0)
      .map(({ jobs, words }) => `${number(jobs)} ${words}`),
  );

/** `out of memory ×12`, a line a cause, the commonest first. */
function causeLines({ causes }: Standing): string[] {
  const all = Object.entries(causes).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const rest = all.slice(MOST_CAUSES).reduce((sum, [, n]) => sum + n, 0);
  return [
    ...all.slice(0, MOST_CAUSES).map(([headline, n]) => `${escaped(headline)} ×${number(n)}`),
    ...(rest === 0 ? [] : [`${count(all.length - MOST_CAUSES, 'other cause')} ×${number(rest)}`]),
  ];
}

const jobsButton = ({ kind, ids, search }: Watch | EndedWatch) => {
  const [id = ''] = ids ?? [];
  if (kind === 'array') return [button({ label: 'Array', command: `job ${id}` })];
  return search === undefined ? [] : [button({ label: 'Jobs', command: search, says: 'Search for these jobs' })];
};

const unwatchButton = (id: string) =>
  button({ label: 'Unwatch', command: `unwatch ${id}`, says: 'End this watch; the jobs go on' });

/** While it goes on: nothing in it changes by itself, so that it is edited only when there is news. */
export function watchProgress(watch: Watch, standing: Standing): Message {
  const ended = endedOf(standing);
  const left = leftMs(watch.began, standing);
  const done = `${number(ended)} of ${number(watch.size)} ended`;
  return {
    text: `${watch.by.name} watches ${whatOf(watch)}: ${done}, ${number(standing.failed)} failed.`,
    blocks: [
      section([`*${escaped(whatOf(watch))}*: ${done}`, bar(standing)].join('\n')),
      context(
        dotted([
          ...(left === undefined ? [] : [`about ${duration(left)} left at this pace`]),
          `as of ${moment(standing.at)}`,
          `watched by ${escaped(watch.by.name)}`,
        ]),
      ),
      actions(...jobsButton(watch), unwatchButton(watch.id)),
    ],
  };
}

const HOW_WORDS = {
  over: 'all have ended',
  stopped: 'no longer watched',
  'given up': 'watched for 30 days, and given up',
} as const;

/** The message that moved, at its end. */
export function watchOver(watch: EndedWatch): Message {
  const { standing, how, by, at } = watch.ended;
  const who = how === 'stopped' && by !== undefined ? ` (${by.name})` : '';
  const words = `${HOW_WORDS[how]}${who}`;
  return {
    text: `${whatOf(watch)}: ${words}.`,
    blocks: [
      section([`*${escaped(whatOf(watch))}*: ${escaped(words)}`, bar(standing)].join('\n')),
      context(dotted([`as of ${moment(at)}`, `watched by ${escaped(watch.by.name)}`])),
      ...(jobsButton(watch).length === 0 ? [] : [actions(...jobsButton(watch))]),
    ],
  };
}

/** The end of one job. */
export function watchedJobEnded(watch: EndedWatch, job: Job): Message {
  const failed = job.status === 'FAILED';
  const cause = failed ? causeOf(job) : undefined;
  const waited = firstWaitMs(job);
  const ran = runMs(job, watch.ended.at);
  const facts = [
    ...(job.queue === undefined ? [] : [escaped(job.queue)]),
    ...(waited === undefined ? [] : [`waited ${duration(waited)}`]),
    ...(ran === undefined ? [] : [`ran ${duration(ran)}`]),
  ];
  const name = cut(watch.named, MOST_NAMED);
  const word = failed ? 'failed' : 'succeeded';
  return {
    text: `${name} ${word}${cause === undefined ? '' : `: ${cause.headline}`}.`,
    blocks: [
      section(
        [
          `${sign(job)} <@${watch.by.id}> ${bold(name)} ${word}${cause === undefined ? '' : `: ${escaped(cause.headline)}`}`,
          ...(cause === undefined ? [] : [escaped(cause.sentence)]),
          dotted(facts),
        ]
          .filter((line) => line !== '')
          .join('\n'),
      ),
      actions(
        button({ label: 'Job', command: `job ${job.id}` }),
        button({ label: 'Logs', command: `logs ${job.id}` }),
        ...(failed ? [button({ label: 'Why', command: `why ${job.id}` })] : []),
      ),
    ],
  };
}

/** The end of one that Batch lost, or that is watched no more. */
export function watchedJobLost(watch: EndedWatch): Message {
  const [id = ''] = watch.ids ?? [];
  const why =
    watch.ended.how === 'given up'
      ? 'has not ended in 30 days; I no longer watch it.'
      : 'has vanished from Batch before it was seen to end: it may have been deleted with its queue.';
  return {
    text: `${watch.named} ${why}`,
    blocks: [
      section(`? <@${watch.by.id}> ${bold(cut(watch.named, MOST_NAMED))} ${why}`),
      actions(button({ label: 'Job', command: `job ${id}` })),
    ],
  };
}

function runWords({ runs }: Standing): string[] {
  if (runs === undefined) return [];
  const { halfSeconds, longestSeconds } = runs;
  return [`half of them ran ${duration(halfSeconds * 1_000)} at most, the longest ${duration(longestSeconds * 1_000)}`];
}

/** The end of an array or of several jobs, told once, to who asked. */
export function watchEnded(watch: EndedWatch): Message {
  const { standing, how, at } = watch.ended;
  const [id = ''] = watch.ids ?? [];
  const gaveUp = how === 'given up';
  const told = gaveUp ? 'I watched for 30 days and no longer do' : 'all have ended';
  const took = `${duration(at - watch.startedAt)} after you asked`;
  const found = watch.kind === 'array' ? `search array:${id}` : watch.search;
  const failedSearch = found === undefined ? undefined : `${found} status:failed`;
  return {
    text: `${whatOf(watch)}: ${told}. ${number(standing.succeeded)} succeeded, ${number(standing.failed)} failed.`,
    blocks: [
      section(
        [
          `${standing.failed > 0 || gaveUp ? '✖' : '✔'} <@${watch.by.id}> ${bold(whatOf(watch))}: ${told}`,
          dotted([countWords(standing), took]),
          ...runWords(standing),
        ].join('\n'),
      ),
      ...(standing.failed === 0 ? [] : [section(`*Why they failed*\n${causeLines(standing).join('\n')}`)]),
      actions(
        ...jobsButton(watch),
        ...(standing.failed === 0 || failedSearch === undefined
          ? []
          : [button({ label: 'Failed ones', command: failedSearch })]),
        ...(standing.failed === 0 || watch.kind !== 'array'
          ? []
          : [
              button({
                label: 'Retry failed',
                command: `retry ${id} failed`,
                says: 'Submit its failed children again, after a preview',
              }),
            ]),
        ...(standing.runs === undefined || watch.kind !== 'jobs'
          ? []
          : [button({ label: 'Longest', command: `job ${standing.runs.longest}`, says: 'The job that ran longest' })]),
      ),
    ],
  };
}
