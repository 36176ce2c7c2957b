/** Which message a key stands for: what comes before its first `#` names who renders the rest. */
import type { Room } from '../commands/command';
import type { Message } from '../views/kit';
import { renderDigest } from './digests/renderDigest';
import { renderIncident } from './incidents/renderIncident';
import { renderLines } from './incidents/renderLines';
import { renderWatch, renderWatchEnd } from './watches/renderWatch';

/** @returns undefined when there is nothing to tell */
export type Renderer = (id: string, room: Room) => Promise<Message | undefined>;

/** Each works the message out afresh, from what is so now. */
export const renderers: Record<string, Renderer> = {
  incident: renderIncident,
  lines: renderLines,
  watch: renderWatch,
  'watch-end': renderWatchEnd,
  digest: renderDigest,
};

/** @throws RangeError for a key that nobody renders */
export async function render(key: string, room: Room): Promise<Message | undefined> {
  const [kind = '', ...id] = key.split('#');
  const renderer = renderers[kind];
  if (renderer === undefined) throw new RangeError(`nobody renders ${key}`);
  return await renderer(id.join('#'), room);
}
