/** `/batch alerts`: what arrives where and why, and all that changes it; each word after it is a file beside this one. */
import * as z from 'zod';
import { UserError } from '../../errors';
import { nearest } from '../../jobs/nearest';
import { splitWords } from '../../jobs/words';
import { command } from '../command';
import { close } from './close';
import { digest } from './digest';
import { dryRun } from './dryRun';
import { FILTERS } from './filters';
import { held } from './held';
import { help } from './help';
import { isListed, list } from './list';
import { mute } from './mute';
import { route } from './route';
import { set } from './set';
import { show } from './show';
import { off, on } from './switches';
import { take } from './take';
import { unmute } from './unmute';
import { unroute } from './unroute';
import type { AlertsVerb } from './verb';

/** In the order of the help; the first is what bare `alerts` does. */
export const alertsVerbs: readonly AlertsVerb[] = [
  list,
  show,
  take,
  close,
  route,
  unroute,
  dryRun,
  mute,
  unmute,
  held,
  on,
  off,
  set,
  digest,
  help(() => alertsVerbs),
];

const called = (word: string) => {
  const folded = word.toLowerCase();
  return alertsVerbs.find(({ name, also = [] }) => name === folded || also.includes(folded));
};

export const alerts = command({
  name: 'alerts',
  summary: 'Shows what is told in this channel and why; operators route, switch and mute it.',
  group: 'tells',
  usage: '[route|unroute|mute|unmute|on|off|set|digest|dry-run] …',
  example: '',
  byRole: true,
  filters: {
    ...Object.fromEntries(
      Object.entries(FILTERS).map(([name, meaning]) => [name, { schema: z.string(), meaning }] as const),
    ),
    page: { schema: z.coerce.number().int().min(1), meaning: 'which page', hidden: true },
    scope: { schema: z.string(), meaning: 'how much of an incident', hidden: true },
    sure: { schema: z.string(), meaning: 'it was confirmed', hidden: true },
    asked: { schema: z.coerce.number(), meaning: 'when it was asked, ms', hidden: true },
  },
  async run({ query: _, ...asking }, room) {
    const [first = ''] = asking.words;
    const isBare = first === '' || isListed(first);
    const verb = isBare ? list : called(first);
    if (verb === undefined) {
      const names = alertsVerbs.map(({ name }) => name);
      const meant = nearest(first, names);
      throw new UserError(
        `alerts knows no "${first}".${meant === undefined ? '' : ` Did you mean ${meant}?`} It goes: ${room.slash} alerts ${names.join('|')} …`,
        'alerts help',
      );
    }
    const keys = new Set(Object.keys(FILTERS).concat('page', 'scope', 'sure', 'asked'));
    const tokens = splitWords(asking.text, keys);
    const at = isBare ? -1 : tokens.findIndex((token) => token.kind === 'word');
    return await verb.run(
      {
        ...asking,
        filters: { ...asking.filters },
        words: isBare ? asking.words : asking.words.slice(1),
        text: isBare ? asking.text : asking.text.replace(first, '').trim(),
        tokens: at < 0 ? tokens : tokens.filter((_token, index) => index !== at),
      },
      room,
    );
  },
});
