/** Packing, searching and being cut off anywhere, against the plain rules over everything that was ever told. */
import * as fc from 'fast-check';
import { livesInMemory } from './livesInMemory';

test('whatever is told, packed, merged, rebuilt, removed, cut off and told again, a search finds each job once, in its newest state', async () => {
  await fc.assert(livesInMemory(), {
    numRuns: Number(process.env.MODEL_RUNS ?? 2_000),
    ...(process.env.MODEL_SEED === undefined ? {} : { seed: Number(process.env.MODEL_SEED) }),
  });
}, 600_000);
