/** A look back at an operation some time after its end: once, whoever is asked for it how often. */
import type { Room } from '../command';
import { kindOf } from './kinds';

/** Longer than a worker lives. */
const CLAIM_MS = 130_000;
/** When to see whether another worker's look has come to its end. */
const LOOK_AGAIN_SECONDS = 150;

/** @throws when it must come again */
export async function lookBack(op: string, room: Room, remainingMs: () => number): Promise<void> {
  const { operations, once } = room.history;
  const operation = await operations.get(op);
  if (operation === undefined) return;
  const { lookBack: kindsOwn } = kindOf(operation.kind);
  if (kindsOwn === undefined) return;
  const id = `lookBack#${op}`;
  const claim = await once.claim(id, room.now(), CLAIM_MS);
  if (claim === 'done') return;
  if (claim === 'busy') {
    await room.enqueue({ kind: 'lookBack', op }, LOOK_AGAIN_SECONDS);
    return;
  }
  try {
    await kindsOwn.look(operation, room, remainingMs);
  } catch (error) {
    await once.release(id);
    throw error;
  }
  await once.finish(id);
}
