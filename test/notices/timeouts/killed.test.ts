/** Kills the clock before and after each of its writes and calls, and lets two run at once: one stop and one entry a job, always. */
import type { Room } from '../../../src/commands/command';
import { timeoutKeeper } from '../../../src/notices/timeouts/timeoutKeeper';
import { type Scene, scene } from '../../scene';

const HOUR = 3_600_000;
/** Longer than a claim. */
const LATER_MS = 100_000;

let here: Scene;
let skewMs = 0;
beforeAll(async () => {
  here = await scene({ now: () => Date.now() + skewMs });
});
afterAll(() => here.end());

class Killed extends Error {
  override name = 'Killed';
}

interface Death {
  /** The how manieth call is its last. */
  at: number;
  /** Whether that call still comes about. */
  after: boolean;
}

/** The ids whose stop came about, each as often as it did. */
const stopped: string[] = [];

/** The room of a worker that dies: from then on nothing that it calls comes about. */
function mortal(room: Room, death?: Death): { room: Room; calls: () => number } {
  let calls = 0;
  let isDead = false;
  const wrapped = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, key, receiver) {
        const own: unknown = Reflect.get(target, key, receiver);
        if (typeof own !== 'function') return own;
        return async (...args: unknown[]) => {
          calls++;
          if (isDead) throw new Killed('it is dead');
          const dies = calls === death?.at;
          if (dies) isDead = true;
          if (dies && !death?.after) throw new Killed('before');
          if (key === 'stop') stopped.push(...(args[1] as string[]));
          const answer: unknown = await Reflect.apply(own, target, args);
          if (dies) throw new Killed('after');
          return answer;
        };
      },
    });
  const { history, batch } = room;
  const { search: _, ...others } = history;
  return {
    calls: () => calls,
    room: {
      ...room,
      batch: wrapped(batch),
      // Nobody is told here: what an incident makes of it is the subject of other tests.
      alertChannel: undefined,
      history: {
        ...others,
        search: history.search,
        timeoutRules: wrapped(history.timeoutRules),
        timeoutStops: wrapped(history.timeoutStops),
        audit: wrapped(history.audit),
        jobs: wrapped(history.jobs),
      },
    },
  };
}

const minute = () => 60_000;
/** Such a job stays RUNNABLE: no news of it comes from then on, which would make the clock's calls others. */
const isQuiet = (id: string) =>
  here.until(`${id} is RUNNABLE`, async () =>
    (await here.world.app.room.history.jobs.get(id))?.job.status === 'RUNNABLE' ? true : undefined,
  );
/** A job that is over its limit once the clock has gone on by an hour more than for the one before it. */
async function due(hours: number, name: string): Promise<string> {
  const id = await here.submit(name, { LOCAL_OUTCOME: 'stuck', PYBATCH_TIMEOUT: String(hours * 3_600) });
  await isQuiet(id);
  return id;
}
const entriesOf = async (id: string): Promise<number> => {
  const { entries } = await here.world.app.room.history.audit.page({
    limit: 500,
    matches: ({ ids }) => ids?.includes(id) === true,
  });
  return entries.length;
};

test('killed anywhere it stops each job once, and writes one entry of it', async () => {
  const { room } = here.world.app;
  const first = await due(1, 'counted');
  skewMs += HOUR + 1_000;
  const whole = mortal(room);
  await timeoutKeeper(whole.room)(minute);
  expect(stopped.filter((one) => one === first)).toHaveLength(1);
  const deaths: Death[] = Array.from({ length: whole.calls() }, (_, n) => [
    { at: n + 1, after: false },
    { at: n + 1, after: true },
  ]).flat();
  expect(deaths.length).toBeGreaterThan(10);
  const ids = await Promise.all(deaths.map((_, n) => due(n + 1, `killed-${n}`)));
  let killed = 0;
  for (const [n, death] of deaths.entries()) {
    const id = ids[n] ?? '';
    skewMs += n === 0 ? HOUR + 1_000 : HOUR - LATER_MS;
    const dying = mortal(room, death);
    await timeoutKeeper(dying.room)(minute).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    if (dying.calls() >= death.at) killed++;
    skewMs += LATER_MS;
    await timeoutKeeper(mortal(room).room)(minute);
    await timeoutKeeper(mortal(room).room)(minute);
    const what = `${death.after ? 'after' : 'before'} call ${death.at}`;
    expect([what, stopped.filter((one) => one === id).length, await entriesOf(id)]).toEqual([what, 1, 1]);
  }
  expect(killed).toBe(deaths.length);
});

test('two clocks at once stop each job once', async () => {
  const { room } = here.world.app;
  const ids = await Promise.all(Array.from({ length: 12 }, (_, n) => due(1, `twice-${n}`)));
  skewMs += HOUR + 1_000;
  await Promise.all([1, 2, 3].map(() => timeoutKeeper(mortal(room).room)(minute)));
  for (const id of ids) expect([stopped.filter((one) => one === id).length, await entriesOf(id)]).toEqual([1, 1]);
});
