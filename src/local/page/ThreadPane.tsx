/** A thread beside its channel: the message that it hangs on, then the replies. */
import { useEffect, useRef } from 'react';
import type { Message } from './contract';
import { Icon } from './Icon';
import { MessageRows } from './MessageList';
import { repliesTo } from './slackState';

interface Props {
  channelName: string;
  messages: readonly Message[];
  threadTs: string;
  onClose(): void;
}

export function ThreadPane({ channelName, messages, threadTs, onClose }: Props) {
  const close = useRef<HTMLButtonElement>(null);
  const parent = messages.find((message) => message.ts === threadTs);
  const replies = repliesTo(messages, threadTs);

  useEffect(() => {
    if (threadTs) close.current?.focus();
  }, [threadTs]);

  return (
    <aside
      className="thread"
      aria-label="Thread"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <header className="pane-head">
        <div>
          <h2>Thread</h2>
          <span className="hint">{channelName}</span>
        </div>
        <button ref={close} type="button" className="icon-button" aria-label="Close the thread" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="thread-body">
        {parent && <MessageRows messages={[parent]} all={messages} />}
        <div className="day day-replies">
          <span>
            {replies.length} {replies.length === 1 ? 'reply' : 'replies'}
          </span>
        </div>
        <MessageRows messages={replies} all={messages} />
      </div>
    </aside>
  );
}
