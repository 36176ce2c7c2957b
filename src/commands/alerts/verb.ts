/** What a word after `alerts` is: declared once in a file of its own, listed in `index.ts`. */
import type { Role } from '../../history/records/roles';
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
  /**
   * The role that is needed for all queues before `run` is called, `operator` for what changes something; undefined where
   * anybody may, or where `run` itself checks it for fewer queues with `requireRole`.
   */
  role?: Role;
  run(asking: AlertsAsking, room: Room): Promise<Answer>;
}
