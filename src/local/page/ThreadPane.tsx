/** A thread beside its channel: the message that it hangs on, then the replies, and a box to reply in. */
import { Composer } from './Composer';
import type { Message } from './contract';
import { door } from './door';
import { Icon } from './Icon';
import { MessageRows } from './MessageList';
import { repliesTo } from './slackState';
import { useToast } from './Toasts';
import { useWorkspace } from './workspace';

interface Props {
  channelId: string;
  channelName: string;
  messages: readonly Message[];
  threadTs: string;
  botName: string;
  onClose(): void;
}

export function ThreadPane({ channelId, channelName, messages, threadTs, botName, onClose }: Props) {
  const { me } = useWorkspace();
  const toast = useToast();
  const parent = messages.find((message) => message.ts === threadTs);
  const replies = repliesTo(messages, threadTs);
  const startedAt = Number(threadTs) * 1000;

  const reply = async (text: string) => {
    // Slack's own client refuses these in a thread.
    const answer = text.startsWith('/')
      ? { ok: false, error: 'Slash commands don’t work in a thread. Type it in the channel.' }
      : await door.say({ user: me.id, channel: channelId, text, thread_ts: threadTs });
    if (!answer.ok) toast(answer.error ?? 'That was not sent.');
    return answer;
  };

  return (
    <aside
      className="thread"
      aria-label="Thread"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <header className="pane-head">
        <div>
          <h2>Thread</h2>
          <span className="hint">{channelName}</span>
        </div>
        <button type="button" className="icon-button" aria-label="Close the thread" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="thread-body">
        {parent && <MessageRows messages={[parent]} all={messages} after={startedAt} />}
        <div className="day day-replies">
          <span>
            {replies.length} {replies.length === 1 ? 'reply' : 'replies'}
          </span>
        </div>
        <MessageRows messages={replies} all={messages} after={startedAt} />
      </div>
      <Composer key={threadTs} userId={me.id} place="the thread" botName={botName} commands={[]} send={reply} />
    </aside>
  );
}
