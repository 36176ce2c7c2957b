/** Reads what somebody wants done with roles: `give operator @ada queue:spot-*`, `make @oncall operator for spot-*`, `take @ada`. */
import { UserError } from '../errors';
import type { Role, Subject } from '../history/records/roles';
import { nearest } from '../jobs/nearest';

export interface RoleRequest {
  /** `list` where nothing is to change. */
  act: 'give' | 'take' | 'list';
  role?: Role;
  to: Subject[];
  /** Queues or patterns; empty when none was named. */
  queues: string[];
}

const MENTION = /^<(?:@|#|!subteam\^)([A-Z0-9]+)(?:\|@?([^>]*))?>$/;
/** Of a job queue: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html, and `*`. */
const QUEUES = /^[A-Za-z0-9_*-]{1,128}$/;

const ACTS: Readonly<Record<string, 'give' | 'take' | 'list'>> = {
  ...Object.fromEntries(['give', 'add', 'grant', 'make', 'set', 'allow'].map((word) => [word, 'give' as const])),
  ...Object.fromEntries(
    ['take', 'remove', 'revoke', 'withdraw', 'drop', 'delete'].map((word) => [word, 'take' as const]),
  ),
  ...Object.fromEntries(['list', 'show', 'of'].map((word) => [word, 'list' as const])),
};
const ROLE_WORDS: Readonly<Record<string, Role>> = {
  viewer: 'viewer',
  operator: 'operator',
  admin: 'admin',
  administrator: 'admin',
};
/** After these comes a queue, if it is neither a mention nor a role. */
const BEFORE_QUEUES = new Set(['for', 'on', 'of', 'queue', 'queues']);
const FILLERS = new Set(['to', 'from', 'as', 'the', 'a', 'an', 'role', 'roles', 'in', 'and', ...BEFORE_QUEUES]);

/** What kind of thing a Slack id names; undefined for no id. */
export function subjectOf(id: string): Subject | undefined {
  if (/^[UW][A-Z0-9]{2,}$/.test(id)) return { kind: 'user', id };
  if (/^S[A-Z0-9]{2,}$/.test(id)) return { kind: 'group', id };
  return /^[CG][A-Z0-9]{2,}$/.test(id) ? { kind: 'channel', id } : undefined;
}

function mentioned(word: string): Subject | undefined {
  const [, id, name] = MENTION.exec(word) ?? [];
  const subject = subjectOf(id ?? word);
  return subject === undefined || name === undefined || name === '' ? subject : { ...subject, name };
}

/**
 * @param here the asker and the channel where they ask, for `me` and `here`
 * @throws UserError for a word that makes no sense, or a mention that Slack did not make
 */
export function readRoleRequest(
  words: readonly string[],
  queues: readonly string[],
  here: { user: Subject; channel: Subject | undefined },
): RoleRequest {
  const request: RoleRequest = { act: 'list', to: [], queues: [...queues] };
  let isChange = false;
  let mayBeQueue = false;
  const take = (word: string): void => {
    const folded = word.toLowerCase();
    const to = folded === 'me' ? here.user : mentioned(word);
    if (to !== undefined) {
      request.to.push(to);
      mayBeQueue = false;
      return;
    }
    if (folded === 'here' || folded === 'channel') {
      if (here.channel === undefined)
        throw new UserError('A role can be given to a channel, not to a direct message.', 'help roles');
      request.to.push(here.channel);
      return;
    }
    const act = Object.hasOwn(ACTS, folded) ? ACTS[folded] : undefined;
    if (act !== undefined && !isChange && folded !== 'of') {
      request.act = act;
      isChange = act !== 'list';
      return;
    }
    const role = roleOf(folded);
    if (role !== undefined) {
      if (request.role !== undefined && request.role !== role)
        throw new UserError(`One role at a time, please: ${request.role} or ${role}?`, 'help roles');
      request.role = role;
      return;
    }
    if (FILLERS.has(folded)) {
      mayBeQueue ||= BEFORE_QUEUES.has(folded);
      return;
    }
    if (folded === 'this') return;
    if (folded === 'all' || folded === 'everything' || folded === 'everywhere') {
      request.queues.push('*');
      return;
    }
    const patterns = patternsOf(word);
    if (mayBeQueue && patterns.length > 0 && patterns.every((part) => QUEUES.test(part))) {
      request.queues.push(...patterns);
      return;
    }
    throw notUnderstood(word);
  };
  for (const word of words) take(word);
  for (const queue of request.queues) {
    if (!QUEUES.test(queue))
      throw new UserError(`"${queue}" can be no queue's name: those have letters, digits, - and _, and here also *.`);
  }
  request.queues = [...new Set(request.queues)];
  request.to = [...new Map(request.to.map((to) => [to.id, to])).values()];
  // `roles operator @ada` says what is wanted.
  if (!isChange && request.act === 'list' && request.role !== undefined && request.to.length > 0) request.act = 'give';
  return request;
}

/** `spot-*,gpu`; `∗` is how messages show a star, and comes back when somebody copies it. */
export const patternsOf = (typed: string): string[] =>
  typed
    .replaceAll('∗', '*')
    .split(',')
    .filter((part) => part !== '');

function roleOf(word: string): Role | undefined {
  const one = word.replace(/s$/, '');
  return Object.hasOwn(ROLE_WORDS, one) ? ROLE_WORDS[one] : undefined;
}

function notUnderstood(word: string): UserError {
  if (word.startsWith('@') || word.startsWith('#'))
    return new UserError(
      `Slack made no mention of "${word}": choose the name from the list that Slack offers as you type, or give its id (U…, S… or C…).`,
    );
  const meant = nearest(word.toLowerCase(), [...Object.keys(ROLE_WORDS), ...Object.keys(ACTS)]);
  return new UserError(
    `I don't understand "${word}" here.${meant === undefined ? '' : ` Did you mean ${meant}?`} It goes: roles give operator @name queue:spot-*`,
    'help roles',
  );
}
