/** How cancelling speaks. */
import type { OperationWords } from './operation';

export const CANCEL_WORDS: OperationWords = {
  verb: 'cancel',
  doing: 'cancelling',
  did: 'cancelled',
  main: 'stopped',
  outcomes: {
    /** Batch took the request. */
    stopped: 'cancelled',
    ended: 'had finished',
    /** Somebody's request stood already. */
    stopping: 'already being stopped',
    gone: 'Batch knew no more',
    failed: 'failed',
  },
};
