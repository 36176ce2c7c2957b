/** The occasion: Spot took the host of a job that had no attempt left, or it was lost otherwise. */
import { occasion } from './occasion';

export const spotReclaimed = occasion({
  name: 'spot-reclaimed',
  summary: 'Spot or a lost host took a job for good',
  isOn: true,
});

/** Keys of `jobs/causes`. */
export const SPOT_RECLAIMED: ReadonlySet<string> = new Set(['spotInterrupted', 'hostTerminated']);
