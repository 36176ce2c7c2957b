/** Who somebody is here: the roles that they hold by the configuration, by admins, through user groups and by the channel. */
import type { Grant, GrantKey, Role, Subject } from '../history/records/roles';
import { slackErrorCode } from '../slack/deliver';
import type { SlackPeople } from '../slack/people';
import type { Person } from './command';
import { coversAll, type Held, isAtLeast, Refusal } from './permission';
import { subjectOf } from './roleRequest';

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
  people: Pick<SlackPeople, 'team' | 'groupMembers'>;
}

/** `U012AB3CD` or `U012AB3CD:spot-*` of a setting; the settings are checked before (`config.ts`). */
function configured(role: Role, entry: string): GrantKey[] {
  const [id = '', ...queues] = entry.split(':');
  const to = subjectOf(id);
  return to === undefined ? [] : [{ to, role, queues: queues.join(':') || '*' }];
}

/** How long Slack may take to tell who is in a group, before that counts as no answer: for an act, and for a look. */
const MOST_ASKING_MS = { acts: 5_000, looks: 1_000 } as const;

type Purpose = keyof typeof MOST_ASKING_MS;

/** @throws Error when the work takes longer; it goes on, and may be of use to the next who asks */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

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
    purpose: Purpose,
    timeLeftMs: () => number,
  ): Promise<'here' | 'elsewhere' | 'unknown'> {
    if (team === undefined) return 'unknown';
    if (workspaces.includes(team)) return 'here';
    try {
      const own = people.team(timeLeftMs);
      return team === (await (purpose === 'acts' ? own : within(MOST_ASKING_MS.looks, own))) ? 'here' : 'elsewhere';
    } catch (error) {
      // While Slack is down people go on looking; an act waits until it is known who asks.
      if (purpose === 'acts') throw error;
      return 'unknown';
    }
  }

  /** Whether a group has the person in it; a sentence when Slack does not tell. */
  async function isIn({ id, name }: Subject, user: string, mostMs: number, timeLeftMs: () => number) {
    const until = timeLeftMs() - mostMs;
    const remainingMs = () => Math.min(timeLeftMs(), timeLeftMs() - until);
    try {
      return (await within(mostMs, people.groupMembers(id, remainingMs))).has(user);
    } catch (error) {
      const code = slackErrorCode(error);
      // A group that was deleted has nobody in it.
      if (code === 'no_such_subteam') return false;
      const why = code === 'missing_scope' ? ': the Slack app lacks the scope usergroups:read' : '';
      return `Slack does not tell me who is in user group ${name === undefined ? id : `@${name}`}${why}, so what was given to it does not count now.`;
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
     * @param purpose Slack gets more time to tell of user groups for what acts than for what only looks, which shows
     *   other buttons at worst
     * @throws Refusal for people of other workspaces where they may not even look
     * @throws SlackUnavailableError for what acts, when Slack does not tell which workspace is the bot's own; that brings
     *   the request again
     */
    async personOf(
      { id, name, team }: Asker,
      channel: string | undefined,
      purpose: Purpose,
      timeLeftMs: () => number,
    ): Promise<Person> {
      const home = await belongs(team, purpose, timeLeftMs);
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
      const all = [...fromConfig, ...(await grants())];
      // Whose workspace is not known may be a guest of the channel: then it gives nothing.
      const own = all.filter(({ to }) => to.id === id || (to.id === channel && home === 'here'));
      const groups = all.filter(({ to }) => to.kind === 'group');
      const isEnough = own.some(({ role, queues }) => role === 'admin' && coversAll(queues));
      if (isEnough || groups.length === 0) return { id, name, role: best(own), held: own };
      const named = new Map(groups.map(({ to }) => [to.id, to]));
      const mostMs = MOST_ASKING_MS[purpose];
      const answers = new Map(
        await Promise.all(
          [...named.values()].map(async (group) => [group.id, await isIn(group, id, mostMs, timeLeftMs)] as const),
        ),
      );
      const held = [...own, ...groups.filter(({ to }) => answers.get(to.id) === true)];
      const unsure = [...answers.values()].filter((answer) => typeof answer === 'string');
      return { id, name, role: best(held), held, unsure };
    },
  };
}
export type Roles = ReturnType<typeof openRoles>;
