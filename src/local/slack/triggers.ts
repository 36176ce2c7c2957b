/** Trigger ids: each lets the bot open one view, within three seconds of what the person did. */
import { randomBytes } from 'node:crypto';

/** A trigger id lives 3 seconds and is good for one view (docs.slack.dev, surfaces/modals). */
export const TRIGGER_LIFE_MS = 3000;

export interface Trigger {
  readonly user: string;
  /** Where the person was; a modal that it opens is answered there. */
  readonly channel?: string | undefined;
}

export class Triggers {
  private readonly issued = new Map<string, Trigger & { at: number; used: boolean }>();

  constructor(private readonly now: () => number) {}

  issue(trigger: Trigger): string {
    const at = this.now();
    for (const [id, known] of this.issued) if (at - known.at > 60_000) this.issued.delete(id);
    const id = `${Math.floor(at)}.${this.issued.size + 1}.${randomBytes(16).toString('hex')}`;
    this.issued.set(id, { ...trigger, at, used: false });
    return id;
  }

  /** The trigger, which is then spent, or Slack's error: `invalid_trigger_id`, `expired_…`, `exchanged_trigger_id`. */
  exchange(id: string): Trigger | { error: string } {
    const trigger = this.issued.get(id);
    if (!trigger) return { error: 'invalid_trigger_id' };
    if (this.now() - trigger.at > TRIGGER_LIFE_MS) return { error: 'expired_trigger_id' };
    if (trigger.used) return { error: 'exchanged_trigger_id' };
    trigger.used = true;
    return trigger;
  }
}
