/** What is switched on, and from when on things are told: people's settings over the defaults. */
import type { Room } from '../../commands/command';
import type { AlertSetting, OccasionSwitch, Threshold } from '../../history/records/alertSettings';
import { globMatcher } from '../../jobs/glob';
import { occasions } from '../index';
import type { Occasion } from '../occasion';
import { compareConditions } from './moreSpecific';
import { THRESHOLDS, type ThresholdName } from './thresholds';

export interface AlertSettings {
  /**
   * Whether an occasion is told at all, or to this channel or person: their own switch counts before the one for all, and
   * that before the occasion's default. One that nobody declared is on.
   */
  isOn(occasion: string, to?: string): boolean;
  /**
   * In the unit that `thresholds.ts` gives: ms or times. Of those set for a pattern that fits the queue, the most
   * specific counts. `Infinity` where it was switched off.
   */
  threshold(name: ThresholdName, queue?: string): number;
  switches: readonly OccasionSwitch[];
  thresholds: readonly Threshold[];
}

const narrowestFirst = (a: Threshold, b: Threshold): number =>
  compareConditions({ queues: [a.queue] }, { queues: [b.queue] }) || b.at - a.at;

export function settingsOf(all: readonly AlertSetting[], known: readonly Occasion[]): AlertSettings {
  const switches = all.filter((one) => one.kind === 'switch');
  const thresholds = all.filter((one) => one.kind === 'threshold').sort(narrowestFirst);
  const find = (occasion: string, to?: string) =>
    switches.find((one) => one.occasion === occasion && one.to === to)?.isOn;
  return {
    switches,
    thresholds,
    isOn: (occasion, to) =>
      (to === undefined ? undefined : find(occasion, to)) ??
      find(occasion) ??
      known.find(({ name }) => name === occasion)?.isOn ??
      true,
    threshold(name, queue) {
      const set = thresholds.find(
        (one) =>
          one.name === name && (/^\*+$/.test(one.queue) || (queue !== undefined && globMatcher([one.queue])(queue))),
      );
      const byDefault = THRESHOLDS.find((one) => one.name === name)?.byDefault ?? Number.POSITIVE_INFINITY;
      return set === undefined ? byDefault : (set.value ?? Number.POSITIVE_INFINITY);
    },
  };
}

/** Worked out once for as long as a list is kept. */
const workedOut = new WeakMap<readonly AlertSetting[], AlertSettings>();

/** As they were 10 seconds ago at the latest. */
export async function alertSettings({ history }: Pick<Room, 'history'>): Promise<AlertSettings> {
  const all = await history.alertSettings.list();
  const settings = workedOut.get(all) ?? settingsOf(all, occasions());
  workedOut.set(all, settings);
  return settings;
}
