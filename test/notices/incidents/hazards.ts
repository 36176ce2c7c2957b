/** Workers that die and workers that let others go first, for the properties of incidents. */

export class Killed extends Error {}

/** Dies at those of the commands whose number is in the list, and lets others go before it now and then. */
export function hazards(deaths: readonly number[], pauses: readonly number[]) {
  const [dying, waiting] = [new Set(deaths), new Set(pauses)];
  let calls = 0;
  return async (): Promise<void> => {
    calls++;
    if (waiting.has(calls)) await new Promise((resolve) => setImmediate(resolve));
    if (dying.has(calls)) throw new Killed();
  };
}

/** As a queue gives a message again whose worker died. */
export async function survived<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}
