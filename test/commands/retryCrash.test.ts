/** Kills the worker of a retry before and after each of its writes and calls, and loses AWS's answers: one new job per old one, always. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { BatchClient, DescribeJobsCommand, ListJobsCommand } from '@aws-sdk/client-batch';
import { batchJobs } from '../../src/aws/batch';
import type { Room } from '../../src/commands/command';
import { carryOut } from '../../src/commands/operations/carryOut';
import { settingsOf } from '../../src/commands/operations/retryPlan';
import { type Scene, scene } from '../scene';

let here: Scene;
let jobs: string[];
const ADA = { id: 'U0ADA00001', name: 'ada' };
const QUEUE = 'genomics-prod-spot';
/** Longer than a lease. */
const LATER_MS = 70_000;

beforeAll(async () => {
  // The new jobs end as the old ones did, and nobody looks at what is told of that.
  here = await scene({ events: false });
  const first = await here.submit('crash-a', { LOCAL_OUTCOME: 'exit:1', LOCAL_RUN_SECONDS: '1' });
  const second = await here.submit('crash-b', {}, { dependsOn: [{ jobId: first }] });
  jobs = [first, second];
  await here.until('both failed', async () => {
    const { jobs: details = [] } = await here.batch.send(new DescribeJobsCommand({ jobs }));
    return details.length === 2 && details.every(({ status }) => status === 'FAILED') ? true : undefined;
  });
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

/** The room of a worker that dies: from then on nothing that it calls comes about. */
function mortal(room: Room, death: Death | undefined): { room: Room; calls: () => number } {
  let calls = 0;
  let isDead = false;
  const wrapped = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, key, receiver) {
        const own: unknown = Reflect.get(target, key, receiver);
        if (typeof own !== 'function') return own;
        return (...args: unknown[]) => {
          calls++;
          if (isDead) throw new Killed('it is dead');
          const dies = calls === death?.at;
          if (dies) isDead = true;
          if (dies && death?.after !== true) throw new Killed('before');
          const answer: unknown = Reflect.apply(own, target, args);
          if (!dies) return answer;
          if (answer instanceof Promise) return answer.then(() => Promise.reject(new Killed('after')));
          throw new Killed('after');
        };
      },
    });
  const { history, batch, slack } = room;
  return {
    calls: () => calls,
    room: {
      ...room,
      batch: wrapped(batch),
      enqueue: async () => {
        calls++;
        if (isDead) throw new Killed('it is dead');
      },
      // Slack takes one message a second: what it shows is the subject of other tests.
      slack: { ...slack, post: async () => '1', update: async () => true },
      history: {
        ...history,
        operations: wrapped(history.operations),
        audit: wrapped(history.audit),
        jobs: wrapped(history.jobs),
      },
    },
  };
}

async function confirmed(ids: readonly string[] = jobs): Promise<string> {
  const { operations } = here.world.app.room.history;
  const now = Date.now();
  const { op } = await operations.freeze(
    {
      kind: 'retry',
      askedBy: ADA,
      // After all that the workers of others before it did, by whatever clock.
      askedAt: now + 40 * LATER_MS * 13,
      expiresAtMs: now + 60_000,
      channel: 'C0GENERAL1',
      words: 'crash-',
      what: '2 jobs',
      named: 'crash-',
      queues: [QUEUE],
      settings: settingsOf({ changes: {}, definitions: {} }),
    },
    ids,
  );
  await operations.start(op, ADA, now);
  return op;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 5)));

/** Workers take it up, each later than a dead one's lease, until it is told. */
async function finish(op: string, room: Room, laterMs = LATER_MS): Promise<void> {
  for (let turn = 1; turn < 14; turn++) {
    const at = Date.now() + turn * laterMs;
    const { room: living } = mortal({ ...room, now: () => at }, undefined);
    await carryOut(op, living, () => 900_000, sleep);
    if ((await room.history.operations.get(op))?.toldAt !== undefined) return;
  }
  throw new Error(`operation ${op} never ended`);
}

/** Jobs that were looked at before, which belong to no later operation. */
const seen = new Set<string>();

/** What Batch has of an operation: old id to new ids, and what the new ones wait for. */
async function submittedBy(op: string, names: readonly string[] = ['crash-a', 'crash-b']) {
  const found = new Map<string, { id: string; waitsFor: (string | undefined)[] }[]>();
  for (const name of names) {
    const input = { jobQueue: QUEUE, filters: [{ name: 'JOB_NAME', values: [name] }] };
    const { jobSummaryList = [] } = await here.batch.send(new ListJobsCommand(input));
    const ids = jobSummaryList.map(({ jobId = '' }) => jobId).filter((id) => !seen.has(id));
    if (ids.length === 0) continue;
    const { jobs: details = [] } = await here.batch.send(new DescribeJobsCommand({ jobs: ids }));
    for (const { jobId = '', tags = {}, dependsOn = [] } of details) {
      seen.add(jobId);
      if (tags.retryOp !== op) continue;
      const old = tags.retryOf ?? '';
      found.set(old, [...(found.get(old) ?? []), { id: jobId, waitsFor: dependsOn.map((other) => other.jobId) }]);
    }
  }
  return found;
}

async function expectOnceEach(op: string, when: string): Promise<void> {
  const { operations } = here.world.app.room.history;
  const submitted = await submittedBy(op);
  const told: Record<string, string | undefined> = {};
  for await (const { outcomes } of operations.outcomes(op)) for (const { id, newId } of outcomes) told[id] = newId;
  const [a = '', b = ''] = jobs;
  const [newA, ...othersA] = submitted.get(a) ?? [];
  const [newB, ...othersB] = submitted.get(b) ?? [];
  expect({ when, others: [...othersA, ...othersB], told }).toEqual({
    when,
    others: [],
    told: { [a]: newA?.id, [b]: newB?.id },
  });
  expect({ when, waitsFor: newB?.waitsFor }).toEqual({ when, waitsFor: [newA?.id] });
}

test('whenever the worker dies, each job is submitted once, and each new one waits for the new one', async () => {
  const calm = await confirmed();
  const { room, calls } = mortal(here.world.app.room, undefined);
  await carryOut(calm, room, () => 900_000, sleep);
  await expectOnceEach(calm, 'without a death');
  const all = calls();
  expect(all).toBeGreaterThan(10);
  for (let at = 1; at <= all; at++) {
    for (const after of [false, true]) {
      const op = await confirmed();
      const dying = mortal(here.world.app.room, { at, after });
      await carryOut(op, dying.room, () => 900_000, sleep).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      await finish(op, here.world.app.room);
      await expectOnceEach(op, `${after ? 'after' : 'before'} call ${at} of ${all}`);
    }
  }
}, 120_000);

describe('when answers of AWS are lost on their way', () => {
  let proxy: Server;
  let losesAnswers = 0;
  let losesRequests = 0;
  /** The name of a job over which AWS has errors of its own, always. */
  let breaksOver: string | undefined;
  let answered = 0;
  let room: Room;

  beforeAll(async () => {
    const { hostname, port } = new URL(here.world.aws.url);
    proxy = createServer((incoming: IncomingMessage, outgoing) => {
      const isSubmit = incoming.url?.endsWith('/submitjob') === true;
      if (isSubmit && losesRequests > 0) {
        losesRequests--;
        incoming.socket.destroy();
        return;
      }
      const { method, url, headers } = incoming;
      if (isSubmit && breaksOver !== undefined) {
        void relaySubmit(incoming, outgoing);
        return;
      }
      const upstream = request({ hostname, port, method, path: url, headers }, (answer) => {
        if (isSubmit) answered++;
        if (isSubmit && losesAnswers > 0) {
          losesAnswers--;
          answer.resume();
          incoming.socket.destroy();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(upstream);
    });
    async function relaySubmit(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
      const body = await text(incoming);
      if ((JSON.parse(body) as { jobName?: string }).jobName === breaksOver) {
        outgoing.writeHead(503, { 'x-amzn-errortype': 'ServerException' }).end('{"message":"not today"}');
        return;
      }
      const { method, url, headers } = incoming;
      const upstream = request({ hostname, port, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      upstream.end(body);
    }
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port: own } = proxy.address() as AddressInfo;
    const options = {
      endpoint: `http://127.0.0.1:${own}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    };
    const once = new BatchClient({ ...options, maxAttempts: 1 });
    const batch = batchJobs(new BatchClient(options), once, Date.now, sleep);
    room = { ...here.world.app.room, batch };
  });
  afterAll(() => {
    proxy.closeAllConnections();
    proxy.close();
  });

  test('a job that Batch took without saying so is found, not submitted again', async () => {
    losesAnswers = 2;
    const op = await confirmed();
    await finish(op, room);
    expect(losesAnswers).toBe(0);
    expect(answered).toBe(2);
    await expectOnceEach(op, 'with lost answers');
  });

  test('one job that Batch has errors over keeps no other: in the end it alone has failed, with what Batch said', async () => {
    breaksOver = 'crash-a';
    const third = await here.submit('crash-c', { LOCAL_OUTCOME: 'exit:1', LOCAL_RUN_SECONDS: '1' });
    await here.until('its failure', async () => {
      const { jobs: [detail] = [] } = await here.batch.send(new DescribeJobsCommand({ jobs: [third] }));
      return detail?.status === 'FAILED' ? true : undefined;
    });
    const [a = '', b = ''] = jobs;
    const op = await confirmed([a, b, third]);
    await finish(op, room, 901_000);
    breaksOver = undefined;
    const told: [string, string, string | undefined][] = [];
    for await (const { outcomes } of room.history.operations.outcomes(op))
      told.push(...outcomes.map(({ id, outcome, why }): [string, string, string | undefined] => [id, outcome, why]));
    expect(told.sort()).toEqual(
      [
        [a, 'failed', expect.stringMatching(/^Batch may or may not have taken its retry: .*not today/)],
        [b, 'failed', `it waits for the retry of ${a}, which could not be submitted`],
        [third, 'submitted', undefined],
      ].sort(),
    );
    const submitted = await submittedBy(op, ['crash-a', 'crash-b', 'crash-c']);
    expect([...submitted].map(([old, { length }]) => [old, length])).toEqual([[third, 1]]);
  });

  test('a job that never reached Batch is submitted after all', async () => {
    losesRequests = 2;
    const op = await confirmed();
    await finish(op, room);
    expect(losesRequests).toBe(0);
    await expectOnceEach(op, 'with lost requests');
  });
});

test('with 30 % of calls throttled, and a request that comes twice at once, each job is submitted once', async () => {
  here.world.aws.setFaults({ throttle: 0.3 });
  const op = await confirmed();
  const { room } = mortal(here.world.app.room, undefined);
  await Promise.all([1, 2].map(() => carryOut(op, room, () => 900_000, sleep)));
  here.world.aws.setFaults({ throttle: 0 });
  await finish(op, here.world.app.room);
  await expectOnceEach(op, 'throttled');
});
