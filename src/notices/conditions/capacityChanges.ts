/** Keeps from look to look whether each queue and compute environment is enabled, and who disabled it since: here, or elsewhere. */
import type { Room } from '../../commands/command';
import type { CapacityState, CapacityStates } from '../../history/records/capacityStates';
import type { Environment, Queue } from '../../jobs/waiting';
import { stateKey } from '../queueTrouble';

/** A preview of a queue's switch stands for 15 minutes (commands/queueSwitch.ts), and the last look is one or two ago. */
const LATELY_MS = 17 * 60_000;
/** Of one act there are a few entries. */
const MOST_ENTRIES = 20;

interface Present {
  state: string;
  /** Undefined for an environment, which batchbot can't switch. */
  queue?: string;
}

function presentOf(queues: readonly Queue[], spare: readonly Environment[]): Map<string, Present> {
  const found = new Map<string, Present>();
  for (const { name, state = '' } of queues) found.set(stateKey({ kind: 'queue', name }), { state, queue: name });
  for (const { name, state = '' } of [...queues.flatMap(({ environments }) => environments), ...spare])
    found.set(stateKey({ kind: 'environment', name }), { state });
  return found;
}

/**
 * Whether it was through batchbot that the queue was disabled: that is the last that was done to it here, or somebody was
 * shown a preview of it and did not decline, since the audit is written a moment after the act.
 */
async function isOurs(queue: string, { history, now }: Pick<Room, 'history' | 'now'>): Promise<boolean> {
  const disabling = `disable ${queue}`;
  const { entries } = await history.audit.page({
    limit: MOST_ENTRIES,
    since: now() - LATELY_MS,
    matches: ({ verb, words }) => verb === 'queue' && (words === disabling || words === `enable ${queue}`),
  });
  const done = entries.find(({ what }) => what === 'done');
  if (done !== undefined) return done.words === disabling;
  const kept = new Set(entries.filter(({ what }) => what === 'kept').map(({ op }) => op));
  return entries.some(({ what, words, op }) => what === 'asked' && words === disabling && !kept.has(op));
}

/**
 * As they are now, kept for the next look.
 * @param queues those that are tracked
 */
export async function capacityChanges(
  queues: readonly Queue[],
  spare: readonly Environment[],
  room: Pick<Room, 'history' | 'now'>,
): Promise<ReadonlyMap<string, CapacityState>> {
  const before = await room.history.capacityStates.get();
  const now = room.now();
  const states: CapacityStates['states'] = {};
  let isChanged = false;
  for (const [key, { state, queue }] of presentOf(queues, spare)) {
    const known = before.states[key];
    if (known?.state === state) {
      states[key] = known;
      continue;
    }
    isChanged = true;
    const isOff = known !== undefined && state === 'DISABLED';
    const isNews = isOff && !(queue !== undefined && (await isOurs(queue, room)));
    states[key] = { state, since: now, isNews };
  }
  isChanged ||= Object.keys(before.states).some((key) => states[key] === undefined);
  if (isChanged) await room.history.capacityStates.put({ states });
  return new Map(Object.entries(states));
}
