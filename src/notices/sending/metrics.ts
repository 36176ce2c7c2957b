/** The figures of the sending, in CloudWatch's namespace `batchbot`, by which alarms know that it is stuck. */

/** How long the oldest message has waited, in seconds, measured once a minute. */
export const OLDEST_UNSENT = 'OldestUnsentSeconds';
/** Messages that could not be sent for a day. */
export const GIVEN_UP = 'MessagesGivenUp';
