/** How much time the work of a long-running process has: as in a Lambda, until the process is to end. */

/** Long enough for a rate limit to pass; what a worker Lambda has for one message. */
const STEP_MS = 120_000;

/** Whether a message of the work queue is for a sender. */
export const isDelivery = (body: string): boolean => body.includes('"kind":"deliver"');

export function workTime() {
  let isEnding = false;
  const step = () => {
    const until = Date.now() + STEP_MS;
    return () => until - Date.now();
  };
  return {
    /** For what somebody waits for: it is brought to its end. */
    step,
    /** For what goes on by itself and can be left at any moment, as a sweep or a sender that paces itself: over at once at the end. */
    untilEnd() {
      const remainingMs = step();
      return () => (isEnding ? 0 : remainingMs());
    },
    /** For a message of the work queue. */
    of(body: string) {
      return isDelivery(body) ? this.untilEnd() : step();
    },
    end(): void {
      isEnding = true;
    },
  };
}
