/** The whole page: finds out who is reading and where, and lays out sidebar, channel, thread and modals. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { ChannelPane } from './ChannelPane';
import { ConfirmProvider } from './ConfirmDialog';
import type { User } from './contract';
import { door } from './door';
import { ModalStack } from './Modal';
import { Sidebar } from './Sidebar';
import { isDirect, type SlackState } from './slackState';
import { ThreadPane } from './ThreadPane';
import { ToastProvider } from './Toasts';
import { usePlace } from './usePlace';
import { useSlack } from './useSlack';
import { useUnread } from './useUnread';
import { displayName, WorkspaceProvider } from './workspace';

const RETRY_MS = 1500;

/** The people of the workspace, asked for until the local Slack answers. */
function useUsers(): User[] | undefined {
  const [users, setUsers] = useState<User[]>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = (): void => {
      door.users().then(setUsers, () => {
        timer = setTimeout(ask, RETRY_MS);
      });
    };
    ask();
    return () => clearTimeout(timer);
  }, []);
  return users;
}

export function App() {
  const [place, go] = usePlace();
  const people = useUsers()?.filter((user) => !user.is_bot);
  const me = people?.find((user) => user.name === place.user || user.id === place.user) ?? people?.[0];
  const { state, connected } = useSlack(me?.id);

  if (!me || !state) {
    return <p className="loading loading-page">{connected ? 'Opening the workspace…' : 'Reconnecting…'}</p>;
  }
  return (
    <ToastProvider>
      <Desk key={me.id} me={me} state={state} connected={connected} place={place} go={go} />
    </ToastProvider>
  );
}

interface DeskProps {
  me: User;
  state: SlackState;
  connected: boolean;
  place: ReturnType<typeof usePlace>[0];
  go: ReturnType<typeof usePlace>[1];
}

function Desk({ me: known, state, connected, place, go }: DeskProps) {
  const { users, channels } = state;
  const me = users.find((user) => user.id === known.id) ?? known;
  const bot = users.find((user) => user.is_bot);
  const [drawer, setDrawer] = useState(false);
  const channel =
    channels.find((one) => (isDirect(one.id) ? (bot?.name ?? one.name) : one.name) === place.channel) ??
    channels.find((one) => one.name === 'general') ??
    channels[0];
  const tab = place.tab ?? 'messages';
  const reading = channel && isDirect(channel.id) && tab === 'home' ? undefined : channel?.id;
  const unread = useUnread(state, me.id, reading);

  const openChannel = useCallback(
    (channelId: string) => {
      const wanted = channels.find((one) => one.id === channelId);
      const name = wanted && isDirect(wanted.id) ? (bot?.name ?? wanted.name) : wanted?.name;
      setDrawer(false);
      go({ channel: name, tab: undefined, thread: undefined });
    },
    [channels, bot, go],
  );
  const openThread = useCallback((ts: string) => go({ thread: ts }), [go]);
  const workspace = useMemo(() => ({ me, users, channels, openChannel }), [me, users, channels, openChannel]);

  const waiting = channels.reduce((total, one) => total + unread(one.id), 0);
  useEffect(() => {
    const where = channel && (isDirect(channel.id) ? (bot?.name ?? channel.name) : `#${channel.name}`);
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${where ?? 'Messages'} · ${state.team.name}`;
  }, [waiting, channel, bot, state.team.name]);

  useEffect(() => {
    if (!drawer) return;
    document.querySelector<HTMLElement>('.sidebar [aria-current]')?.focus();
    const closeOnEscape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented) setDrawer(false);
    };
    addEventListener('keydown', closeOnEscape);
    return () => removeEventListener('keydown', closeOnEscape);
  }, [drawer]);

  return (
    <WorkspaceProvider value={workspace}>
      <ConfirmProvider>
        <div className={`desk${drawer ? ' desk-drawer' : ''}${place.thread ? ' desk-thread' : ''}`}>
          <Sidebar
            team={state.team}
            me={me}
            users={users}
            channels={channels}
            bot={bot}
            openId={channel?.id}
            connected={connected}
            unread={unread}
            onOpen={openChannel}
            onUser={(user) => go({ user: user.name, thread: undefined })}
          />
          {drawer && (
            <button
              type="button"
              className="backdrop"
              aria-label="Close the sidebar"
              onClick={() => setDrawer(false)}
            />
          )}
          <div className="desk-main" inert={drawer}>
            {channel && (
              <ChannelPane
                state={state}
                channel={channel}
                bot={bot}
                tab={tab}
                onTab={(next) => go({ tab: next === 'home' ? 'home' : undefined, thread: undefined })}
                onThread={openThread}
                onMenu={() => setDrawer(true)}
              />
            )}
            {channel && place.thread && (
              <ThreadPane
                channelId={channel.id}
                botName={bot?.name ?? 'The bot'}
                channelName={isDirect(channel.id) ? displayName(bot, channel.name) : `#${channel.name}`}
                messages={state.messages[channel.id] ?? []}
                threadTs={place.thread}
                onClose={() => go({ thread: undefined })}
              />
            )}
          </div>
        </div>
        <ModalStack views={state.modals} />
      </ConfirmProvider>
    </WorkspaceProvider>
  );
}
