/** What was confirmed of a retry beside the ids, as the operation keeps it. */
import * as z from 'zod';
import type { AskedOperation, Operation } from '../../history/records/operation';
import { retryChangesSchema } from '../../jobs/retry';
import type { RetryPlan } from '../retryTerms';

const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .default('{}')
    .transform((text) => JSON.parse(text))
    .pipe(schema);

const settingsSchema = z.object({
  changes: json(retryChangesSchema),
  definitions: json(z.record(z.string(), z.string())),
});

export const planOf = ({ settings = {} }: Pick<Operation, 'settings'>): RetryPlan => settingsSchema.parse(settings);

export const settingsOf = ({ changes, definitions }: RetryPlan): NonNullable<AskedOperation['settings']> => ({
  changes: JSON.stringify(changes),
  definitions: JSON.stringify(definitions),
});
