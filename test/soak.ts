/** `npm run soak -- [minutes]`: tells histories of fresh seeds, one after the other, until the time is over or one goes wrong. */

import * as fc from 'fast-check';
import { MemoryClient, MemoryTable } from './history/memoryTable';
import { anySteps, live } from './history/model';

const RUNS_AT_ONCE = 100;

async function soak(minutes: number): Promise<number> {
  const beganAt = Date.now();
  const until = beganAt + minutes * 60_000;
  for (let runs = 0; ; runs += RUNS_AT_ONCE) {
    const left = Math.ceil((until - Date.now()) / 1000);
    process.stderr.write(
      `\r${runs.toLocaleString('en-US')} histories agree with the plain rules, ${Math.max(0, left)} s left `,
    );
    if (left <= 0) break;
    const seed = Date.now() % 2 ** 31;
    const details = await fc.check(
      fc.asyncProperty(anySteps, async (steps) => {
        const table = new MemoryTable();
        table.pageSize = 7;
        await live({ table: 'memory', client: (before) => new MemoryClient(table, before) }, steps);
      }),
      { seed, numRuns: RUNS_AT_ONCE },
    );
    if (!details.failed) continue;
    process.stderr.write('\n');
    console.error(fc.defaultReportMessage(details));
    console.error(`To see it again: MODEL_SEED=${seed} MODEL_RUNS=${RUNS_AT_ONCE} npx jest test/history/model.test.ts`);
    return 1;
  }
  process.stderr.write('\n');
  return 0;
}

void soak(Number(process.argv[2] ?? 10)).then((code) => process.exit(code));
