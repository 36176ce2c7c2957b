/** The occasion: a job's final attempt failed, of anything but a time limit or the loss of its host. */
import { occasion } from './occasion';

export const failed = occasion({ name: 'failed', summary: 'a job failed for good', isOn: true });
