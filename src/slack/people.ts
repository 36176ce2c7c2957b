/** Who belongs where, as Slack tells: the bot's own workspace, the members of user groups, and whom a name means. */
import { ErrorCode, type UsersListResponse, type WebAPICallError, type WebClient } from '@slack/web-api';

/** Tries a call again while there is time for it; throws what Slack refused. */
type Call = <T>(remainingMs: () => number, work: () => Promise<T>) => Promise<T>;

/** usergroups.users.list is tier 2, about 20 a minute (https://docs.slack.dev/reference/methods/usergroups.users.list). */
const MEMBERS_FRESH_MS = 60_000;

/** users.list is tier 2, about 20 a minute, a page of at most 1,000 (https://docs.slack.dev/reference/methods/users.list). */
const PEOPLE_FRESH_MS = 3_600_000;
const PEOPLE_PER_PAGE = 1_000;

/** Names remembered in one process. */
const MOST_NAMES = 10_000;

type Member = NonNullable<UsersListResponse['members']>[number];

interface Known<T> {
  at: number;
  value: Promise<T>;
}

export function slackPeople(client: WebClient, call: Call, now: () => number) {
  const members = new Map<string, Known<ReadonlySet<string>>>();
  let team: Promise<string> | undefined;

  async function askTeam(remainingMs: () => number): Promise<string> {
    const { team_id: id } = await call(remainingMs, () => client.auth.test());
    if (id === undefined) throw new Error('auth.test answered without team_id');
    return id;
  }

  async function askMembers(group: string, remainingMs: () => number): Promise<ReadonlySet<string>> {
    const { users = [] } = await call(remainingMs, () => client.usergroups.users.list({ usergroup: group }));
    return new Set(users);
  }

  let everybody: Known<readonly Member[]> | undefined;

  async function askEverybody(remainingMs: () => number): Promise<readonly Member[]> {
    const found: Member[] = [];
    let cursor: string | undefined;
    do {
      const page = await call(remainingMs, () =>
        client.users.list({ limit: PEOPLE_PER_PAGE, ...(cursor === undefined ? {} : { cursor }) }),
      );
      found.push(...(page.members ?? []).filter(({ deleted, is_bot: isBot }) => !deleted && !isBot));
      cursor = page.response_metadata?.next_cursor || undefined;
    } while (cursor !== undefined);
    return found;
  }

  function knownPeople(remainingMs: () => number): Promise<readonly Member[]> {
    if (everybody !== undefined && now() - everybody.at < PEOPLE_FRESH_MS) return everybody.value;
    const value = askEverybody(remainingMs).catch((error: unknown) => {
      everybody = undefined;
      throw error;
    });
    everybody = { at: now(), value };
    return value;
  }

  /** Exactly one person may have it: a message must not reach a namesake. */
  async function withName(name: string, remainingMs: () => number): Promise<string | undefined> {
    const folded = name.toLowerCase();
    const all = await knownPeople(remainingMs);
    const called = (member: Member, ...names: (string | undefined)[]) =>
      names.some((one) => one?.toLowerCase() === folded) ? [member.id] : [];
    const byHandle = all.flatMap((member) => called(member, member.name));
    const byProfile = all.flatMap((member) => called(member, member.profile?.display_name, member.real_name));
    const found = byHandle.length > 0 ? byHandle : byProfile;
    return found.length === 1 ? found[0] : undefined;
  }

  async function withEmail(email: string, remainingMs: () => number): Promise<string | undefined> {
    try {
      const { user } = await call(remainingMs, () => client.users.lookupByEmail({ email }));
      return user?.deleted ? undefined : user?.id;
    } catch (error) {
      const refused = error as WebAPICallError & { data?: { error?: string } };
      if (refused.code === ErrorCode.PlatformError && refused.data?.error === 'users_not_found') return undefined;
      throw error;
    }
  }

  const named = new Map<string, Known<string | undefined>>();

  return {
    /**
     * The id of the one person whom a Slack id, an e-mail address, a handle or a name means, as it was an hour ago at the
     * latest; undefined for nobody or for several.
     * @throws SlackUnavailableError, or what Slack refused: `missing_scope` without users:read or users:read.email
     */
    userNamed(name: string, remainingMs: () => number): Promise<string | undefined> {
      const wanted = name.trim().replace(/^@/, '');
      if (/^[UW][A-Z0-9]{6,}$/.test(wanted)) return Promise.resolve(wanted);
      const known = named.get(wanted);
      if (known !== undefined && now() - known.at < PEOPLE_FRESH_MS) return known.value;
      if (named.size >= MOST_NAMES) named.clear();
      const isEmail = /^[^@\s]+@[^@\s]+$/.test(wanted);
      const value = (isEmail ? withEmail(wanted, remainingMs) : withName(wanted, remainingMs)).catch(
        (error: unknown) => {
          named.delete(wanted);
          throw error;
        },
      );
      named.set(wanted, { at: now(), value });
      return value;
    },

    /**
     * The id of the workspace that the bot is installed in; asked once.
     * @throws SlackUnavailableError, or what Slack refused
     */
    team(remainingMs: () => number): Promise<string> {
      team ??= askTeam(remainingMs).catch((error: unknown) => {
        team = undefined;
        throw error;
      });
      return team;
    },

    /**
     * What a user group is called, without the `@`; undefined when there is none of that id. Asked each time.
     * @throws SlackUnavailableError, or what Slack refused
     */
    async groupHandle(group: string, remainingMs: () => number): Promise<string | undefined> {
      const { usergroups = [] } = await call(remainingMs, () => client.usergroups.list({}));
      return usergroups.find(({ id }) => id === group)?.handle;
    },

    /**
     * The user ids of a user group, as they were a minute ago at the latest.
     * @throws SlackUnavailableError, or what Slack refused: `no_such_subteam` for a group that is gone,
     *   `missing_scope` without usergroups:read
     */
    groupMembers(group: string, remainingMs: () => number): Promise<ReadonlySet<string>> {
      const known = members.get(group);
      if (known !== undefined && now() - known.at < MEMBERS_FRESH_MS) return known.value;
      const value = askMembers(group, remainingMs).catch((error: unknown) => {
        members.delete(group);
        throw error;
      });
      members.set(group, { at: now(), value });
      return value;
    },
  };
}
export type SlackPeople = ReturnType<typeof slackPeople>;
