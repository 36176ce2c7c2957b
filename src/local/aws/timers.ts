/** Many things to do later on one Node timer: a binary heap ordered by due time, then by the order of asking. */

export interface Timers {
  /** `dueAt` in ms of the same clock; a time in the past runs soon, never at once. */
  at(dueAt: number, run: () => void): void;
  close(): void;
}

interface Entry {
  dueAt: number;
  order: number;
  run: () => void;
}

const before = (a: Entry, b: Entry): boolean => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);

/** setTimeout turns anything above 2^31-1 ms into 1 ms. */
const LONGEST_WAIT_MS = 2_147_483_647;

export function timersOn(now: () => number, onError: (error: unknown) => void): Timers {
  const heap: Entry[] = [];
  let order = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const push = (entry: Entry) => {
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (!parent || !before(entry, parent)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = entry;
  };

  const pop = (): Entry | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || top === last) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const left = heap[child];
      if (!left) break;
      const right = heap[child + 1];
      const lesser = right && before(right, left) ? right : left;
      if (lesser === right) child++;
      if (!before(lesser, last)) break;
      heap[i] = lesser;
      i = child;
    }
    heap[i] = last;
    return top;
  };

  const arm = () => {
    clearTimeout(timer);
    const next = heap[0];
    if (closed || !next) return;
    timer = setTimeout(fire, Math.min(LONGEST_WAIT_MS, Math.max(0, next.dueAt - now())));
  };

  const fire = () => {
    const until = now();
    for (let next = heap[0]; next && next.dueAt <= until && !closed; next = heap[0]) {
      pop();
      try {
        next.run();
      } catch (error) {
        onError(error);
      }
    }
    arm();
  };

  return {
    at(dueAt, run) {
      if (closed) return;
      const entry = { dueAt, order: order++, run };
      push(entry);
      // What is overdue here waits only where the clock jumped.
      if (heap[0] === entry || (heap[0]?.dueAt ?? 0) <= now()) arm();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      heap.length = 0;
    },
  };
}
