/** The occasion: a job ran into a time limit, of its own, of its environment or of a rule. */
import { occasion } from './occasion';

export const timedOut = occasion({ name: 'timed-out', summary: 'a job ran into a timeout', isOn: true });

/** Keys of `jobs/causes`. */
export const TIMED_OUT: ReadonlySet<string> = new Set(['timeout', 'timedOutByRule', 'timedOutByVariable']);
