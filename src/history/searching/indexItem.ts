/** Reads back the items of the search index that packers change: an error about one names it, and what mends it. */
import type * as z from 'zod';
import { DamagedPartError } from '../segments';

/** @throws DamagedPartError */
export function readIndexItem<T>(schema: z.ZodType<T>, item: Record<string, unknown>): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new DamagedPartError(`${String(item.pk)} / ${String(item.sk)}`, issues);
}
