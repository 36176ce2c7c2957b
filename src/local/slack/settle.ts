/** Waits, after what a person did, until the bot's answer has come and is quiet. */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { dmIdOf } from './identity';
import type { StoredMessage } from './message';
import type { StoredView } from './view';
import type { Change, World } from './world';

/** How long to wait, all in real ms whatever the world's clock says. */
export interface Patience {
  /** The answer is whole when nothing of it has changed for so long. */
  readonly quietMs: number;
  /** For the first of the answer, from the acknowledgement on. */
  firstMs: number;
  readonly mostMs: number;
  /** Whether the bot is still at work behind its acknowledgement. */
  readonly isBusy: () => boolean;
}

export interface Since {
  readonly messages: readonly StoredMessage[];
  readonly views: readonly StoredView[];
}

const STEP_MS = 15;

/** What else goes on in the world (alerts, say) is neither an answer to this person nor a reason to wait. */
const isAnswerTo = (change: Change, user: string, channel: string | undefined): boolean => {
  if (change.type === 'message') {
    const { message } = change;
    return message.ephemeral_to ? message.ephemeral_to === user : [channel, dmIdOf(user)].includes(message.channel);
  }
  if (change.type === 'message_deleted') return change.channel === channel || change.ephemeral_to === user;
  return change.type === 'view_closed' ? change.user === user : change.view.user === user;
};

/** Does `act`, and gives what came or changed from its beginning until the answer was quiet. */
export async function settled<T>(
  world: World,
  patience: Patience,
  who: { user: string; channel?: string | undefined },
  act: () => Promise<T>,
): Promise<{ result: T } & Since> {
  const messages = new Map<string, StoredMessage>();
  const views = new Map<string, StoredView>();
  let isAnswered = false;
  let lastAt = performance.now();
  const stop = world.onChange((change) => {
    if (change.type === 'message') messages.set(`${change.message.channel} ${change.message.ts}`, change.message);
    if (change.type === 'message_deleted') messages.delete(`${change.channel} ${change.ts}`);
    if (change.type === 'view' || change.type === 'home') views.set(change.view.id, change.view);
    if (change.type === 'view_closed') views.delete(change.view_id);
    if (!isAnswerTo(change, who.user, who.channel)) return;
    lastAt = performance.now();
    isAnswered ||= change.byBot;
  });
  try {
    const startedAt = performance.now();
    const result = await act();
    const ackedAt = performance.now();
    while (performance.now() - startedAt < patience.mostMs) {
      const now = performance.now();
      const isQuiet = isAnswered ? now - lastAt >= patience.quietMs : now - ackedAt >= patience.firstMs;
      if (isQuiet && !patience.isBusy()) break;
      await delay(STEP_MS, undefined, { ref: false });
    }
    const isTheirs = (message: StoredMessage): boolean => !message.ephemeral_to || message.ephemeral_to === who.user;
    return {
      result,
      messages: [...messages.values()].filter(isTheirs),
      views: [...views.values()].filter((view) => view.user === who.user),
    };
  } finally {
    stop();
  }
}
