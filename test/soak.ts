/** `npm run soak -- [minutes]`: tells histories of fresh seeds, one after the other, until the time is over or one goes wrong. */

import { randomInt } from 'node:crypto';
import * as fc from 'fast-check';
import { livesInMemory } from './history/livesInMemory';

const RUNS_AT_ONCE = 100;
const SEEDS = 2 ** 31;

async function soak(minutes: number): Promise<number> {
  const until = Date.now() + minutes * 60_000;
  let seed = randomInt(SEEDS);
  const seeAgain = () =>
    console.error(`To see it again: MODEL_SEED=${seed} MODEL_RUNS=${RUNS_AT_ONCE} npx jest test/history/model.test.ts`);
  // What escapes the rule under test ends this process, and its seed is told first.
  process.on('uncaughtExceptionMonitor', () => {
    process.stderr.write('\n');
    seeAgain();
  });
  for (let runs = 0; ; runs += RUNS_AT_ONCE) {
    const left = Math.ceil((until - Date.now()) / 1000);
    process.stderr.write(
      `\r${runs.toLocaleString('en-US')} histories agree with the plain rules, ${Math.max(0, left)} s left `,
    );
    if (left <= 0) break;
    seed = randomInt(SEEDS);
    const details = await fc.check(livesInMemory(), { seed, numRuns: RUNS_AT_ONCE });
    if (!details.failed) continue;
    process.stderr.write('\n');
    console.error(fc.defaultReportMessage(details));
    seeAgain();
    return 1;
  }
  process.stderr.write('\n');
  return 0;
}

void soak(Number(process.argv[2] ?? 10)).then((code) => process.exit(code));
