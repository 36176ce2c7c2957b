/** What this user sent before, remembered in the browser, to step through with the arrow keys. */
import { useRef } from 'react';

const MOST = 50;

export interface History {
  add(text: string): void;
  /** Whether `text` is what the last step gave. */
  isAt(text: string): boolean;
  older(): string | undefined;
  /** The empty string after the newest. */
  newer(): string;
}

export function useHistory(userId: string): History {
  const key = `batchbot.sent.${userId}`;
  /** Steps back from now: 0 is what is being typed. */
  const back = useRef(0);
  const sent = (): string[] => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? '[]') as string[];
    } catch {
      return [];
    }
  };
  const at = (steps: number): string => (steps === 0 ? '' : (sent().at(-steps) ?? ''));
  return {
    add(text) {
      back.current = 0;
      const kept = [...sent().filter((one) => one !== text), text].slice(-MOST);
      localStorage.setItem(key, JSON.stringify(kept));
    },
    isAt: (text) => back.current > 0 && text === at(back.current),
    older() {
      if (back.current >= sent().length) return undefined;
      back.current += 1;
      return at(back.current);
    },
    newer() {
      back.current = Math.max(0, back.current - 1);
      return at(back.current);
    },
  };
}
