/** What scenes of failures share: events that are published, the cards that come of them, and time that runs while one waits. */
import type { Message } from '../../src/local/slack/server';
import { type Scene, scene } from '../scene';
import { newId, type StateChange, stateChange } from './stateChange';

/** Senders keep a second between messages and several between edits: while one waits for them, that passes sooner. */
const STEP_MS = 200;

export interface FailureScene extends Scene {
  now(): number;
  /** Lets time pass at once (ms). */
  pass(ms: number): void;
  publish(...events: unknown[]): void;
  /** A change now, of a definition that nothing else in the test has unless it says so: it has a card of its own. */
  changed(change: StateChange): ReturnType<typeof stateChange>;
  cards(word: string): Message[];
  /** @param withinMs of real time; without it time passes faster meanwhile */
  card(word: string, withinMs?: number): Promise<Message>;
  /** Waits while time passes faster. */
  inTime(what: string, look: () => boolean): Promise<void>;
  statusOf(id: string): Promise<string | undefined>;
  known(id: string, status: string): Promise<unknown>;
  /** A failure that comes after all the others: when its card stands, theirs would stand too. */
  aLaterFailure(): Promise<void>;
}

export async function failureScene(): Promise<FailureScene> {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const here = await scene({ now });
  const soon: Scene['until'] = (what, look) =>
    here.until(what, () => {
      aheadMs += STEP_MS;
      return look();
    });
  const cards: FailureScene['cards'] = (word) =>
    here
      .alerts()
      .filter(
        ({ plain, ephemeral_to, thread_ts }) =>
          ephemeral_to === undefined && thread_ts === undefined && plain.includes(word),
      );
  const card: FailureScene['card'] = (word, withinMs) =>
    withinMs === undefined
      ? soon(`the card of ${word}`, () => cards(word)[0])
      : here.until(`the card of ${word}`, () => cards(word)[0], withinMs);
  const publish = (...events: unknown[]): void => here.world.aws.publish(events);
  const changed: FailureScene['changed'] = (change) =>
    stateChange({ at: now(), ...change, detail: { jobDefinition: `of-${change.name}:1`, ...change.detail } });
  const statusOf: FailureScene['statusOf'] = async (id) => (await here.world.app.room.history.jobs.get(id))?.job.status;
  return {
    ...here,
    now,
    pass: (ms) => {
      aheadMs += ms;
    },
    publish,
    changed,
    cards,
    card,
    async inTime(what, look) {
      await soon(what, () => (look() ? true : undefined));
    },
    statusOf,
    known: (id, status) =>
      here.until(`${id} to be ${status}`, async () => ((await statusOf(id)) === status ? true : undefined)),
    async aLaterFailure() {
      const id = newId();
      publish(changed({ id, name: `later-${id}`, status: 'FAILED' }));
      await card(`later-${id}`);
    },
  };
}
