/** The workspace's side: channels and the app with their unread counts, and whom the page is used as. */
import { Avatar } from './Avatar';
import type { Channel, Team, User } from './contract';
import { Icon } from './Icon';
import { Menu } from './Menu';
import { isDirect } from './slackState';
import { displayName } from './workspace';

interface Props {
  team: Team;
  me: User;
  users: readonly User[];
  channels: readonly Channel[];
  bot: User | undefined;
  openId: string | undefined;
  connected: boolean;
  unread(channelId: string): number;
  onOpen(channelId: string): void;
  onUser(user: User): void;
}

export function Sidebar(props: Props) {
  const { team, me, users, channels, bot, openId, connected, unread, onOpen, onUser } = props;
  const direct = channels.find((channel) => isDirect(channel.id));
  const people = users.filter((user) => !user.is_bot);
  return (
    <nav className="sidebar" aria-label="Workspace">
      <header className="sidebar-head">
        <span className="team-mark" aria-hidden="true">
          {team.name.charAt(0).toUpperCase()}
        </span>
        <h1>{team.name}</h1>
      </header>
      <div className="sidebar-body">
        <h2>Channels</h2>
        <ul>
          {channels
            .filter((channel) => !isDirect(channel.id))
            .map((channel) => (
              <li key={channel.id}>
                <SidebarLink
                  icon={<Icon name={channel.is_private ? 'lock' : 'hash'} />}
                  label={channel.name}
                  open={channel.id === openId}
                  unread={unread(channel.id)}
                  onOpen={() => onOpen(channel.id)}
                />
              </li>
            ))}
        </ul>
        {direct && (
          <>
            <h2>Apps</h2>
            <ul>
              <li>
                <SidebarLink
                  icon={<Avatar user={bot} size="small" />}
                  label={bot?.name ?? direct.name}
                  open={direct.id === openId}
                  unread={unread(direct.id)}
                  onOpen={() => onOpen(direct.id)}
                />
              </li>
            </ul>
          </>
        )}
      </div>
      {!connected && (
        <p className="reconnecting" role="status">
          Reconnecting…
        </p>
      )}
      <Menu
        label={`You are ${displayName(me, me.id)}${me.role ? `, ${me.role}` : ''}. Change user`}
        className="user-switch"
        align="start"
        items={people.map((user) => ({
          key: user.id,
          label: (
            <span className="user-line">
              <Avatar user={user} /> <UserName user={user} />
            </span>
          ),
          checked: user.id === me.id,
          choose: () => onUser(user),
        }))}
      >
        <Avatar user={me} />
        <UserName user={me} />
        <Icon name="sort" />
      </Menu>
    </nav>
  );
}

function UserName({ user }: { user: User }) {
  return (
    <span className="user-name">
      <span>{displayName(user, user.id)}</span>
      {user.role && <span className="user-role">{user.role}</span>}
    </span>
  );
}

interface LinkProps {
  icon: React.ReactNode;
  label: string;
  open: boolean;
  unread: number;
  onOpen(): void;
}

function SidebarLink({ icon, label, open, unread, onOpen }: LinkProps) {
  return (
    <button
      type="button"
      className={unread > 0 ? 'sidebar-link sidebar-unread' : 'sidebar-link'}
      aria-current={open ? 'page' : undefined}
      onClick={onOpen}
    >
      {icon}
      <span className="sidebar-label">{label}</span>
      {unread > 0 && (
        <span className="count">
          {unread > 99 ? '99+' : unread}
          <span className="visually-hidden"> unread</span>
        </span>
      )}
    </button>
  );
}
