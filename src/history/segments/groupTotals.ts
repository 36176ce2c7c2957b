/** The figures of one group while rows are added to it. */
import { isDone, type JobRow } from '../../jobs/job';
import { type Figures, hoursOf, STAGES, stageMs } from '../../jobs/statistics';
import { Distribution } from './durations';
import type { MetricsColumns } from './metricsColumns';

const MS_PER_HOUR = 3_600_000;
const MIB_PER_GIB = 1024;

export class GroupTotals {
  #count = 0;
  #succeeded = 0;
  #failed = 0;
  #vcpuHours = 0;
  #gibHours = 0;
  readonly #stages = {
    runnable: new Distribution(),
    starting: new Distribution(),
    running: new Distribution(),
    run: new Distribution(),
  };

  addJob(job: JobRow): void {
    this.#count++;
    if (isDone(job)) {
      if (job.status === 'FAILED') this.#failed++;
      else this.#succeeded++;
    }
    const lengths = stageMs(job);
    for (const stage of STAGES) {
      const ms = lengths[stage];
      if (ms !== undefined) this.#stages[stage].add(ms);
    }
    const { vcpuHours, gibHours } = hoursOf(job);
    this.#vcpuHours += vcpuHours;
    this.#gibHours += gibHours;
  }

  /**
   * Adds rows of a segment, which have all ended.
   * @param rows numbers of rows; those from `first` to before `end` count
   * @param isFailed 1 at the rows that failed
   */
  addRows(metrics: MetricsColumns, isFailed: Uint16Array, rows: Uint16Array, first: number, end: number): void {
    const { lengths, hosts, hostOf } = metrics;
    for (const stage of STAGES) this.#stages[stage].addRows(lengths[stage], rows, first, end);
    const { ms } = lengths.run;
    const { vcpus, memoryMiB } = hosts;
    let [failed, vcpuMs, mibMs] = [0, 0, 0];
    for (let at = first; at < end; at++) {
      const row = rows[at] as number;
      const host = hostOf[row] as number;
      const ran = ms[row] as number;
      failed += isFailed[row] as number;
      vcpuMs += ran * (vcpus[host] as number);
      mibMs += ran * (memoryMiB[host] as number);
    }
    this.#count += end - first;
    this.#failed += failed;
    this.#succeeded += end - first - failed;
    this.#vcpuHours += vcpuMs / MS_PER_HOUR;
    this.#gibHours += mibMs / MIB_PER_GIB / MS_PER_HOUR;
  }

  figures(): Figures {
    const spreads = STAGES.flatMap((stage) => {
      const spread = this.#stages[stage].spread();
      return spread === undefined ? [] : [[stage, spread] as const];
    });
    return {
      count: this.#count,
      succeeded: this.#succeeded,
      failed: this.#failed,
      ...Object.fromEntries(spreads),
      vcpuHours: this.#vcpuHours,
      gibHours: this.#gibHours,
    };
  }
}
