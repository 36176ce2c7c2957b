/** Outcomes as an item keeps them: most are nothing but a word, whose ids go as one text, which takes far less memory to read. */
import * as z from 'zod';
import { type Outcome, outcomeSchema } from './operation';

export function packOutcomes(outcomes: readonly Outcome[]): { ids: Record<string, string>; told: Outcome[] } {
  const isBare = ({ why, newId }: Outcome): boolean => why === undefined && newId === undefined;
  const ids: Record<string, string> = {};
  for (const { id, outcome } of outcomes.filter(isBare))
    ids[outcome] = ids[outcome] === undefined ? id : `${ids[outcome]} ${id}`;
  return { ids, told: outcomes.filter((outcome) => !isBare(outcome)) };
}

const packedSchema = z.object({ ids: z.record(z.string(), z.string()), told: z.array(outcomeSchema) });

export function unpackOutcomes(item: unknown): Outcome[] {
  const { ids, told } = packedSchema.parse(item);
  const bare = Object.entries(ids).flatMap(([outcome, text]) => text.split(' ').map((id) => ({ id, outcome })));
  return [...bare, ...told];
}
