/** Packing, searching and being cut off anywhere, against the plain rules over everything that was ever told. */
import * as fc from 'fast-check';
import { MemoryClient, MemoryTable } from './memoryTable';
import { anySteps, live } from './model';

test('whatever is told, packed, merged, rebuilt, removed, cut off and told again, a search finds each job once, in its newest state', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, fc.constantFrom(1, 3, undefined), async (steps, fullRows) => {
      const table = new MemoryTable();
      table.pageSize = 7;
      await live({ table: 'memory', fullRows, client: (before) => new MemoryClient(table, before) }, steps);
    }),
    {
      numRuns: Number(process.env.MODEL_RUNS ?? 2_000),
      ...(process.env.MODEL_SEED === undefined ? {} : { seed: Number(process.env.MODEL_SEED) }),
    },
  );
}, 600_000);
