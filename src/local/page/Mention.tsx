/** Mentions, links and dates: the pieces of text that mean something to the workspace, in mrkdwn and in rich text alike. */
import type { ReactNode } from 'react';
import { formatSlackDate, moment } from './slackDate';
import { displayName, useNow, useWorkspace } from './workspace';

/** Only these open: a message can carry any address, `javascript:` among them. */
export function isSafeUrl(url: string): boolean {
  return /^(https?:\/\/|mailto:|tel:|\/(?!\/))/i.test(url);
}

export function Link({ url, children }: { url: string; children: ReactNode }) {
  if (!isSafeUrl(url)) return <>{children}</>;
  return (
    <a className="link" href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

export function UserMention({ id, label }: { id: string; label?: string | undefined }) {
  const { me, users } = useWorkspace();
  const user = users.find((one) => one.id === id);
  return <span className={id === me.id ? 'mention mention-me' : 'mention'}>@{label ?? displayName(user, id)}</span>;
}

export function ChannelMention({ id, label }: { id: string; label?: string | undefined }) {
  const { channels, openChannel } = useWorkspace();
  const channel = channels.find((one) => one.id === id);
  if (!channel) return <span className="mention">#{label ?? id}</span>;
  return (
    <button type="button" className="mention mention-link" onClick={() => openChannel(id)}>
      #{channel.name}
    </button>
  );
}

export function Broadcast({ range }: { range: string }) {
  return <span className="mention mention-me">@{range}</span>;
}

export function SlackDate(props: {
  timestamp: number;
  format: string;
  fallback?: string | undefined;
  url?: string | undefined;
}) {
  const { me } = useWorkspace();
  const now = useNow();
  const text = formatSlackDate(props.timestamp, props.format, now, me.tz) || props.fallback || '';
  const when = new Date(props.timestamp * 1000);
  if (Number.isNaN(when.getTime())) return <>{text}</>;
  const time = (
    <time dateTime={when.toISOString()} title={moment(when.getTime(), me.tz)}>
      {text}
    </time>
  );
  return props.url ? <Link url={props.url}>{time}</Link> : time;
}
