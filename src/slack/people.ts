/** Who belongs where, as Slack tells: the bot's own workspace, and the members of user groups. */
import type { WebClient } from '@slack/web-api';

/** Tries a call again while there is time for it; throws what Slack refused. */
type Call = <T>(remainingMs: () => number, work: () => Promise<T>) => Promise<T>;

/** usergroups.users.list is tier 2, about 20 a minute (https://docs.slack.dev/reference/methods/usergroups.users.list). */
const MEMBERS_FRESH_MS = 60_000;

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

  return {
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
