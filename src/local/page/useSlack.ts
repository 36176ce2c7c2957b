/** Keeps one user's view of the workspace live: the stream of `/local/stream`, reconnected for as long as the page is open. */
import { useEffect, useReducer, useState } from 'react';
import type { StreamEvent } from './contract';
import { applyEvent, type SlackState } from './slackState';

/** How long to wait before opening a stream again that the server refused; the browser itself retries a dropped one. */
const RETRY_MS = 1500;

export interface Slack {
  state: SlackState | undefined;
  connected: boolean;
}

type Change = StreamEvent | { type: 'other_user' };

function reduce(state: SlackState | undefined, change: Change): SlackState | undefined {
  return change.type === 'other_user' ? undefined : applyEvent(state, change);
}

export function useSlack(userId: string | undefined): Slack {
  const [state, dispatch] = useReducer(reduce, undefined);
  const [connected, setConnected] = useState(true);

  useEffect(() => {
    if (!userId) return;
    dispatch({ type: 'other_user' });
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = (): void => {
      source = new EventSource(`/local/stream?user=${encodeURIComponent(userId)}`);
      source.onopen = () => setConnected(true);
      source.onmessage = (event: MessageEvent<string>) => dispatch(JSON.parse(event.data) as StreamEvent);
      source.onerror = () => {
        setConnected(false);
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
      };
    };
    open();
    return () => {
      source?.close();
      clearTimeout(timer);
    };
  }, [userId]);

  return { state, connected };
}
