/** A channel's messages, oldest first, under a divider for each day; stays at the end while the reader is there. */
import { Fragment, type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Message } from './contract';
import { Icon } from './Icon';
import { MessageRow } from './MessageRow';
import { dayKey, dayName } from './slackDate';
import { repliesTo, topLevel } from './slackState';
import { useNow, useWorkspace } from './workspace';

/** Messages of one author closer than this stand together under one heading. */
const TOGETHER_MS = 5 * 60_000;
/** How many messages are drawn until earlier ones are asked for. */
const PAGE = 150;
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
  const { me } = useWorkspace();
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [missed, setMissed] = useState(false);
  const [most, setMost] = useState(PAGE);
  const whole = useMemo(() => topLevel(messages), [messages]);
  const shown = whole.slice(-most);
  const last = whole.at(-1);
  const lastTs = last?.ts;
  const mine = last?.user === me.id;

  useLayoutEffect(() => {
    if (mine) stuck.current = true;
    if (lastTs && !stuck.current) setMissed(true);
  }, [lastTs, mine]);

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
          {shown.length < whole.length ? (
            <button type="button" className="button earlier" onClick={() => setMost(most + PAGE)}>
              Show earlier messages
            </button>
          ) : (
            intro
          )}
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
  /** Of a thread: the time of the message before the first, whose day needs no divider again. */
  after?: number;
}

export function MessageRows({ messages, all, onThread, after }: RowsProps) {
  const { me } = useWorkspace();
  const now = useNow();
  return (
    <div role="log" aria-live="polite" aria-relevant="additions text" aria-label="Messages">
      {messages.map((message, index) => {
        const before = messages[index - 1];
        const at = Number(message.ts) * 1000;
        const beforeAt = before ? Number(before.ts) * 1000 : after;
        const newDay = beforeAt === undefined || dayKey(beforeAt, me.tz) !== dayKey(at, me.tz);
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

/** Only mere text stands together: a card or a private answer without its own heading would run into the one before. */
function standTogether(before: Message, message: Message): boolean {
  const near = (Number(message.ts) - Number(before.ts)) * 1000 < TOGETHER_MS;
  const isMereText = ({ blocks, ephemeral_to }: Message): boolean => !blocks?.length && !ephemeral_to;
  return near && before.user === message.user && isMereText(before) && isMereText(message);
}
