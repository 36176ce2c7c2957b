/** What scenes of alerts share: failures that are published, cards that arrive, and a clock that runs while one waits for them. */
import type { Message } from '../../src/local/slack/server';
import { newId, stateChange } from '../notices/stateChange';
import { only, type Person, type Scene, scene } from '../scene';

const HOUR_MS = 3_600_000;
const QUEUE = 'arn:aws:batch:us-east-1:123456789012:job-queue/';
/** Senders keep a second between messages and several between edits: while one waits for them, that passes sooner. */
const STEP_MS = 300;

const isPrivate = ({ ephemeral_to: to }: Message): boolean => to !== undefined;
/** The private answer, beside whatever the channel is told. */
export const answer = (messages: readonly Message[]): Message => only(messages.filter(isPrivate));

/** A card of an incident whose title begins with the name. */
export const isCardOf = (name: string) => (message: Message) =>
  message.thread_ts === undefined && /^[✖✔] /.test(message.plain) && message.plain.slice(2).startsWith(name);

export interface AlertScene extends Scene {
  now(): number;
  /** Lets hours pass at once. */
  pass(hours: number): void;
  /** What `/batch alerts …` answers. */
  asks(text: string, who?: Person, channel?: string): Promise<Message>;
  told(text: string, who?: Person, channel?: string): Promise<string>;
  /** What everybody in a channel sees. */
  publicly(channel: string): Message[];
  line(channel: string, words: string): Promise<Message>;
  /** Publishes the end of a job of the definition `<name>:3`; gives its id. */
  ends(name: string, status: 'FAILED' | 'SUCCEEDED', detail?: Record<string, unknown>): string;
  cards(name: string, channel?: string): Message[];
  card(name: string, channel?: string): Promise<Message>;
  soon<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T>;
}

export async function alertScene(): Promise<AlertScene> {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const here = await scene({ now });
  const publicly = (channel: string) => here.world.slack.channel(channel).filter((message) => !isPrivate(message));
  const soon: AlertScene['soon'] = (what, look) =>
    here.until(what, async () => {
      aheadMs += STEP_MS;
      return await look();
    });
  const asks: AlertScene['asks'] = async (text, who = here.ada, channel = 'general') =>
    answer(await who.says(`/batch alerts ${text}`, channel));
  const cards: AlertScene['cards'] = (name, channel = 'batch-alerts') => publicly(channel).filter(isCardOf(name));
  return {
    ...here,
    now,
    pass: (hours) => {
      aheadMs += hours * HOUR_MS;
    },
    asks,
    told: async (text, who, channel) => (await asks(text, who, channel)).plain,
    publicly,
    line: (channel, words) =>
      soon(`"${words}" in #${channel}`, () => publicly(channel).find(({ plain }) => plain.includes(words))),
    ends(name, status, { queue = 'genomics-prod-spot', at = now(), ...detail } = {}) {
      const id = newId();
      const job = { jobDefinition: `${name}:3`, jobQueue: `${QUEUE}${queue}`, ...detail };
      here.world.aws.publish([stateChange({ id, name, status, at: Number(at), detail: job })]);
      return id;
    },
    cards,
    card: (name, channel) => soon(`${name} in #${channel ?? 'batch-alerts'}`, () => cards(name, channel)[0]),
    soon,
  };
}
