/** `/batch envs [name]`: whether compute environments can start jobs, on what, and for which queues. */
import { environmentHealth } from '../jobs/capacity';
import { globMatcher } from '../jobs/glob';
import { type EnvironmentRow, environmentCard, environments, isFull, kindWord } from '../views/envs';
import { pageOf } from '../views/pages';
import { command } from './command';
import { environmentRows } from './environmentRows';
import { askedOf, fitsWords, globs, isSaidToBe, nothingFits, oneOf, page } from './narrow';

const STATES = ['enabled', 'disabled', 'valid', 'invalid', 'unhealthy', 'full', 'idle', 'unused'] as const;
const TYPES = ['spot', 'ec2', 'fargate', 'eks', 'unmanaged'] as const;

function isIn(row: EnvironmentRow, state: (typeof STATES)[number]): boolean {
  switch (state) {
    case 'enabled':
    case 'disabled':
    case 'valid':
    case 'invalid':
      return isSaidToBe(row, state);
    case 'unhealthy':
      return environmentHealth(row).kind !== 'well';
    case 'full':
      return isFull(row);
    case 'idle':
      return (row.desiredvCpus ?? 0) === 0;
    case 'unused':
      return row.queues.length === 0;
  }
}

function isOf(row: EnvironmentRow, type: (typeof TYPES)[number]): boolean {
  switch (type) {
    case 'spot':
      return row.type === 'SPOT' || row.type === 'FARGATE_SPOT';
    case 'ec2':
      return row.type === 'EC2' || row.type === 'SPOT';
    case 'fargate':
      return row.type?.startsWith('FARGATE') ?? false;
    case 'eks':
      return row.eks !== undefined;
    case 'unmanaged':
      return !row.isManaged;
  }
}

const illness = (row: EnvironmentRow): number =>
  ({ ill: 0, changing: 1, off: 2, well: 3 })[environmentHealth(row).kind];
const fullness = ({ desiredvCpus = 0, maxvCpus = 0 }: EnvironmentRow): number =>
  maxvCpus === 0 ? 0 : desiredvCpus / maxvCpus;

export const envs = command({
  name: 'envs',
  summary: 'Shows compute environments: healthy or not and why, instance types, vCPUs, and which queues use them.',
  group: 'asks',
  usage: '[name] [state:] [type:] [queue:]',
  example: '',
  filters: {
    state: { schema: oneOf(STATES), meaning: STATES.join(', ') },
    type: { schema: oneOf(TYPES), meaning: TYPES.join(', ') },
    queue: { schema: globs, meaning: 'those that this queue uses, * allowed' },
    page,
  },
  flags: ['share'],
  async run({ words, filters, flags, text, person }, room) {
    const rows = await environmentRows(room);
    const { state, type, queue } = filters;
    const isQueue = queue === undefined ? undefined : globMatcher(queue);
    const chosen = rows
      .filter((row) => fitsWords(words, [row.name, kindWord(row), ...row.instanceTypes]))
      .filter((row) => state === undefined || isIn(row, state))
      .filter((row) => type === undefined || isOf(row, type))
      .filter((row) => isQueue === undefined || row.queues.some(({ name }) => isQueue(name)))
      .sort((a, b) => illness(a) - illness(b) || fullness(b) - fullness(a));
    if (chosen.length === 0) {
      const isFiltered = state !== undefined || type !== undefined || queue !== undefined;
      const names = rows.map(({ name }) => name);
      throw nothingFits({
        what: 'compute environments',
        words,
        isFiltered,
        total: rows.length,
        names,
        command: 'envs',
      });
    }
    const isShared = flags.has('share');
    const shown = {
      asked: askedOf('envs', text),
      sharedBy: isShared ? person.id : undefined,
      region: room.region,
    };
    const named = chosen.find(({ name }) => words.length === 1 && name.toLowerCase() === words[0]?.toLowerCase());
    const one = named ?? (words.length + (queue?.length ?? 0) > 0 && chosen.length === 1 ? chosen[0] : undefined);
    const message =
      one === undefined
        ? environments({ ...shown, page: pageOf(chosen, filters.page), all: chosen })
        : environmentCard({ ...shown, row: one });
    return { message, public: isShared };
  },
});
