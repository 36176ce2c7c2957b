/** What every change of alerts leaves behind: an entry in the audit, and a line where people see its effect. */
import { queueToSend } from '../../notices/sending/queueToSend';
import { context } from '../../views/kit';
import type { Room } from '../command';
import type { AlertsAsking } from './verb';

/** Kept before the change itself: a worker that dies in between leaves an entry too many, never one too few. */
export async function audited(verb: string, told: string, asking: AlertsAsking, room: Room): Promise<void> {
  const { person, channel, text } = asking;
  await room.history.audit.write({
    at: room.now(),
    by: { id: person.id, name: person.name },
    channel: channel.id,
    verb: 'alerts',
    words: `${verb} ${text}`.trim(),
    what: 'done',
    told,
  });
}

/**
 * Tells each channel and person, once, what has changed for them.
 * @param key what stands for this change: the same twice is told once
 */
export async function announce(
  lines: readonly { to: string; line: string }[],
  key: string,
  plain: string,
  room: Room,
): Promise<void> {
  for (const { to, line } of lines)
    await queueToSend(room, to, `routing#${key}`, {
      urgency: 'word',
      message: { text: plain, blocks: [context(line)] },
    });
}
