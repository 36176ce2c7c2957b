/** Whose turn it is: new cards first, then words and edits, the longest waiting first, and the details in threads last. */
import type { Due, Sent } from '../../history/records/outbox';

/** What a card rests between two edits, by its age: people look at a young one. */
const RESTS: readonly { youngerThanMs: number; restMs: number }[] = [
  { youngerThanMs: 10 * 60_000, restMs: 5_000 },
  { youngerThanMs: 60 * 60_000, restMs: 15_000 },
];
const LONGEST_REST_MS = 60_000;
/**
 * What an edit leaves to a word that begins to wait so much later, and the details in a thread to everything else: counters
 * are what people look at in a storm, and a thread is read afterwards.
 */
const EDIT_YIELDS_MS = 5_000;
const DETAIL_YIELDS_MS = 180_000;

export const restMs = (ageMs: number): number =>
  RESTS.find(({ youngerThanMs }) => ageMs < youngerThanMs)?.restMs ?? LONGEST_REST_MS;

/** When (ms) its turn may come, as far as it alone is concerned. */
export function readyAt(due: Due, sent: Sent | undefined): number {
  const notBefore = due.notBefore ?? 0;
  if (due.urgency !== 'edit' || sent?.ts === undefined) return notBefore;
  const { postedAt = 0, editedAt = postedAt } = sent;
  return Math.max(notBefore, editedAt + restMs(editedAt - postedAt));
}

function weight({ urgency, since, thread, broadcast }: Due): number {
  if (thread !== undefined && !broadcast) return since + DETAIL_YIELDS_MS;
  return urgency === 'edit' ? since + EDIT_YIELDS_MS : since;
}
const isNew = ({ urgency }: Due): boolean => urgency === 'new';

/** In the order of their turns. */
export const inTurn = (due: readonly Due[]): Due[] =>
  [...due].sort((a, b) => Number(isNew(b)) - Number(isNew(a)) || weight(a) - weight(b) || (a.key < b.key ? -1 : 1));
