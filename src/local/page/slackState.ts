/** What the page knows of the workspace, and how each event of the stream changes it. Pure. */
import type { Channel, Command, Message, StreamEvent, Team, User, View } from './contract';

export interface SlackState {
  team: Team;
  users: User[];
  channels: Channel[];
  /** By channel, then oldest first. */
  messages: Readonly<Record<string, Message[]>>;
  /** The open modals, the topmost last. */
  modals: View[];
  home: View | null;
  commands: Command[];
}

function putMessage(messages: readonly Message[], news: Message): Message[] {
  const known = messages.findIndex((message) => message.ts === news.ts);
  if (known >= 0) return messages.with(known, news);
  const after = messages.findLastIndex((message) => Number(message.ts) <= Number(news.ts));
  return messages.toSpliced(after + 1, 0, news);
}

function withMessages(state: SlackState, channel: string, change: (known: Message[]) => Message[]): SlackState {
  return { ...state, messages: { ...state.messages, [channel]: change(state.messages[channel] ?? []) } };
}

/** State after `event`; anything before the first snapshot has nothing to apply to. */
export function applyEvent(state: SlackState | undefined, event: StreamEvent): SlackState | undefined {
  if (event.type === 'snapshot') {
    const { team, users, channels, home, commands } = event;
    const modals = event.views.filter((view) => view.type === 'modal');
    const empty: SlackState = { team, users, channels, messages: {}, modals, home, commands };
    return event.messages.reduce(
      (next, message) => withMessages(next, message.channel, (known) => putMessage(known, message)),
      empty,
    );
  }
  if (!state) return undefined;
  switch (event.type) {
    case 'message':
      return withMessages(state, event.message.channel, (known) => putMessage(known, event.message));
    case 'message_deleted':
      return withMessages(state, event.channel, (known) => known.filter((message) => message.ts !== event.ts));
    case 'view': {
      if (event.view.type === 'home') return { ...state, home: event.view };
      const known = state.modals.findIndex((view) => view.id === event.view.id);
      const modals = known < 0 ? [...state.modals, event.view] : state.modals.with(known, event.view);
      return { ...state, modals };
    }
    case 'view_closed':
      return { ...state, modals: state.modals.filter((view) => view.id !== event.view_id) };
    case 'home':
      return { ...state, home: event.view };
    default:
      return state;
  }
}

/** The direct conversation with an app: Slack's ids of such channels start with D. */
export const isDirect = (channelId: string): boolean => channelId.startsWith('D');

/** The messages that stand in the channel itself: a thread's replies stand in its pane. */
export function topLevel(messages: readonly Message[]): Message[] {
  const isTop = ({ thread_ts, ts, subtype }: Message) =>
    !thread_ts || thread_ts === ts || subtype === 'thread_broadcast';
  return messages.filter(isTop);
}

export function repliesTo(messages: readonly Message[], threadTs: string): Message[] {
  return messages.filter((message) => message.thread_ts === threadTs && message.ts !== threadTs);
}
