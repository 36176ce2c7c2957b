/** Where the reader is (as whom, in which channel or tab, which thread): kept in the address, so that Back and links work. */
import { useCallback, useEffect, useState } from 'react';

export interface Place {
  /** A user's name. */
  user?: string | undefined;
  /** A channel's name, or the app's. */
  channel?: string | undefined;
  /** Of the app: its messages are shown unless this says home. */
  tab?: 'home' | undefined;
  /** The `ts` of the thread that is open beside the channel. */
  thread?: string | undefined;
}

const REMEMBERED = 'batchbot.place';

function readPlace(): Place {
  const query = new URLSearchParams(location.search);
  const at = (name: string): string | undefined => query.get(name) ?? undefined;
  let last: Place = {};
  try {
    last = JSON.parse(localStorage.getItem(REMEMBERED) ?? '{}') as Place;
  } catch {}
  return {
    user: at('user') ?? last.user,
    channel: at('channel') ?? last.channel,
    tab: at('tab') === 'home' ? 'home' : undefined,
    thread: at('thread'),
  };
}

export function usePlace(): [Place, (change: Place) => void] {
  const [place, setPlace] = useState(readPlace);

  useEffect(() => {
    const back = (): void => setPlace(readPlace());
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);

  const go = useCallback((change: Place) => {
    const next = { ...readPlace(), ...change };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(next)) if (value) query.set(name, value);
    history.pushState(null, '', `?${query}`);
    localStorage.setItem(REMEMBERED, JSON.stringify({ user: next.user, channel: next.channel }));
    setPlace(next);
  }, []);

  return [place, go];
}
