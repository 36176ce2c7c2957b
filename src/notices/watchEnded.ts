/** The occasion: what somebody watches has ended. */
import { occasion } from './occasion';

export const watchEnded = occasion({
  name: 'watch-ended',
  summary: 'a job, search or workflow that somebody watches ended',
  isOn: true,
});
