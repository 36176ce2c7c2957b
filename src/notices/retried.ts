/** The occasion: an attempt failed and Batch tries the job again; quiet, in the thread of a card that stands anyway. */
import { occasion } from './occasion';

export const retried = occasion({
  name: 'retried',
  summary: 'an attempt failed and the job is tried again',
  isOn: false,
});
