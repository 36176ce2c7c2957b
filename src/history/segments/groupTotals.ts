/** The figures of one group over all segments, and over the rows beside them. */
import { isDone, type JobRow } from '../../jobs/job';
import { type Figures, hoursOf, STAGES, type Stage, stageMs } from '../../jobs/statistics';
import { Distribution } from './durations';
import type { SegmentTotals } from './segmentTotals';

const MS_PER_HOUR = 3_600_000;
const MIB_PER_GIB = 1024;

export class GroupTotals {
  #jobs: JobRow[] | undefined;
  readonly #segments: SegmentTotals[] = [];
  /** The group's number in each segment. */
  readonly #numbers: number[] = [];

  addJob(job: JobRow): void {
    this.#jobs ??= [];
    this.#jobs.push(job);
  }

  /** Adds a group of a segment's rows, which have all ended. */
  addGroup(totals: SegmentTotals, number: number): void {
    this.#segments.push(totals);
    this.#numbers.push(number);
  }

  #distribution(stage: Stage): Distribution {
    const lengths = new Distribution();
    for (let n = 0; n < this.#segments.length; n++) {
      lengths.addGroup((this.#segments[n] as SegmentTotals).lengths[stage], this.#numbers[n] as number);
    }
    for (const job of this.#jobs ?? []) {
      const ms = stageMs(job)[stage];
      if (ms !== undefined) lengths.add(ms);
    }
    return lengths;
  }

  figures(): Figures {
    const figures: Figures = { count: 0, succeeded: 0, failed: 0, vcpuHours: 0, gibHours: 0 };
    let isTriedOnce = this.#jobs === undefined;
    for (let n = 0; n < this.#segments.length; n++) {
      const { count, failed, vcpuMs, mibMs, lengths } = this.#segments[n] as SegmentTotals;
      const number = this.#numbers[n] as number;
      figures.count += count[number] as number;
      figures.failed += failed[number] as number;
      figures.vcpuHours += (vcpuMs[number] as number) / MS_PER_HOUR;
      figures.gibHours += (mibMs[number] as number) / MIB_PER_GIB / MS_PER_HOUR;
      isTriedOnce &&= lengths.run === lengths.running;
    }
    figures.succeeded = figures.count - figures.failed;
    for (const job of this.#jobs ?? []) {
      const { vcpuHours, gibHours } = hoursOf(job);
      figures.count++;
      if (isDone(job)) {
        if (job.status === 'FAILED') figures.failed++;
        else figures.succeeded++;
      }
      figures.vcpuHours += vcpuHours;
      figures.gibHours += gibHours;
    }
    for (const stage of STAGES) {
      const spread = stage === 'run' && isTriedOnce ? figures.running : this.#distribution(stage).spread();
      if (spread !== undefined) figures[stage] = spread;
    }
    return figures;
  }
}
