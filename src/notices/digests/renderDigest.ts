/** The message of a digest, drawn from what was worked out when its time came. */
import type { Room } from '../../commands/command';
import { digestMessage } from '../../views/digest';
import type { Message } from '../../views/kit';

export async function renderDigest(id: string, { history, slash }: Room): Promise<Message | undefined> {
  const told = await history.digests.get(id);
  return told === undefined ? undefined : digestMessage(told, slash);
}
