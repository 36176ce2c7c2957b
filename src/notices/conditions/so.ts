/** Which incidents are still so: those of which something is found now. */
import type { Incident } from '../../history/records/incident';
import type { Occurrence, Subject } from '../occasion';

const ofSubject = (occasion: string, { kind, name }: Subject, queue = '', identity = ''): string =>
  JSON.stringify([occasion, queue, kind, name, identity]);

/** States share no card: each goes on as long as its own group. */
export function stillSo(found: readonly Occurrence[]): (incident: Incident) => boolean {
  const groups = new Set(
    found.map(({ occasion, subject, queue, cause }) => ofSubject(occasion, subject, queue, cause?.identity)),
  );
  return ({ occasion, subject, queue, cause }) => groups.has(ofSubject(occasion, subject, queue, cause?.identity));
}
