/** Gathers evidence from several places: what AWS refuses is told as missing, and the rest is answered all the same. */
import { errorFields } from '../errors';
import { awsRefusal } from './awsRefusal';
import type { Room } from './command';

export interface Gathering {
  /** What could not be read, each in a sentence. */
  missing: string[];
  /**
   * What `work` gives; undefined where AWS refused it for want of a permission, or was too busy.
   * @param what is read, as the person is told: `its place in the queue`
   * @throws anything but a refusal of AWS's
   */
  part<T>(what: string, work: Promise<T>): Promise<T | undefined>;
}

export function gathering(room: Room): Gathering {
  const missing: string[] = [];
  return {
    missing,
    async part(what, work) {
      try {
        return await work;
      } catch (error) {
        const refused = awsRefusal(error, undefined);
        if (refused === undefined) throw error;
        room.log.warn('evidence could not be read', { what, ...errorFields(error) });
        missing.push(`I could not read ${what}. ${refused.message}`);
        return undefined;
      }
    },
  };
}
