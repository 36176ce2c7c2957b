/** What all items of incidents share: how long they are kept, and how a key is made of any text. */
import { createHash } from 'node:crypto';

/** So long after it opened an incident can still be looked up. */
const KEPT_DAYS = 90;
export const keptUntil = (now: number): number => Math.ceil(now / 1000) + KEPT_DAYS * 86_400;

/** A sort key has 1,024 bytes at most, and a subject's name may be anything. */
export const keyPart = (text: string): string =>
  /^[\w:#.-]{1,200}$/.test(text) ? text : createHash('sha256').update(text).digest('base64url');
