/** The channel on the screen: its head, its messages and the composer; for the app also its Home tab. */

import { AppHome } from './AppHome';
import { Avatar } from './Avatar';
import { Composer } from './Composer';
import type { Channel, Message, User } from './contract';
import { door } from './door';
import { Icon } from './Icon';
import { MessageList } from './MessageList';
import { isDirect, type SlackState } from './slackState';
import { useToast } from './Toasts';
import { TryThese } from './TryThese';
import { displayName, useWorkspace } from './workspace';

interface Props {
  state: SlackState;
  channel: Channel;
  bot: User | undefined;
  tab: 'home' | 'messages';
  onTab(tab: 'home' | 'messages'): void;
  onThread(ts: string): void;
  onMenu(): void;
}

const NO_MESSAGES: Message[] = [];

export function ChannelPane({ state, channel, bot, tab, onTab, onThread, onMenu }: Props) {
  const { me } = useWorkspace();
  const toast = useToast();
  const direct = isDirect(channel.id);
  const botName = bot?.name ?? 'The bot';
  const messages = state.messages[channel.id] ?? NO_MESSAGES;
  const place = direct ? botName : `#${channel.name}`;
  const say = async (text: string) => {
    const answer = await door.say({ user: me.id, channel: channel.id, text });
    if (!answer.ok) toast(answer.error ?? 'That was not sent.');
    return answer;
  };
  return (
    <main className="channel">
      <header className="pane-head channel-head">
        <button type="button" className="icon-button menu-button" aria-label="Open the sidebar" onClick={onMenu}>
          <Icon name="menu" />
        </button>
        <div className="channel-title">
          <h2>
            {direct ? <Avatar user={bot} size="small" /> : <Icon name={channel.is_private ? 'lock' : 'hash'} />}
            {direct ? botName : channel.name}
          </h2>
          {channel.topic && <p className="channel-topic">{channel.topic}</p>}
        </div>
        {direct && <Tabs tab={tab} onTab={onTab} />}
      </header>
      {direct && tab === 'home' ? (
        <AppHome view={state.home} botName={botName} />
      ) : (
        <>
          <MessageList
            key={channel.id}
            label={`Messages in ${place}`}
            messages={messages}
            onThread={onThread}
            intro={
              <>
                <Intro channel={channel} bot={bot} />
                {messages.length === 0 && <TryThese say={(text) => void say(text)} />}
              </>
            }
          />
          <Composer
            key={`${channel.id} ${me.id}`}
            userId={me.id}
            place={place}
            botName={botName}
            commands={state.commands}
            send={say}
          />
        </>
      )}
    </main>
  );
}

function Intro({ channel, bot }: { channel: Channel; bot: User | undefined }) {
  const direct = isDirect(channel.id);
  return (
    <div className="intro">
      <h3>{direct ? displayName(bot, channel.name) : `#${channel.name}`}</h3>
      <p>
        {direct
          ? 'This is between you and the app. Nobody else sees it.'
          : `This is the start of ${channel.is_private ? 'the private channel ' : ''}#${channel.name}.`}
      </p>
    </div>
  );
}

const TABS = [
  ['home', 'Home'],
  ['messages', 'Messages'],
] as const;

function Tabs({ tab, onTab }: { tab: 'home' | 'messages'; onTab(tab: 'home' | 'messages'): void }) {
  return (
    <div className="tabs" role="tablist" aria-label="App">
      {TABS.map(([name, label]) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={tab === name}
          tabIndex={tab === name ? 0 : -1}
          onClick={() => onTab(name)}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
            onTab(name === 'home' ? 'messages' : 'home');
            const other = event.currentTarget.nextElementSibling ?? event.currentTarget.previousElementSibling;
            if (other instanceof HTMLElement) other.focus();
          }}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
