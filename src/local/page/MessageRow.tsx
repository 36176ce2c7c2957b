/** One message: who, when, what, for whom, and the thread that hangs on it. */
import { memo, useMemo } from 'react';
import { Avatar } from './Avatar';
import { Blocks } from './blocks/Block';
import type { Message } from './contract';
import { Files } from './Files';
import { Icon } from './Icon';
import { Mrkdwn } from './mrkdwn';
import { ago, clock, moment } from './slackDate';
import { SurfaceProvider, useDrafts } from './surface';
import { displayName, useNow, useWorkspace } from './workspace';

interface Props {
  message: Message;
  /** Whether it follows another by the same author and needs no second heading. */
  continued: boolean;
  replies: readonly Message[];
  onThread?: ((ts: string) => void) | undefined;
}

export const MessageRow = memo(function MessageRow({ message, continued, replies, onThread }: Props) {
  const { me, users } = useWorkspace();
  const author = users.find((user) => user.id === message.user);
  const sentAt = Number(message.ts) * 1000;
  const time = (
    <time className="message-time" dateTime={new Date(sentAt).toISOString()} title={moment(sentAt, me.tz)}>
      {continued ? clock(sentAt, me.tz).replace(/ [AP]M$/, '') : clock(sentAt, me.tz)}
    </time>
  );
  const name = displayName(author, message.user);
  return (
    <article
      className={`message${continued ? ' message-continued' : ''}${message.ephemeral_to ? ' message-ephemeral' : ''}`}
      aria-label={`${name} at ${clock(sentAt, me.tz)}`}
      data-ts={message.ts}
    >
      <div className="message-gutter">{continued ? time : <Avatar user={author} />}</div>
      <div className="message-main">
        {message.ephemeral_to && (
          <div className="message-private">
            <Icon name="eye" /> Only visible to you
          </div>
        )}
        {!continued && (
          <div className="message-head">
            <span className="message-author">{name}</span>
            {author?.is_bot && <span className="badge">App</span>}
            {time}
          </div>
        )}
        <MessageBody message={message} />
        {message.edited_ts && (
          <span className="message-edited" title={`Edited ${moment(Number(message.edited_ts) * 1000, me.tz)}`}>
            (edited)
          </span>
        )}
        {message.files && message.files.length > 0 && <Files files={message.files} />}
        {onThread && replies.length > 0 && <ThreadLink message={message} replies={replies} onThread={onThread} />}
      </div>
    </article>
  );
});

function MessageBody({ message }: { message: Message }) {
  const { channel, ts, blocks, text } = message;
  const [drafts, onDraft] = useDrafts();
  const where = useMemo(() => ({ channel, ts }), [channel, ts]);
  if (!blocks || blocks.length === 0) return <Mrkdwn text={text} />;
  return (
    <SurfaceProvider where={where} blocks={blocks} drafts={drafts} onDraft={onDraft}>
      <Blocks blocks={blocks} />
    </SurfaceProvider>
  );
}

interface ThreadLinkProps {
  message: Message;
  replies: readonly Message[];
  onThread(ts: string): void;
}

function ThreadLink({ message, replies, onThread }: ThreadLinkProps) {
  const { users } = useWorkspace();
  const now = useNow();
  const last = Number(replies.at(-1)?.ts) * 1000;
  const authors = [...new Set(replies.map((reply) => reply.user))].slice(0, 3);
  return (
    <button type="button" className="thread-link" onClick={() => onThread(message.ts)}>
      {authors.map((id) => (
        <Avatar key={id} user={users.find((user) => user.id === id)} size="small" />
      ))}
      <strong>
        {replies.length} {replies.length === 1 ? 'reply' : 'replies'}
      </strong>
      <span className="hint">last {ago(last, now)}</span>
    </button>
  );
}
