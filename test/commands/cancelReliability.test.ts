/** Workers that die at any call, messages that come twice: what was confirmed is done once, and told. */
import crypto = require('node:crypto');

import { DescribeJobsCommand } from '@aws-sdk/client-batch';
import { createApp } from '../../src/app';
import type { Room } from '../../src/commands/command';
import { progressMessage } from '../../src/commands/operations/progressMessage';
import { resumeOperations } from '../../src/commands/operations/resumeOperations';
import type { Operation, Outcome } from '../../src/history/records/operation';
import type { WorkRequest } from '../../src/slack/request';
import { anotherBot } from '../history/anotherBot';
import { type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  // As slow as Batch: a job that was told to stop goes on for a while. What events would tell of it is looked at elsewhere.
  here = await scene({ speed: 1, events: false });
});
afterAll(() => here.end());

const ADA = { id: 'U0ADA00001', name: 'ada' };
/** Longer than a worker's lease. */
const DEAD_MS = 200_000;

/** Where a story plays: a bot with a memory of its own, and the channel where it tells. */
interface Stage {
  room: Room;
  channel: { id: string; name: string };
}
const GENERAL = { id: 'C0GENERAL1', name: 'general' };
const home = (): Stage => ({ room: here.world.app.room, channel: GENERAL });
/** Slack takes a message a second in each. */
const CHANNELS = [GENERAL, { id: 'C0GENOMIC1', name: 'genomics' }, { id: 'C0ALERTS01', name: 'batch-alerts' }];

/** Tells the stories, some at once. */
async function each<T>(fates: readonly T[], tell: (fate: T, stage: Stage) => Promise<void>): Promise<void> {
  const rest = fates.values();
  await Promise.all(
    CHANNELS.map(async (channel) => {
      const { room } = await anotherBot(here, `stage-${channel.name}`, { OPERATORS: [ADA.id] });
      for (const fate of rest) await tell(fate, { room, channel });
    }),
  );
}

class Killed extends Error {}
type Call = (...values: unknown[]) => unknown;

class BadMoment extends Error {}

/** What a worker may die of: each of its calls to AWS, to DynamoDB, to Slack and to the queue. */
interface Death {
  at: number;
  calls: number;
  isDead: boolean;
  /** That call only fails, before or after it came about, and the worker lives on. */
  error?: 'before' | 'after' | undefined;
}

/** Carries a call out and then dies over it, if it is the one; the dead do nothing more. */
function mortal<T extends object>(part: T, death: Death): T {
  return new Proxy(part, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      // What is read in pieces changes nothing.
      if (typeof value !== 'function' || key === 'chunks' || key === 'outcomes') return value;
      return (...values: unknown[]) => {
        if (death.error === 'before' && death.calls + 1 === death.at) {
          death.calls++;
          return Promise.reject(new BadMoment('before'));
        }
        const answer = death.isDead ? Promise.reject(new Killed()) : (value as Call).apply(target, values);
        if (!(answer instanceof Promise)) return answer;
        return answer.then((result: unknown) => {
          death.calls++;
          if (death.error === 'after' && death.calls === death.at) throw new BadMoment('after');
          if (death.error !== undefined) return result;
          if (death.isDead || death.calls === death.at) {
            death.isDead = true;
            throw new Killed();
          }
          return result;
        });
      };
    },
  });
}

interface Story {
  op: string;
  stage: Stage;
  ids: string[];
  /** Ids by how often this bot asked Batch to stop them, and Batch took it. */
  stops: Map<string, number>;
  calls: number;
  /** Those of them that the press made. */
  callsOfPress: number;
}

interface Fate {
  /** The call over which the worker dies. */
  diesAt?: number;
  /** That call fails instead, as it may while the worker lives. */
  error?: 'before' | 'after';
  /** How often each message is delivered, at once. */
  deliveries?: number;
  /** The share of calls to Batch that are refused as too many. */
  throttle?: number;
}

async function confirmed(ids: string[], { room, channel } = home()): Promise<Operation> {
  return await room.history.operations.freeze(
    {
      kind: 'cancel',
      askedBy: ADA,
      askedAt: Date.now(),
      expiresAtMs: Date.now() + 900_000,
      channel: channel.id,
      words: 'doomed',
      what: `${ids.length} jobs`,
      named: 'doomed',
      queues: ['genomics-prod-spot'],
    },
    ids,
  );
}

/** A press on Cancel and all that comes of it, by workers of which the first one may die. */
async function carriedOut(
  { diesAt = 0, error, deliveries = 1, throttle = 0 }: Fate,
  jobs = 2,
  stage = home(),
): Promise<Story> {
  const ids = await Promise.all(
    Array.from({ length: jobs }, (_, n) => here.submit(`doomed-${n}`, { LOCAL_OUTCOME: 'hang' })),
  );
  if (throttle > 0) here.world.aws.setFaults({ throttle });
  const { op } = await confirmed(ids, stage);
  const death: Death = { at: diesAt, calls: 0, isDead: false, error };
  const stops = new Map<string, number>();
  let skewMs = 0;
  const inbox: WorkRequest[] = [
    {
      kind: 'command',
      id: `press-${op}`,
      text: `cancel --confirm ${op}`,
      typed: false,
      user: ADA,
      channel: stage.channel,
      replace: true,
      inputs: {},
    },
  ];
  const whole = stage.room;
  const room: Room = {
    ...whole,
    now: () => Date.now() + skewMs,
    batch: {
      ...whole.batch,
      async stop(...asked: Parameters<typeof whole.batch.stop>) {
        const failures = await whole.batch.stop(...asked);
        for (const id of asked[1]) stops.set(id, (stops.get(id) ?? 0) + 1);
        return failures;
      },
    },
    enqueue: async (request) => {
      if (request.kind !== 'lookBack') inbox.push(request);
    },
  };
  const options = {
    parkEvent: async () => undefined,
    sleep: async (ms: number) => {
      skewMs += ms;
    },
  };
  const { operations, audit, once } = room.history;
  const dying: Room = {
    ...room,
    batch: mortal(room.batch, death),
    slack: mortal(room.slack, death),
    history: {
      ...room.history,
      operations: mortal(operations, death),
      audit: mortal(audit, death),
      once: mortal(once, death),
    },
    enqueue: mortal({ enqueue: room.enqueue }, death).enqueue,
  };
  let app = createApp({ room: dying, ...options });
  const remainingMs = () => 120_000;
  let callsOfPress: number | undefined;
  for (let message = inbox.shift(); message !== undefined; message = inbox.shift()) {
    const body = JSON.stringify(message);
    const tries = Array.from({ length: deliveries }, () => app.takeWork(body, remainingMs));
    const ends = await Promise.allSettled(tries);
    callsOfPress ??= death.calls;
    const [failed] = ends.filter((end) => end.status === 'rejected');
    if (failed !== undefined) {
      expect(death.isDead || failed.reason instanceof BadMoment ? 'killed' : failed.reason).toBe('killed');
      // The queue brings it again, to a worker that lives.
      inbox.push(message);
      app = createApp({ room, ...options });
      skewMs += DEAD_MS;
    } else skewMs += 61_000;
    // The clock's minute, after the time that a message may be late.
    skewMs += 61_000;
    await resumeOperations(room);
  }
  if (throttle > 0) here.world.aws.setFaults({ throttle: 0 });
  return { op, stage, ids, stops, calls: death.calls, callsOfPress: callsOfPress ?? 0 };
}

async function outcomesOf(op: string, { room }: Stage): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for await (const { outcomes } of room.history.operations.outcomes(op)) all.push(...outcomes);
  return all;
}

/** What always holds in the end, whatever happened on the way. */
async function expectDone({ op, stage, ids, stops }: Story): Promise<void> {
  const { operations, audit } = stage.room.history;
  expect(await operations.get(op)).toMatchObject({ state: 'done', toldAt: expect.any(Number) });
  const outcomes = await outcomesOf(op, stage);
  expect(outcomes.map(({ id, outcome }) => `${id} ${outcome}`).sort()).toEqual(ids.map((id) => `${id} stopped`).sort());
  expect([...stops].sort()).toEqual(ids.map((id) => [id, 1]).sort());
  const steps = (await audit.entriesOf(op)).map(({ what, outcomes: sums }) => [what, sums]);
  expect(steps).toEqual([
    ['confirmed', undefined],
    ['finished', { stopped: ids.length }],
  ]);
  for (const id of ids) {
    expect(await audit.concerns(op, id)).toBe(true);
    expect(await audit.resultOf(op, id, ['stopped'])).toMatchObject({ outcome: 'stopped' });
  }
  const told = here.world.slack.channel(stage.channel.name).filter(({ plain }) => plain.includes(`op ${op}`));
  expect(told.map(({ plain }) => plain).join('\n')).toContain(`${ids.length} cancelled`);
  expect(told.map(({ plain }) => plain).join('\n')).not.toContain('is cancelling');
  const { jobs = [] } = await here.batch.send(new DescribeJobsCommand({ jobs: ids }));
  for (const job of jobs) expect(job.isTerminated === true || job.isCancelled === true).toBe(true);
}

test('a worker may die over any call that it makes: the jobs are stopped once, and all is told and kept', async () => {
  const { calls } = await carriedOut({});
  expect(calls).toBeGreaterThan(15);
  const moments = Array.from({ length: calls }, (_, n) => n + 1);
  await each(moments, async (diesAt, stage) => {
    const story = await carriedOut({ diesAt }, 2, stage);
    const where = `after a death over call ${diesAt} of ${calls}`;
    await expectDone(story).catch((cause: unknown) => Promise.reject(new Error(where, { cause })));
  });
}, 120_000);

test('an error over any call of the press leaves no operation behind that is confirmed and not done', async () => {
  const { callsOfPress } = await carriedOut({});
  expect(callsOfPress).toBeGreaterThan(4);
  const errors = Array.from({ length: callsOfPress }, (_, n) => n + 1).flatMap((diesAt) =>
    (['before', 'after'] as const).map((error) => ({ diesAt, error })),
  );
  await each(errors, async ({ diesAt, error }, stage) => {
    const story = await carriedOut({ diesAt, error }, 2, stage);
    const operation = await stage.room.history.operations.get(story.op);
    const where = `an error ${error} call ${diesAt} of ${callsOfPress}`;
    // What never began can be confirmed by another press.
    if (operation?.state === 'asked') expect([where, [...story.stops]]).toEqual([where, []]);
    else await expectDone(story).catch((cause: unknown) => Promise.reject(new Error(where, { cause })));
  });
});

test('every message may be delivered three times at once', async () => {
  await expectDone(await carriedOut({ deliveries: 3 }));
});

test('an operation whose message was deleted tells its end in a new one', async () => {
  const ids = [await here.submit('deleted-message', { LOCAL_OUTCOME: 'hang' })];
  const { op } = await confirmed(ids);
  const { operations } = here.world.app.room.history;
  await operations.start(op, ADA, Date.now());
  await operations.remember(op, 'C0GENERAL1', '1600000000.000100');
  await here.world.app.takeWork(JSON.stringify({ kind: 'operation', op }), () => 120_000);
  const told = here.world.slack.channel('general').filter(({ plain }) => plain.includes(`op ${op}`));
  expect(told.map(({ plain }) => plain)).toEqual([expect.stringContaining('1 cancelled')]);
});

test('with Slack down, the jobs are stopped and the audit is whole; the end is told when Slack is back', async () => {
  const ids = await Promise.all([1, 2].map((n) => here.submit(`slack-down-${n}`, { LOCAL_OUTCOME: 'hang' })));
  const { op } = await confirmed(ids);
  const { room } = here.world.app;
  await room.history.operations.start(op, ADA, Date.now());
  here.world.slack.setFaults({ slack: { down: true } });
  const app = createApp({
    room: { ...room, enqueue: async () => undefined },
    parkEvent: async () => undefined,
    sleep: async () => undefined,
  });
  await app.takeWork(JSON.stringify({ kind: 'operation', op }), () => 120_000);
  expect(await room.history.operations.get(op)).toMatchObject({ state: 'done' });
  expect((await room.history.operations.get(op))?.toldAt).toBeUndefined();
  expect((await room.history.audit.entriesOf(op)).map(({ what }) => what)).toContain('finished');
  here.world.slack.setFaults({ slack: { down: false } });
  const later = createApp({
    room: { ...room, now: () => Date.now() + 61_000 },
    parkEvent: async () => undefined,
    sleep: async () => undefined,
  });
  await later.takeWork(JSON.stringify({ kind: 'operation', op }), () => 120_000);
  const told = here.world.slack.channel('general').filter(({ plain }) => plain.includes(`op ${op}`));
  expect(told.map(({ plain }) => plain)).toEqual([expect.stringContaining('2 cancelled')]);
});

test('who takes an operation over edits its message a second after the last edit at the soonest', async () => {
  const { op } = await confirmed([await here.submit('handed-over', { LOCAL_OUTCOME: 'hang' })]);
  const { room } = here.world.app;
  const operation = await room.history.operations.get(op);
  if (operation === undefined) throw new Error('there is no such operation');
  const began = room.now();
  let now = began;
  const edits: number[] = [];
  const update = async () => edits.push(now) > 0;
  const sleep = async (ms: number) => {
    now += ms;
  };
  const clocked = { ...room, now: () => now, slack: { ...room.slack, update } };
  const taken = progressMessage({ ...operation, messageTs: '1790000000.000100' }, clocked, sleep);
  taken.show(() => ({ text: 'half', blocks: [] }));
  await taken.tell({ text: 'all', blocks: [] });
  expect(edits.map((at) => at - began >= 1_000)).toEqual([true]);
});

test('an operation that is given the id of another one takes a new one, and the other keeps its jobs', async () => {
  const { operations } = here.world.app.room.history;
  const mine = ['00000000-0000-4000-8000-000000000001'];
  const first = await confirmed(mine);
  const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
  const same = Buffer.from([...first.op, '2'].map((letter) => alphabet.indexOf(letter)));
  const dice = jest.spyOn(crypto, 'randomBytes').mockImplementationOnce(() => same);
  const second = await confirmed(['00000000-0000-4000-8000-000000000002']);
  expect(dice).toHaveBeenCalled();
  dice.mockRestore();
  expect(second.op).not.toBe(first.op);
  expect(await operations.ids(first.op)).toEqual(mine);
  expect(await operations.get(first.op)).toEqual(first);
});

test('the clock takes up an operation whose messages were lost, and nothing that somebody works on or that is over', async () => {
  const { room } = here.world.app;
  const { operations } = room.history;
  const [dropped, worked, waiting, over] = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const { op } = await confirmed(['00000000-0000-4000-8000-000000000000']);
      await operations.start(op, ADA, Date.now());
      return op;
    }),
  );
  const now = Date.now() + 300_000;
  await operations.lease(worked ?? '', { now, until: now });
  await operations.lease(waiting ?? '', { now, until: 0 }, { wakeAt: now });
  await operations.finish(over ?? '', now);
  await operations.told(over ?? '', now);
  const woken: WorkRequest[] = [];
  const app = createApp({
    room: { ...room, now: () => now, enqueue: async (request) => void woken.push(request) },
    parkEvent: async () => undefined,
    sleep: async () => undefined,
  });
  await app.tick(() => 60_000);
  expect(woken.filter(({ kind }) => kind === 'operation')).toEqual([{ kind: 'operation', op: dropped }]);
  expect(await operations.open()).not.toContain(over);
});

test('with three calls in ten refused, it takes longer and loses nothing', async () => {
  const story = await carriedOut({ throttle: 0.3 }, 90);
  await expectDone(story);
});

test('jobs that have not ended five minutes after are reported in the operation’s thread, once', async () => {
  const ids = await Promise.all(['stubborn', 'gone'].map((name) => here.submit(name, { LOCAL_OUTCOME: 'hang' })));
  const { op } = await confirmed(ids);
  const { operations } = here.world.app.room.history;
  await operations.start(op, ADA, Date.now());
  // As if Batch had taken the request for both, and stopped only one.
  await operations.record(
    op,
    0,
    ids.map((id) => ({ id, outcome: 'stopped' })),
  );
  await here.world.app.room.batch.stop('terminate', ids.slice(1), 'as asked', () => 10_000);
  await here.until('the end', async () => {
    const { jobs = [] } = await here.batch.send(new DescribeJobsCommand({ jobs: ids.slice(1) }));
    return jobs[0]?.status === 'FAILED' ? true : undefined;
  });
  await here.world.app.tick(() => 60_000, true);
  await here.world.app.takeWork(JSON.stringify({ kind: 'operation', op }), () => 120_000);
  const look = JSON.stringify({ kind: 'lookBack', op });
  await here.world.app.takeWork(look, () => 120_000);
  await here.world.app.takeWork(look, () => 120_000);
  const { messageTs } = (await operations.get(op)) ?? {};
  const said = here.world.slack
    .channel('general')
    .filter(({ plain }) => plain.includes(`1 job of operation ${op} has not ended`));
  expect(said.map(({ thread_ts }) => thread_ts)).toEqual([messageTs]);
  expect(said[0]?.plain).toContain('stubborn');
});
