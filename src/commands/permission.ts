/** Who may: roles from the configuration and from admins, deny by default, and whom to ask. */
import { UserError } from '../errors';
import { type Grant, type GrantKey, ROLES, type Role, type Subject } from '../history/roles';
import { globMatcher } from '../jobs/glob';
import { slackErrorCode } from '../slack/deliver';
import type { SlackPeople } from '../slack/people';
import { some } from '../views/words';
import type { Person } from './command';

const rank = (role: Role): number => ROLES.indexOf(role);
const isAtLeast = (role: Role, needed: Role): boolean => rank(role) >= rank(needed);

/** A role that somebody holds here and now, and for which queues. */
export type Held = Pick<Grant, 'role' | 'queues'>;

/** What an act is on. */
export interface Scope {
  /** The queues of all its jobs, `undefined` for a job whose queue nobody knows; without it, the act is on all queues. */
  queues?: Iterable<string | undefined>;
  /** The operation that it belongs to, for the audit. */
  op?: string;
}

/** A role that is missing: told to the person, with whom to ask, and kept in the audit (`run.ts` does both). */
export class Refusal extends UserError {
  override name = 'Refusal';
  constructor(
    message: string,
    /** For the audit: `needs the operator role for prod`. */
    readonly why: string,
    /** What is missing; undefined for somebody to whom no role is given. */
    readonly needed?: Role,
    readonly op?: string,
  ) {
    super(message);
  }
}

const coversAll = (queues: string): boolean => /^\*+$/.test(queues);

/** The queues of the scope for which the person has not the role; `*` stands for all, and for one that nobody knows. */
export function lacking(held: readonly Held[], role: Role, { queues }: Scope): string[] {
  const enough = held.filter((one) => isAtLeast(one.role, role)).map((one) => one.queues);
  if (enough.some(coversAll)) return [];
  if (queues === undefined) return ['*'];
  const covers = globMatcher(enough);
  const left = [...queues].filter((queue) => queue === undefined || !covers(queue)).map((queue) => queue ?? '*');
  return [...new Set(left)].sort();
}

/** Whether the person has this role for all queues of the act. */
export const may = (person: Person, role: Role, scope: Scope = {}): boolean =>
  lacking(person.held, role, scope).length === 0;

const withArticle = (role: Role): string => `${role === 'viewer' ? 'a' : 'an'} ${role}`;
const MOST_NAMED = 5;

/** The role that somebody has at all, and for which queues: `an operator for spot-* only`. */
function standing({ role, held }: Person): string {
  const own = held.filter((one) => one.role === role).map((one) => one.queues);
  if (role === 'viewer' || own.length === 0 || own.some(coversAll)) return `${withArticle(role)} here`;
  return `${withArticle(role)} for ${some([...new Set(own)].sort(), MOST_NAMED)} only`;
}

function forQueues(left: readonly string[], { queues }: Scope): string {
  if (queues === undefined) return ' for all queues';
  const named = left.filter((queue) => queue !== '*');
  if (named.length === 0) return ' for all queues, since Batch does not tell the queue of some of these jobs';
  return ` for ${some(named, MOST_NAMED)}`;
}

/**
 * The check before every act, again at every press, for the presser.
 * @throws Refusal with the role that is missing, and for which queues
 */
export function requireRole(person: Person, role: Role, scope: Scope = {}): void {
  const left = lacking(person.held, role, scope);
  if (left.length === 0) return;
  if (person.stranger) {
    throw new Refusal(
      'You belong to another workspace, whose people may look here at most.',
      'of another workspace',
      undefined,
      scope.op,
    );
  }
  const where = isAtLeast(person.role, role) ? forQueues(left, scope) : '';
  throw new Refusal(
    [`You are ${standing(person)}; this needs the ${role} role${where}.`, ...(person.unsure ?? [])].join(' '),
    [`needs the ${role} role${where}`, ...(person.unsure ?? [])].join('. '),
    role,
    scope.op,
  );
}

/** What comes after a refusal: whom to ask, whose mentions follow. */
export function whomToAsk(refusal: Refusal, admins: readonly string[]): UserError {
  if (refusal.needed === undefined) return refusal;
  const ask =
    admins.length === 0
      ? 'Nobody is an admin yet: whoever runs batchbot sets ADMINS and OPERATORS in its configuration.'
      : refusal.needed === 'operator'
        ? 'To be added to the operators, ask'
        : 'To be given it, ask';
  return new UserError(`${refusal.message} ${ask}`, undefined, admins.slice(0, MOST_NAMED));
}

/** Somebody as a request names them. */
export interface Asker {
  id: string;
  name: string;
  /** The workspace that they belong to, if Slack told. */
  team?: string | undefined;
}

export interface RolesOptions {
  /** As in ADMINS and OPERATORS: `U012AB3CD`, `S0ONCALL1`, `C0OPS1234:spot-*`. */
  admins: readonly string[];
  operators: readonly string[];
  /** Channels in which people of other workspaces may look. */
  sharedChannels: readonly string[];
  /** Further workspaces whose people are no strangers. */
  workspaces: readonly string[];
  grants: () => Promise<readonly Grant[]>;
  people: SlackPeople;
}

/** What kind of thing a Slack id names; undefined for no id. */
export function subjectOf(id: string): Subject | undefined {
  if (/^[UW][A-Z0-9]{2,}$/.test(id)) return { kind: 'user', id };
  if (/^S[A-Z0-9]{2,}$/.test(id)) return { kind: 'group', id };
  return /^[CG][A-Z0-9]{2,}$/.test(id) ? { kind: 'channel', id } : undefined;
}

/** `U012AB3CD` or `U012AB3CD:spot-*` of a setting; the settings are checked before (`config.ts`). */
function configured(role: Role, entry: string): GrantKey[] {
  const [id = '', ...queues] = entry.split(':');
  const to = subjectOf(id);
  return to === undefined ? [] : [{ to, role, queues: queues.join(':') || '*' }];
}

/** How long Slack may take to tell who is who, before that counts as no answer. */
const MOST_ASKING_MS = 5_000;

/** Looks up who somebody is here: what the configuration, the admins and Slack say at this moment. */
export function openRoles({ admins, operators, sharedChannels, workspaces, grants, people }: RolesOptions) {
  const fromConfig: readonly GrantKey[] = [
    ...admins.flatMap((entry) => configured('admin', entry)),
    ...operators.flatMap((entry) => configured('operator', entry)),
  ];
  const best = (held: readonly Held[]): Role =>
    held.reduce<Role>((most, { role }) => (isAtLeast(role, most) ? role : most), 'viewer');

  async function belongs(
    team: string | undefined,
    remainingMs: () => number,
  ): Promise<'here' | 'elsewhere' | 'unknown'> {
    if (team === undefined) return 'unknown';
    if (workspaces.includes(team)) return 'here';
    return team === (await people.team(remainingMs)) ? 'here' : 'elsewhere';
  }

  /** Whether a group has the person in it; a sentence when Slack does not tell. */
  async function isIn(group: string, user: string, remainingMs: () => number): Promise<boolean | string> {
    try {
      return (await people.groupMembers(group, remainingMs)).has(user);
    } catch (error) {
      const code = slackErrorCode(error);
      // A group that was deleted has nobody in it.
      if (code === 'no_such_subteam') return false;
      const why = code === 'missing_scope' ? ': the Slack app lacks the scope usergroups:read' : '';
      return `Slack does not tell me who is in user group ${group}${why}, so what was given to it does not count now.`;
    }
  }

  return {
    /** What the configuration gives, which no command can take. */
    configured: fromConfig,

    /** Users with the admin role for all queues, to be asked for a role; those of the configuration first. */
    async admins(): Promise<string[]> {
      const all = [...fromConfig, ...(await grants())];
      const users = all.filter(({ to, role, queues }) => to.kind === 'user' && role === 'admin' && coversAll(queues));
      return [...new Set(users.map(({ to }) => to.id))];
    },

    /**
     * Somebody who asks, with what they may do here and now. A person of another workspace holds no role.
     * @param channel where they ask; undefined in the App Home
     * @param fully also what admins gave and what comes through user groups; without it, as far as the configuration
     *   tells without asking Slack, which is enough for looking
     * @throws Refusal for people of other workspaces where they may not even look
     * @throws SlackUnavailableError when Slack does not tell which workspace is the bot's own, which brings the request again
     */
    async personOf(
      { id, name, team }: Asker,
      channel: string | undefined,
      fully: boolean,
      timeLeftMs: () => number,
    ): Promise<Person> {
      const home = await belongs(team, timeLeftMs);
      if (home === 'elsewhere') {
        const looks = ({ to, role }: GrantKey) => role === 'viewer' && (to.id === id || to.id === channel);
        if (!sharedChannels.some((shared) => shared === channel) && !(await grants()).some(looks)) {
          throw new Refusal(
            'You belong to another workspace, and its people may not use batchbot here. An admin of batchbot can allow it for a channel.',
            'of another workspace',
          );
        }
        return { id, name, role: 'viewer', held: [], stranger: true };
      }
      const all = fully ? [...fromConfig, ...(await grants())] : fromConfig;
      // Whose workspace is not known may be a guest of the channel: then it gives nothing.
      const own = all.filter(({ to }) => to.id === id || (to.id === channel && home === 'here'));
      const groups = all.filter(({ to }) => to.kind === 'group');
      const isEnough = own.some(({ role, queues }) => role === 'admin' && coversAll(queues));
      if (!fully || isEnough || groups.length === 0) return { id, name, role: best(own), held: own };
      const ids = [...new Set(groups.map(({ to }) => to.id))];
      const until = timeLeftMs() - MOST_ASKING_MS;
      const remainingMs = () => Math.min(timeLeftMs(), timeLeftMs() - until);
      const answers = new Map(
        await Promise.all(ids.map(async (group) => [group, await isIn(group, id, remainingMs)] as const)),
      );
      const held = [...own, ...groups.filter(({ to }) => answers.get(to.id) === true)];
      const unsure = [...answers.values()].filter((answer) => typeof answer === 'string');
      return { id, name, role: best(held), held, unsure };
    },
  };
}
export type Roles = ReturnType<typeof openRoles>;
