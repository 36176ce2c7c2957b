/** Whose turn it is: new cards first, then words in threads, then edits, each the longest waiting first. */
import type { Due, Sent } from '../../history/records/outbox';

/** What a card rests between two edits, by its age: people look at a young one. */
const RESTS: readonly { youngerThanMs: number; restMs: number }[] = [
  { youngerThanMs: 10 * 60_000, restMs: 5_000 },
  { youngerThanMs: 60 * 60_000, restMs: 15_000 },
];
const LONGEST_REST_MS = 60_000;
/** A word goes before an edit that has not waited so much longer. */
const WORD_LEAD_MS = 5_000;

export const restMs = (ageMs: number): number =>
  RESTS.find(({ youngerThanMs }) => ageMs < youngerThanMs)?.restMs ?? LONGEST_REST_MS;

/** When (ms) its turn may come, as far as it alone is concerned. */
export function readyAt(due: Due, sent: Sent | undefined): number {
  const notBefore = due.notBefore ?? 0;
  if (due.urgency !== 'edit' || sent?.ts === undefined) return notBefore;
  const { postedAt = 0, editedAt = postedAt } = sent;
  return Math.max(notBefore, editedAt + restMs(editedAt - postedAt));
}

const weight = ({ urgency, since }: Due): number => since + (urgency === 'edit' ? WORD_LEAD_MS : 0);
const isNew = ({ urgency }: Due): boolean => urgency === 'new';

/** In the order of their turns. */
export const inTurn = (due: readonly Due[]): Due[] =>
  [...due].sort((a, b) => Number(isNew(b)) - Number(isNew(a)) || weight(a) - weight(b) || (a.key < b.key ? -1 : 1));
