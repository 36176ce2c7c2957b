/** `/batch timeout`: how long jobs may take; the rules on it, what counts, and more time for one job. */
import * as z from 'zod';
import { UserError } from '../errors';
import { nearest } from '../jobs/nearest';
import { parseReference } from '../jobs/reference';
import { command } from './command';
import { requireRole } from './permission';
import { timeout as limit } from './retryArguments';
import { extend } from './timeouts/extend';
import { list } from './timeouts/list';
import { removeRule, setRule } from './timeouts/rules';
import { switchKinds } from './timeouts/switches';

const ACTS = ['list', 'set', 'remove', 'on', 'off', 'extend'] as const;
type Act = (typeof ACTS)[number];
const ALSO: Readonly<Record<string, Act>> = {
  '': 'list',
  show: 'list',
  add: 'set',
  change: 'set',
  delete: 'remove',
  unset: 'remove',
  enable: 'on',
  disable: 'off',
};

/** A rule is a text on a button, and a job's reason. */
const MOST_PATTERNS = 10;
const patterns = z
  .string()
  .min(1, 'give a name, * allowed')
  .max(300, 'it has 300 characters at most')
  .transform((text) =>
    text
      // How messages show a star, which comes back when somebody copies it.
      .replaceAll('∗', '*')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .refine((some) => some.length > 0, 'give a name, * allowed')
  .refine((some) => some.length <= MOST_PATTERNS, `it is ${MOST_PATTERNS} names at most`);

function actOf(word: string, slash: string): Act {
  const folded = word.toLowerCase();
  const act = ACTS.find((one) => one === folded) ?? (Object.hasOwn(ALSO, folded) ? ALSO[folded] : undefined);
  if (act !== undefined) return act;
  if (parseReference(word) !== undefined)
    throw new UserError(`What ends a job, and when, stands on its card.`, `job ${word}`);
  const meant = nearest(folded, ACTS);
  throw new UserError(
    `timeout knows no "${word}".${meant === undefined ? '' : ` Did you mean ${meant}?`} It goes: ${slash} timeout ${ACTS.join('|')} …`,
    'help timeout',
  );
}

export const timeout = command({
  name: 'timeout',
  summary:
    'Shows how long jobs may take; operators set rules that stop them, warned of before, and give a job more time.',
  group: 'acts',
  usage:
    '[set queue: def: name: user: total: running: | remove <n> | on|off native|environment|rules | extend <job> <2h>]',
  example: '',
  byRole: true,
  filters: {
    queue: { schema: patterns, meaning: 'of set: the queues of a rule, * allowed, several with commas' },
    def: { schema: patterns, meaning: 'of set: its job definitions, with or without :revision, * allowed' },
    name: { schema: patterns, meaning: 'of set: the names of its jobs, * allowed' },
    user: { schema: patterns, meaning: 'of set: who submitted them (tag submitter or user), or me' },
    total: { schema: limit, meaning: 'of set: how long from submission to the end: 6h, 1d12h' },
    running: { schema: limit, meaning: 'of set: how long an attempt may run, from the start of its container: 2h' },
    page: { schema: z.coerce.number().int().min(1), meaning: 'the page', hidden: true },
    sure: { schema: z.string().regex(/^[0-9A-Z]{5}$/), meaning: 'the operation that was confirmed', hidden: true },
    asked: { schema: z.coerce.number(), meaning: 'when the preview was shown', hidden: true },
  },
  async run(asking, room) {
    const act = actOf(
      asking.words[0] ?? (Object.keys(asking.filters).some((key) => key !== 'page') ? 'set' : ''),
      room.slash,
    );
    if (act === 'list') return await list(asking, room);
    // Each act asks for the role in its own queues; who has none at all is refused before anything is looked up.
    if (asking.person.role === 'viewer') requireRole(asking.person, 'operator');
    switch (act) {
      case 'set':
        return await setRule(asking, room);
      case 'remove':
        return await removeRule(asking, room);
      case 'on':
        return await switchKinds(true, asking, room);
      case 'off':
        return await switchKinds(false, asking, room);
      case 'extend':
        return await extend(asking, room);
    }
  },
});
