/** The state of the local Slack: people, channels, messages, modals and Homes, and the news of every change in them. */
import {
  BOT,
  BOT_USER,
  dmIdOf,
  GROUP,
  type LocalChannel,
  type LocalGroup,
  type LocalUser,
  PEOPLE,
  PRIVATE_CHANNEL,
  PUBLIC_CHANNELS,
} from './identity';
import { notifiedBy } from './mentions';
import type { StoredMessage } from './message';
import type { StoredView } from './view';

/** What changed, and whether the bot did it (a person's own message is no answer to them). */
export type Change = { readonly byBot: boolean } & (
  | { readonly type: 'message'; readonly message: StoredMessage }
  | {
      readonly type: 'message_deleted';
      readonly channel: string;
      readonly ts: string;
      readonly ephemeral_to?: string;
    }
  | { readonly type: 'view'; readonly view: StoredView }
  | { readonly type: 'view_closed'; readonly view_id: string; readonly user: string }
  | { readonly type: 'home'; readonly view: StoredView }
);

export interface WorldOptions {
  readonly now: () => number;
  readonly users?: readonly LocalUser[] | undefined;
  /** Names of public channels in place of the usual three; the private one stays. */
  readonly channels?: readonly string[] | undefined;
}

/** How many messages a channel keeps. */
const MOST_MESSAGES = 2000;

const channelsOf = (people: readonly LocalUser[], names: readonly string[] | undefined): LocalChannel[] => {
  const everybody = new Set([BOT.id, ...people.map((user) => user.id)]);
  const open = () => ({ is_private: false, is_archived: false, members: new Set(everybody) });
  const known = names
    ? names.map((name, index) => {
        const usual = PUBLIC_CHANNELS.find((channel) => channel.name === name);
        return usual ?? { id: `C0LOCAL${String(index + 1).padStart(3, '0')}`, name, topic: '' };
      })
    : PUBLIC_CHANNELS;
  const staff = people.filter((user) => user.role !== 'viewer').map((user) => user.id);
  return [
    ...known.map((channel) => ({ ...channel, ...open() })),
    { ...PRIVATE_CHANNEL, is_private: true, is_archived: false, members: new Set(staff) },
    ...people.map((user) => ({
      id: dmIdOf(user.id),
      name: BOT.name,
      topic: '',
      is_private: true,
      is_archived: false,
      members: new Set([BOT.id, user.id]),
      im: user.id,
    })),
  ];
};

export class World {
  readonly people: readonly LocalUser[];
  readonly channels: readonly LocalChannel[];
  /** User groups by their handle. */
  readonly groups = new Map<string, LocalGroup>([[GROUP.handle, GROUP]]);
  readonly homes = new Map<string, StoredView>();
  /** Each person's open modals, the one on top last. */
  readonly modals = new Map<string, StoredView[]>();
  private readonly log = new Map<string, StoredMessage[]>();
  private readonly listeners = new Set<(change: Change) => void>();
  private lastMicros = 0;

  constructor(readonly options: WorldOptions) {
    this.people = options.users ?? PEOPLE;
    this.channels = channelsOf(this.people, options.channels);
  }

  now(): number {
    return this.options.now();
  }

  /** The next message id: seconds with six decimals, never the same twice. */
  nextTs(): string {
    this.lastMicros = Math.max(this.now() * 1000, this.lastMicros + 1);
    const micros = String(Math.floor(this.lastMicros)).padStart(7, '0');
    return `${micros.slice(0, -6)}.${micros.slice(-6)}`;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }

  /** By id or name, the bot too. */
  user(idOrName: string): LocalUser | undefined {
    const wanted = idOrName.replace(/^@/, '');
    return [...this.people, BOT_USER].find((user) => user.id === wanted || user.name === wanted.toLowerCase());
  }

  /** Makes a user group, or gives it other members. */
  setGroup(handle: string, members: readonly string[]): LocalGroup {
    const known = this.groups.get(handle);
    const id = known?.id ?? `S0LOCAL${String(this.groups.size).padStart(3, '0')}`;
    const group = { id, handle, name: known?.name ?? handle, members: new Set(members) };
    this.groups.set(handle, group);
    return group;
  }

  /** By id or by name; direct messages by id only. */
  channel(idOrName: string): LocalChannel | undefined {
    const wanted = idOrName.replace(/^#/, '');
    return this.channels.find(({ id, name, im }) => id === wanted || (im === undefined && name === wanted));
  }

  /** A channel's messages, oldest first; those that only somebody else sees are left out when a reader is named. */
  messages(channel: string, reader?: string): StoredMessage[] {
    const all = this.log.get(channel) ?? [];
    return reader === undefined
      ? [...all]
      : all.filter((message) => !message.ephemeral_to || message.ephemeral_to === reader);
  }

  message(channel: string, ts: string): StoredMessage | undefined {
    return this.log.get(channel)?.find((message) => message.ts === ts);
  }

  post(message: Omit<StoredMessage, 'ts' | 'notified'> & { ts?: string }, byBot: boolean): StoredMessage {
    const whole: StoredMessage = {
      ...message,
      ts: message.ts ?? this.nextTs(),
      notified: notifiedBy(message.text, message.blocks),
    };
    const kept = [...(this.log.get(whole.channel) ?? []), whole];
    this.log.set(whole.channel, kept.slice(-MOST_MESSAGES));
    this.tell({ type: 'message', message: whole, byBot });
    return whole;
  }

  /** Puts new content into a message that is there; undefined when it is not. */
  edit(channel: string, ts: string, news: Partial<StoredMessage>, byBot: boolean): StoredMessage | undefined {
    const known = this.message(channel, ts);
    if (!known) return undefined;
    const merged = { ...known, ...news };
    const whole = { ...merged, notified: notifiedBy(merged.text, merged.blocks) };
    const list = this.log.get(channel) ?? [];
    this.log.set(channel, list.with(list.indexOf(known), whole));
    this.tell({ type: 'message', message: whole, byBot });
    return whole;
  }

  remove(channel: string, ts: string, byBot: boolean): boolean {
    const known = this.message(channel, ts);
    if (!known) return false;
    const rest = (this.log.get(channel) ?? []).filter((message) => message !== known);
    this.log.set(channel, rest);
    const { ephemeral_to } = known;
    this.tell({ type: 'message_deleted', channel, ts, byBot, ...(ephemeral_to ? { ephemeral_to } : {}) });
    return true;
  }

  /** A view by its id, wherever it is: on a screen as a modal, or as somebody's Home. */
  view(id: string): StoredView | undefined {
    return [...this.modals.values(), [...this.homes.values()]].flat().find((view) => view.id === id);
  }

  /** Puts a modal on top of its user's screen, or in the place of the one with its id. */
  showModal(view: StoredView, byBot: boolean): void {
    const stack = this.modals.get(view.user) ?? [];
    const index = stack.findIndex((known) => known.id === view.id);
    this.modals.set(view.user, index < 0 ? [...stack, view] : stack.with(index, view));
    this.tell({ type: 'view', view, byBot });
  }

  closeModals(user: string, isClosed: (view: StoredView) => boolean, byBot = false): void {
    const stack = this.modals.get(user) ?? [];
    this.modals.set(
      user,
      stack.filter((view) => !isClosed(view)),
    );
    for (const view of stack.filter(isClosed).reverse()) {
      this.tell({ type: 'view_closed', view_id: view.id, user, byBot });
    }
  }

  /** Keeps what a person entered in a view; nobody else sees that, so it is no news. */
  keepValues(view: StoredView, values: StoredView['values']): StoredView {
    const kept = { ...view, values };
    if (view.type === 'home') this.homes.set(view.user, kept);
    const stack = this.modals.get(view.user);
    if (stack?.includes(view)) this.modals.set(view.user, stack.with(stack.indexOf(view), kept));
    return kept;
  }

  showHome(view: StoredView, byBot: boolean): void {
    this.homes.set(view.user, view);
    this.tell({ type: 'home', view, byBot });
  }

  /** What of it outlives a restart. */
  snapshot(): { messages: StoredMessage[]; homes: StoredView[] } {
    return { messages: [...this.log.values()].flat(), homes: [...this.homes.values()] };
  }

  restore(saved: { messages: StoredMessage[]; homes: StoredView[] }): void {
    for (const message of saved.messages) {
      this.log.set(message.channel, [...(this.log.get(message.channel) ?? []), message]);
      this.lastMicros = Math.max(this.lastMicros, Number(message.ts.replace('.', '')));
    }
    for (const view of saved.homes) this.homes.set(view.user, view);
  }
}
