/** What a word after `alerts` is: declared once in a file of its own, listed in `index.ts`. */
import type { Token } from '../../jobs/words';
import type { Answer } from '../../slack/deliver';
import type { Asking, Room } from '../command';

/** The words and filters after `alerts <verb>`. */
export interface AlertsAsking extends Omit<Asking<Readonly<Record<string, unknown>>>, 'query'> {
  /** All of them in order, with what comes several times; `words` and `text` are without the verb's name too. */
  tokens: readonly Token[];
}

export interface AlertsVerb {
  /** As it is typed: `mute`. */
  name: string;
  /** Other words for it. */
  also?: readonly string[];
  /** What follows the name, as help shows it. */
  usage: string;
  /** One sentence. */
  summary: string;
  /** An example that works as typed. */
  example: string;
  /** What changes something checks the role itself, for the queues that it is about. */
  run(asking: AlertsAsking, room: Room): Promise<Answer>;
}
