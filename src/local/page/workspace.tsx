/** What every part of the page may know: who is reading, who and what else there is, and the time. */
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { Channel, User } from './contract';

export interface Workspace {
  me: User;
  users: readonly User[];
  channels: readonly Channel[];
  openChannel(channelId: string): void;
}

const WorkspaceContext = createContext<Workspace | null>(null);
/** Apart from the rest, so that the passing of time redraws only what shows it. */
const NowContext = createContext(0);

const TICK_MS = 20_000;

export function WorkspaceProvider({ value, children }: { value: Workspace; children: ReactNode }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <WorkspaceContext value={value}>
      <NowContext value={now}>{children}</NowContext>
    </WorkspaceContext>
  );
}

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error('useWorkspace outside of a WorkspaceProvider');
  return workspace;
}

/** Milliseconds since 1970; moves on by itself, so that "3 minutes ago" does. */
export function useNow(): number {
  return useContext(NowContext);
}

export const displayName = (user: User | undefined, id: string): string => user?.real_name || user?.name || id;
