/** Counts the messages in each channel that this user has not had on the screen; remembered in the browser. */
import { useCallback, useEffect, useState } from 'react';
import { type SlackState, topLevel } from './slackState';

type LastRead = Record<string, string>;

function load(key: string): LastRead {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as LastRead;
  } catch {
    return {};
  }
}

/** @param openChannel the channel now on the screen: whatever arrives there is read */
export function useUnread(
  state: SlackState | undefined,
  userId: string | undefined,
  openChannel: string | undefined,
): (channelId: string) => number {
  const key = `batchbot.read.${userId ?? ''}`;
  const [lastRead, setLastRead] = useState<{ key: string; at: LastRead }>(() => ({ key, at: load(key) }));
  if (lastRead.key !== key) setLastRead({ key, at: load(key) });
  const latest = openChannel ? state?.messages[openChannel]?.at(-1)?.ts : undefined;

  useEffect(() => {
    if (!openChannel || !latest) return;
    const at = { ...load(key), [openChannel]: latest };
    localStorage.setItem(key, JSON.stringify(at));
    setLastRead({ key, at });
  }, [key, openChannel, latest]);

  return useCallback(
    (channelId: string) => {
      if (channelId === openChannel) return 0;
      const read = Number(lastRead.at[channelId] ?? 0);
      const messages = topLevel(state?.messages[channelId] ?? []);
      return messages.filter((message) => Number(message.ts) > read && message.user !== userId).length;
    },
    [state, lastRead, openChannel, userId],
  );
}
