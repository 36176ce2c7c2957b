/** EventBridge: carries events to the queue that the rule for Batch's and ECS's events targets. */
import type { Random } from '../workload/random';
import type { Timers } from './timers';

export interface Bus {
  /** An event of this world's own: delivered at least once, now and then twice or late. */
  emit(event: object): void;
  /** An event from outside, exactly as given: once, in order, never changed. */
  publish(event: unknown): void;
}

/** EventBridge promises at-least-once delivery without order; these shares make both happen often enough to be met in a demo. */
const TWICE = 0.03;
const LATE = 0.05;
const LATE_BY_MS = 1500;

/** `deliver` puts one message body on the target queue. */
export function busTo(
  deliver: (body: string) => void,
  given: { now: () => number; timers: Timers; random: Random; speed: number },
): Bus {
  const later = (body: string) => {
    const delayMs = (given.random.fraction() * LATE_BY_MS) / given.speed;
    given.timers.at(given.now() + delayMs, () => deliver(body));
  };
  return {
    emit(event) {
      const body = JSON.stringify(event);
      if (given.random.chance(LATE)) later(body);
      else deliver(body);
      if (given.random.chance(TWICE)) later(body);
    },
    publish: (event) => deliver(JSON.stringify(event)),
  };
}
