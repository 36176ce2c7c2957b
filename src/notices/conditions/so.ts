/** Which incidents are still so: those of which something is found now. */
import type { Incident } from '../../history/records/incident';
import type { Occurrence, Subject } from '../occasion';

const ofSubject = (occasion: string, { kind, name }: Subject, queue = '', identity = ''): string =>
  JSON.stringify([occasion, queue, kind, name, identity]);

/**
 * A card of its own group goes on as long as that; one that took in several, where many came at once, as long as anything
 * of its cause does, and the last one, which takes all, as long as anything does.
 */
export function stillSo(found: readonly Occurrence[]): (incident: Incident) => boolean {
  const groups = new Set(
    found.map(({ occasion, subject, queue, cause }) => ofSubject(occasion, subject, queue, cause?.identity)),
  );
  const causes = new Set(found.map(({ cause }) => cause?.identity));
  return ({ occasion, breadth, subject, queue, cause }) => {
    if (breadth === 'gathering') return found.length > 0;
    return breadth === 'cause'
      ? causes.has(cause?.identity)
      : groups.has(ofSubject(occasion, subject, queue, cause?.identity));
  };
}
