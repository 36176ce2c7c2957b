/** A word on queues that a rule names and nobody has: most likely a slip. */
import type { Conditions } from '../../history/records/routes';
import { globMatcher } from '../../jobs/glob';
import { nearest } from '../../jobs/nearest';
import type { Room } from '../command';
import { queueRows } from '../queueRows';

export async function queueNotes({ queues = [] }: Conditions, room: Room): Promise<string[]> {
  if (queues.length === 0) return [];
  const names = (await queueRows(room)).map(({ name }) => name);
  const missed = queues.filter((pattern) => !names.some(globMatcher([pattern])));
  return missed.map((pattern) => {
    const meant = nearest(pattern, names);
    return `No queue fits \`${pattern}\` now${meant === undefined ? '' : `; did you mean \`${meant}\`?`}.`;
  });
}
