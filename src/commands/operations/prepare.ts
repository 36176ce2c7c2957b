/**
 * What comes before anything is done to a job: its operation's ids are kept for good, and stand in the audit with who
 * confirmed them. The worker does it and not the press, so that nothing that fails there can come between.
 */
import type { Turn } from './carryOut';

export async function prepare({ operation, kind, room, keep }: Turn): Promise<void> {
  if (operation.prepared === true) return;
  const { operations, audit } = room.history;
  const { op, askedBy, startedBy = askedBy, askedAt, startedAt = askedAt, channel, startedIn = channel } = operation;
  await operations.keepIds(op, operation.count);
  await audit.writeIds(op, operations.idParts(op));
  await audit.write({
    at: startedAt,
    by: startedBy,
    channel: startedIn,
    verb: kind.words.command,
    words: operation.words,
    what: 'confirmed',
    op,
    count: operation.count,
    ...(operation.knowing === undefined ? {} : { knowing: operation.knowing }),
    ...(operation.reason === undefined ? {} : { reason: operation.reason }),
  });
  await keep({ prepared: true });
}
