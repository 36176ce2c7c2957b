/** What a kind of operation on many jobs brings along; the engine (`carryOut.ts`) and the presses are the same for all. */
import type { Operation, Outcome } from '../../history/records/operation';
import type { OperationWords } from '../../views/operation';
import type { Room } from '../command';

/** AWS did not let a chunk be done whole: the outcomes that there are all the same. */
export class HeldUpError extends Error {
  override name = 'HeldUpError';
  /** @param causes what holds up single jobs, where it is not the cause of all */
  constructor(
    readonly outcomes: readonly Outcome[],
    cause: unknown,
    readonly causes: ReadonlyMap<string, unknown> = new Map(),
  ) {
    super('some of a chunk could not be done', { cause });
  }
}

/** Some of an operation's ids, which one worker takes up at once. */
export interface Chunk {
  /** While it is `halting`, nothing new is done: only what a worker that died has done already counts. */
  operation: Operation;
  ids: readonly string[];
  /**
   * Notes what is about to be done, before it is done; once a chunk.
   * @returns what was noted by a worker that died over this chunk, whose acts may have come about; undefined for the first
   */
  begin(planned: readonly string[]): Promise<string[] | undefined>;
  /** What is left of the time in which this worker, and no other, works on the operation (ms). */
  remainingMs: () => number;
}

export interface OperationKind {
  words: OperationWords;
  idsPerChunk: number;
  /** Chunks under way at once, of one worker; 4 by default. */
  chunksAtOnce?: number;
  /**
   * Does it, and gives an outcome for each id. After a worker died it is called again with the same chunk: what `begin`
   * gives back then tells it which of its acts to look for before doing them. Ids without an outcome are left alone.
   * @throws HeldUpError when AWS let some of it be done, or any error when nothing: the others come again in a later chunk
   */
  carryOut(chunk: Chunk, room: Room, sleep: (ms: number) => Promise<void>): Promise<Outcome[]>;
  /** A look back at what was done, so many seconds after its end. */
  lookBack?: { afterSeconds: number; look(operation: Operation, room: Room, remainingMs: () => number): Promise<void> };
}
