/** The rule that a history of any steps, with segments of any size, agrees with the plain rules; over a table in memory. */
import * as fc from 'fast-check';
import { MemoryClient, MemoryTable } from './memoryTable';
import { anySteps, live } from './model';

export const livesInMemory = () =>
  fc.asyncProperty(anySteps, fc.constantFrom(1, 3, undefined), async (steps, fullRows) => {
    const table = new MemoryTable();
    table.pageSize = 7;
    await live({ table: 'memory', fullRows, client: (before) => new MemoryClient(table, before) }, steps);
  });
