/** Tells a search index that is damaged from all that else can fail: it is mended by packing the jobs anew. */

import { DamagedPartError } from '../segments';
import { MissingItemError } from './segmentItems';

/** The item of the index that is damaged or gone; undefined for any other error. */
export const damagedItem = (error: unknown): string | undefined =>
  error instanceof DamagedPartError || error instanceof MissingItemError ? error.item : undefined;
