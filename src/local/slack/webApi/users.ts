/** `auth.test`, `api.test`, `users.*`, `usergroups.*` and `bots.info`: who is who. */
import { BOT, BOT_USER, type LocalUser, TEAM } from '../identity';
import { type Method, refuse, stringOf } from './method';

/** How far a zone is from UTC at this moment, in seconds. */
function offsetSeconds(zone: string, now: number): number {
  const there = new Date(new Date(now).toLocaleString('en-US', { timeZone: zone }));
  const utc = new Date(new Date(now).toLocaleString('en-US', { timeZone: 'UTC' }));
  return Math.round((there.getTime() - utc.getTime()) / 1000);
}

const zoneLabel = (zone: string, now: number): string =>
  new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'long' })
    .formatToParts(now)
    .find(({ type }) => type === 'timeZoneName')?.value ?? zone;

const apiUser = (user: LocalUser, now: number) => ({
  id: user.id,
  team_id: user.team ?? TEAM.id,
  name: user.name,
  deleted: false,
  color: user.color,
  real_name: user.real_name,
  tz: user.tz,
  tz_label: zoneLabel(user.tz, now),
  tz_offset: offsetSeconds(user.tz, now),
  profile: {
    real_name: user.real_name,
    real_name_normalized: user.real_name,
    display_name: user.name,
    display_name_normalized: user.name,
    team: TEAM.id,
    ...(user.is_bot ? { api_app_id: BOT.appId, bot_id: BOT.botId } : { email: `${user.name}@local.example` }),
  },
  is_admin: user.role === 'admin',
  is_owner: false,
  is_primary_owner: false,
  is_restricted: false,
  is_ultra_restricted: false,
  is_bot: user.is_bot ?? false,
  is_app_user: false,
  updated: 1_700_000_000,
});

export const userMethods: Record<string, Method> = {
  'api.test': {
    tier: 'none',
    run: (args) => {
      const error = stringOf(args, 'error');
      const { token: _, ...rest } = args;
      return error ? refuse(error) : { ok: true, args: rest };
    },
  },
  'auth.test': {
    tier: 'none',
    run: (_, { baseUrl }) => ({
      ok: true,
      url: `${baseUrl()}/`,
      team: TEAM.name,
      user: BOT.name,
      team_id: TEAM.id,
      user_id: BOT.id,
      bot_id: BOT.botId,
      is_enterprise_install: false,
    }),
  },
  'users.info': {
    tier: 4,
    run: (args, { world }) => {
      const user = [...world.people, BOT_USER].find(({ id }) => id === stringOf(args, 'user'));
      return user ? { ok: true, user: apiUser(user, world.now()) } : refuse('user_not_found');
    },
  },
  'users.lookupByEmail': {
    tier: 3,
    run: (args, { world }) => {
      const user = world.people.find(({ name }) => `${name}@local.example` === stringOf(args, 'email')?.toLowerCase());
      return user ? { ok: true, user: apiUser(user, world.now()) } : refuse('users_not_found');
    },
  },
  'users.list': {
    tier: 2,
    run: (_, { world }) => ({
      ok: true,
      members: [...world.people, BOT_USER].map((user) => apiUser(user, world.now())),
      cache_ts: Math.floor(world.now() / 1000),
      response_metadata: { next_cursor: '' },
    }),
  },
  'usergroups.list': {
    tier: 2,
    run: (_, { world }) => ({
      ok: true,
      usergroups: [...world.groups.values()].map(({ members: _members, ...group }) => ({
        ...group,
        team_id: TEAM.id,
        is_usergroup: true,
        date_delete: 0,
      })),
    }),
  },
  'usergroups.users.list': {
    tier: 2,
    run: (args, { world }) => {
      const group = [...world.groups.values()].find(({ id }) => id === stringOf(args, 'usergroup'));
      return group ? { ok: true, users: [...group.members] } : refuse('no_such_subteam');
    },
  },
  'bots.info': {
    tier: 3,
    run: (args) => {
      const wanted = stringOf(args, 'bot');
      if (wanted && wanted !== BOT.botId) return refuse('bot_not_found');
      const bot = { id: BOT.botId, app_id: BOT.appId, user_id: BOT.id, name: BOT.name, deleted: false, icons: {} };
      return { ok: true, bot };
    },
  },
};
