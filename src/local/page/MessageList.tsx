/** A channel's messages, oldest first, under a divider for each day; stays at the end while the reader is there. */
import { Fragment, type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Message } from './contract';
import { Icon } from './Icon';
import { MessageRow } from './MessageRow';
import { dayKey, dayName } from './slackDate';
import { repliesTo, topLevel } from './slackState';
import { useWorkspace } from './workspace';

/** Messages of one author closer than this stand together under one heading. */
const TOGETHER_MS = 5 * 60_000;
/** How far from the end still counts as at the end. */
const NEAR_PX = 60;

interface Props {
  label: string;
  messages: readonly Message[];
  /** Said where there are no messages, and above the first. */
  intro: ReactNode;
  onThread(ts: string): void;
}

export function MessageList({ label, messages, intro, onThread }: Props) {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [missed, setMissed] = useState(false);
  const shown = useMemo(() => topLevel(messages), [messages]);
  const lastTs = shown.at(-1)?.ts;

  useLayoutEffect(() => {
    if (lastTs && !stuck.current) setMissed(true);
  }, [lastTs]);

  useLayoutEffect(() => {
    const pane = scroller.current;
    if (!pane || !content.current) return;
    const toEnd = (): void => {
      if (stuck.current) pane.scrollTop = pane.scrollHeight;
    };
    toEnd();
    const grown = new ResizeObserver(toEnd);
    grown.observe(content.current);
    grown.observe(pane);
    return () => grown.disconnect();
  }, []);

  const onScroll = (): void => {
    const pane = scroller.current;
    if (!pane) return;
    stuck.current = pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR_PX;
    if (stuck.current) setMissed(false);
  };
  const toEnd = (): void => {
    const pane = scroller.current;
    if (!pane) return;
    stuck.current = true;
    setMissed(false);
    pane.scrollTop = pane.scrollHeight;
  };

  return (
    <div className="messages-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls has to be reachable by keyboard */}
      <section className="messages" ref={scroller} onScroll={onScroll} aria-label={label} tabIndex={0}>
        <div className="messages-content" ref={content}>
          <div className="messages-space" />
          {intro}
          <MessageRows messages={shown} all={messages} onThread={onThread} />
        </div>
      </section>
      {missed && (
        <button type="button" className="jump" onClick={toEnd}>
          New messages <Icon name="chevron" />
        </button>
      )}
    </div>
  );
}

interface RowsProps {
  messages: readonly Message[];
  /** The channel's, replies as well. */
  all: readonly Message[];
  onThread?: (ts: string) => void;
}

export function MessageRows({ messages, all, onThread }: RowsProps) {
  const { me, now } = useWorkspace();
  return (
    <div role="log" aria-live="polite" aria-relevant="additions text" aria-label="Messages">
      {messages.map((message, index) => {
        const before = messages[index - 1];
        const at = Number(message.ts) * 1000;
        const newDay = !before || dayKey(Number(before.ts) * 1000, me.tz) !== dayKey(at, me.tz);
        return (
          <Fragment key={message.ts}>
            {newDay && (
              <div className="day">
                <span>{dayName(at, now, me.tz)}</span>
              </div>
            )}
            <MessageRow
              message={message}
              continued={!newDay && before !== undefined && standTogether(before, message)}
              replies={onThread ? repliesTo(all, message.ts) : []}
              onThread={onThread}
            />
          </Fragment>
        );
      })}
    </div>
  );
}

function standTogether(before: Message, message: Message): boolean {
  const near = (Number(message.ts) - Number(before.ts)) * 1000 < TOGETHER_MS;
  return near && before.user === message.user && before.ephemeral_to === message.ephemeral_to;
}
