/** The card and the details of any job keep to Slack's limits and leave nothing out. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { jobFromDetail } from '../../src/jobs/fromBatch';
import type { Job, JobRow } from '../../src/jobs/job';
import type { Surroundings } from '../../src/jobs/surroundings';
import { refusalOfMessage } from '../../src/local/slack/blocks/message';
import { causeLines, childrenBar, failedByCause, ranges } from '../../src/views/failedChildren';
import { jobCard } from '../../src/views/jobCard';
import { jobDetails } from '../../src/views/jobDetails';
import { LIMITS, type Message } from '../../src/views/kit';
import { payload } from '../jobs/payload';

const NOW = 1_800_000_000_000;
const ID = '4c7599ae-0a82-49aa-ba5a-4727fcce14a8';
const nothing: Surroundings = { dependencies: [] };
const shows = () => true;
const asked = { mayAct: true, verbs: new Set(['why', 'retry']) };

const job = (more: Partial<Job> = {}): Job => ({
  ...{ id: ID, name: 'align', status: 'FAILED', seenAt: NOW, whole: true, attempts: [], entered: {} },
  ...more,
});
const many = <T>(n: number, make: (n: number) => T): T[] => Array.from({ length: n }, (_, index) => make(index));

const EVIL = '<!channel> *b* `c` <https://evil|x> @here \u202e';
const long = (n: number) => `${EVIL}${'x'.repeat(n)}`;

/** Ten attempts, 50 tags, a command of 4 KB, 200 variables and 20 dependencies, each as long as AWS lets it be. */
const huge = job({
  name: long(100),
  command: ['bash', '-c', 'echo "wörd 𝒳"; '.repeat(300)],
  maxAttempts: 10,
  statusReason: long(1_000),
  containerReason: long(1_000),
  image: `registry/${'x'.repeat(255)}:1`,
  arn: `arn:aws:batch:us-east-1:123456789012:job/${ID}`,
  queue: 'q'.repeat(128),
  definition: `${'d'.repeat(128)}:100`,
  logStream: 'l/default/1',
  attempts: many(10, (n) => ({
    ...{ startedAt: NOW - 1_000_000 + n * 1_000, stoppedAt: NOW - 999_500 + n * 1_000, exitCode: 137 },
    ...{ statusReason: long(900), containerReason: long(900), logStream: `d/default/${n}${'0'.repeat(32)}` },
    containerInstanceArn: `arn:aws:ecs:us-east-1:123456789012:container-instance/cluster/${n}`,
  })),
  tags: { seenAt: NOW, values: Object.fromEntries(many(50, (n) => [`tag-${n}-${long(80)}`, long(200)])) },
  dependsOn: many(20, (n) => `${n}`),
  properties: {
    variables: many(200, (n) => `VARIABLE_${n}_${'Y'.repeat(40)}`),
    shownVariables: { VARIABLE_7_: long(3_000) },
    retryRules: many(5, () => ({ action: 'RETRY' as const, onReason: long(500) })),
    parameters: Object.fromEntries(many(30, (n) => [`p${n}`, long(300)])),
    mounts: many(20, (n) => ({ path: `/mnt/${n}`, source: long(200) })),
  },
});
const hugeAround: Surroundings = {
  dependencies: many(20, (n) => ({ id: `dep-${n}.`, job: job({ id: `dep-${n}.`, name: long(120) }) })),
};

const lengthOf = ({ blocks }: Message): number => JSON.stringify(blocks).length;

function keepsLimits(message: Message): void {
  expect(refusalOfMessage(message)).toBeUndefined();
  expect(message.blocks.length).toBeLessThanOrEqual(LIMITS.blocksPerMessage);
  expect(message.text.length).toBeLessThanOrEqual(LIMITS.fallbackText);
}

function everyPage(of: Job, around: Surroundings): Message[] {
  const page = (n: number) => jobDetails({ job: of, around, now: NOW, region: 'us-east-1', shows, page: n, ...asked });
  const count = Number(/page 1 of (\d+)/.exec(page(1).text)?.[1] ?? 1);
  return many(count, (n) => page(n + 1));
}

test('the card of the largest job is one message, with the most important first', () => {
  const message = jobCard({
    ...{ job: huge, around: hugeAround, now: NOW, region: 'us-east-1', mayAct: true, verbs: new Set(['why']) },
  });
  keepsLimits(message);
  expect(lengthOf(message)).toBeLessThan(13_000);
  expect(JSON.stringify(message.blocks[0])).toContain('failed');
  expect(JSON.stringify(message.blocks)).not.toMatch(/<!channel>|<https:\/\/evil|\u202e/);
});

test('the details of the largest job are pages within the limits, which leave nothing out', () => {
  const pages = everyPage(huge, hugeAround);
  expect(pages.length).toBeGreaterThan(2);
  for (const page of pages) keepsLimits(page);
  const all = JSON.stringify(pages);
  for (const variable of huge.properties?.variables ?? []) expect(all).toContain(variable);
  for (const n of many(50, (index) => index)) expect(all).toContain(`tag-${n}-`);
  for (const n of many(10, (index) => index + 1)) expect(all).toContain(`Attempt ${n} of 10`);
  for (const n of many(20, (index) => index)) expect(all).toContain(`dep-${n}.`);
  const command = pages
    .flatMap(({ blocks }) => blocks)
    .flatMap((block) =>
      block.type === 'rich_text' ? (JSON.stringify(block).match(/"text":"((?:[^"\\]|\\.)*)"/g) ?? []) : [],
    )
    .map((text) => (JSON.parse(`{${text}}`) as { text: string }).text)
    .join('');
  expect(command).toContain('echo "wörd 𝒳"; '.repeat(300));
  expect(JSON.stringify(pages.map(({ blocks }) => blocks))).not.toMatch(/<!channel>|<https:\/\/evil/);
});

test('a page that is not there is the nearest that is', () => {
  const at = (page: number) =>
    jobDetails({ job: huge, around: hugeAround, now: NOW, region: 'r', shows, page, ...asked }).text;
  expect(at(0)).toBe(at(1));
  expect(at(999)).toBe(at(everyPage(huge, hugeAround).length));
});

test('a value that was kept while its name was allowed is hidden when it is no more', () => {
  const of = job({ properties: { variables: ['A'], shownVariables: { A: 'secret' } } });
  const message = (allowed: boolean) =>
    JSON.stringify(
      jobDetails({ job: of, around: nothing, now: NOW, region: 'r', shows: () => allowed, page: 1, ...asked }),
    );
  expect(message(true)).toContain('secret');
  expect(message(false)).not.toContain('secret');
  expect(message(false)).toContain('`A`');
});

test('each of several containers has its own environment, also where a name comes twice', () => {
  const container = (name: string, value: string) => ({ name, image: 'a:1', environment: [{ name: 'MODE', value }] });
  const of = jobFromDetail(
    {
      ...{ jobId: ID, jobName: 'two', status: 'RUNNING' },
      ecsProperties: { taskProperties: [{ containers: [container('main', 'fast'), container('side', 'slow')] }] },
    },
    NOW,
    shows,
  );
  const text = JSON.stringify(everyPage(of, nothing).map(({ blocks }) => blocks));
  expect(text).toMatch(/_container_ `main`\\n`MODE` = `fast`\\n_container_ `side`\\n`MODE` = `slow`/);
});

test('a job of which next to nothing is known has a card and details', () => {
  for (const status of ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED', 'FAILED'] as const) {
    const { name: _, ...bare } = job({ status });
    const props = { job: bare, around: nothing, now: NOW, region: 'us-east-1' };
    keepsLimits(jobCard({ ...props, mayAct: true, verbs: new Set() }));
    keepsLimits(jobDetails({ ...props, shows, page: 1, ...asked }));
  }
});

describe('every job that was recorded from AWS', () => {
  const recorded = readdirSync(join(__dirname, '..', 'payloads'))
    .filter((name) => /^batch-(?:api-describe-jobs|event)-.*\.json$/.test(name))
    .flatMap((name) => {
      const body = payload(name) as { jobs?: unknown[]; detail?: unknown; Records?: { body: string }[] };
      const details = body.jobs ?? (body.Records ?? []).map((record) => JSON.parse(record.body).detail);
      return (details.length > 0 ? details : [body.detail ?? body]).map(
        (detail, n) => [`${name} ${n}`, detail] as const,
      );
    });

  test('there are enough of them', () => {
    expect(recorded.length).toBeGreaterThan(12);
  });

  test.each(recorded)('%s has a card and details', (_name, detail) => {
    // Two of the recordings are fragments without an id.
    const of = jobFromDetail({ jobId: ID, status: 'FAILED', ...(detail as object) }, NOW);
    const props = { job: of, around: nothing, now: NOW, region: 'us-east-1' };
    const card = jobCard({ ...props, mayAct: true, verbs: new Set<string>() });
    keepsLimits(card);
    expect(JSON.stringify(card.blocks)).toContain(of.id);
    const pages = everyPage(of, nothing);
    for (const page of pages) keepsLimits(page);
    for (const [key, value] of Object.entries(of.tags?.values ?? {}))
      expect(JSON.stringify(pages)).toContain(`\`${key}\` = \`${value}\``);
    for (const word of JSON.stringify([card, pages]).match(/\b(?:undefined|NaN|null|\[object Object\])\b/g) ?? [])
      expect(word).toBe('');
  });
});

test('a place in the queue is told where AWS tells it, and guessed nowhere', () => {
  const facts = (position: Surroundings['position']) =>
    JSON.stringify(
      jobCard({
        ...{ job: job({ status: 'RUNNABLE', queue: 'q' }), around: { dependencies: [], position } },
        ...{ now: NOW, region: 'r', mayAct: false, verbs: new Set<string>() },
      }).blocks,
    );
  expect(facts({ place: 3, of: 40 })).toContain('place 3 in its queue');
  expect(facts({ of: 100 })).toContain('behind the first 100 of its queue');
  expect(facts({ of: 40 })).not.toContain('its queue');
  expect(facts(undefined)).not.toContain('its queue');
});

test('while a job is tried again, its details keep what the attempt before left to that attempt', () => {
  const of = jobFromDetail(
    {
      ...{ jobId: ID, jobName: 'again', status: 'RUNNING', startedAt: NOW - 5_000, retryStrategy: { attempts: 2 } },
      attempts: [
        { startedAt: 1, stoppedAt: 2, container: { exitCode: 9, taskArn: 'task/1', logStreamName: 'a/default/1' } },
      ],
      container: { taskArn: 'task/2', logStreamName: 'a/default/2' },
    },
    NOW,
  );
  const [page] = everyPage(of, nothing);
  const [now = '', before = ''] = JSON.stringify(page?.blocks).split('_Attempt 1 of 2_');
  expect(now).toContain('_Attempt 2 of 2_');
  expect(now).toContain('log a/default/2');
  expect(now).not.toMatch(/exit 9|a\/default\/1/);
  expect(before).toMatch(/exit 9.*log a\/default\/1/);
});

test('the way to Why is there where the verb is', () => {
  const card = (verbs: string[]) =>
    JSON.stringify(
      jobCard({ job: job(), around: nothing, now: NOW, region: 'r', mayAct: false, verbs: new Set(verbs) }),
    );
  expect(card(['why'])).toContain('"why ');
  expect(card([])).not.toContain('"why ');
});

describe('children', () => {
  const child = (arrayIndex: number, exitCode: number): JobRow => ({
    ...{ id: `${ID}:${arrayIndex}`, arrayIndex, exitCode, status: 'FAILED', seenAt: NOW, attemptCount: 1 },
    statusReason: 'Essential container in task exited',
  });

  test('ranges hold exactly the indexes, each once, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 60 })), (indexes) => {
        const read = ranges(indexes).flatMap((range) => {
          const [from = 0, to = from] = range.split('-').map(Number);
          return many(to - from + 1, (n) => from + n);
        });
        expect(read).toEqual([...new Set(indexes)].sort((a, b) => a - b));
      }),
    );
  });

  test('what is left out is counted by children, and one cancelling is one cause', () => {
    const cancelled = many(256, (n) => ({
      ...child(n * 2, 143),
      ...{ statusReason: 'cancelled from Slack by ada (op K7F2QX)', exitCode: n % 3 === 0 ? undefined : 143 },
    })) as JobRow[];
    expect(causeLines(failedByCause(cancelled))).toEqual([
      'cancelled by ada ×256: 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22 and 244 more',
    ]);
    const runs = many(40, (n) => child(Math.floor(n / 2) * 3 + (n % 2), 137));
    expect(causeLines(failedByCause(runs))[0]).toMatch(/^killed \(137\) ×40: 0-1, .*, 33-34 and 16 more$/);
  });

  test('more causes than are told one by one are told together', () => {
    const lines = causeLines(failedByCause(many(90, (n) => child(n, n < 41 ? 137 : n))));
    expect(lines[0]).toBe('killed (137) ×41: 0-40');
    expect(lines).toHaveLength(7);
    expect(lines.at(-1)).toMatch(/^44 other causes ×44: /);
  });

  test('the bar has a cell for every state there is, and one length', () => {
    const n = fc.nat({ max: 10_000 });
    fc.assert(
      fc.property(
        fc.record({ SUCCEEDED: n, FAILED: n, RUNNING: n, STARTING: n, RUNNABLE: n, PENDING: n, SUBMITTED: n }),
        (counts) => {
          const states = Object.values(counts).filter((count) => count > 0).length;
          const arraySize = Object.values(counts).reduce((sum, count) => sum + count, 0);
          const bar = childrenBar({ arraySize, children: { countedAt: NOW, counts } });
          if (states === 0) expect(bar).toBeUndefined();
          else {
            const [cells = ''] = bar?.split('\n') ?? [];
            expect(cells).toHaveLength(24);
            for (const [cell, count] of [
              ['█', counts.SUCCEEDED],
              ['✖', counts.FAILED],
              ['▒', counts.RUNNING],
            ] as const)
              expect(cells.includes(cell)).toBe(count > 0);
          }
        },
      ),
    );
  });
});

describe('times and attempts', () => {
  const facts = (of: Job): string =>
    JSON.stringify(
      jobCard({ job: of, around: nothing, now: NOW, region: 'r', mayAct: false, verbs: new Set<string>() }).blocks,
    );

  test('of a retried job are those of its last attempt, and so called, beside the whole wait', () => {
    const min = 60_000;
    const plain = facts(
      job({
        ...{ createdAt: NOW - 20 * min, startedAt: NOW - 2_000, stoppedAt: NOW, maxAttempts: 3 },
        attempts: [
          { startedAt: NOW - 10 * min, stoppedAt: NOW - 9 * min },
          { startedAt: NOW - 5 * min, stoppedAt: NOW - 4 * min },
          { startedAt: NOW - 2_000, stoppedAt: NOW, exitCode: 1 },
        ],
        entered: { '3.RUNNABLE': NOW - 4_000, '3.STARTING': NOW - 3_000, '3.RUNNING': NOW - 2_000 },
      }),
    );
    expect(plain).toContain('attempt 3: waited 1 s  ·  started in 1 s  ·  ran 2 s');
    expect(plain).toContain('in all: waited 10 min before its first start  ·  20 min since submission');
  });

  test('are not told of what has none yet', () => {
    const waits = facts(job({ status: 'RUNNABLE', maxAttempts: 3 }));
    expect(waits).not.toContain('attempt 1 of 3');
    expect(waits).toContain('3 attempts at most');
    const counts = { RUNNING: 2, SUCCEEDED: 1 };
    const array = facts(
      job({
        ...{ status: 'PENDING', createdAt: NOW - 540_000, maxAttempts: 3, arraySize: 3 },
        children: { countedAt: NOW, counts },
      }),
    );
    expect(array).toContain('pending for 9 min, its children run');
    expect(array).not.toMatch(/attempt/);
  });
});

describe('the ways on', () => {
  const labels = ({ blocks }: Message): string[] =>
    blocks.flatMap((block) =>
      block.type === 'actions' ? block.elements.flatMap((one) => ('text' in one ? [one.text?.text ?? ''] : [])) : [],
    );
  const card = (of: Job, around = nothing) => labels(jobCard({ job: of, around, now: NOW, region: 'r', ...asked }));

  test('begin with Why where there can be no log, and with the log where there is', () => {
    expect(card(job({ status: 'RUNNABLE' }))[0]).toBe('Why');
    expect(card(job({ statusReason: 'Task failed to start' }))[0]).toBe('Why');
    expect(card(job({ exitCode: 1, startedAt: NOW }))[0]).toBe('Logs');
  });

  test('from all details are those that a reader wants next', () => {
    const of = job({ status: 'STARTING' });
    expect(labels(jobDetails({ job: of, around: nothing, now: NOW, region: 'r', shows, page: 1, ...asked }))).toEqual([
      ...['Summary', 'Logs', 'Why', 'Open in AWS', 'Cancel…'],
    ]);
  });

  test('retry what failed, with what its cause asks for', () => {
    const reason = 'OutOfMemoryError: Container killed due to memory usage';
    expect(card(job({ containerReason: reason, memoryMiB: 2_048, startedAt: NOW }))).toContain('Retry with 4 GiB');
    const failed: JobRow[] = [{ id: `${ID}:1`, arrayIndex: 1, status: 'FAILED', seenAt: NOW, attemptCount: 1 }];
    expect(card(job({ arraySize: 3 }), { ...nothing, failed })).toContain('Retry failed');
  });

  test('of a job of which AWS did not tell all say so', () => {
    const around = { ...nothing, missing: ['I could not read its nodes. AWS takes no more requests just now.'] };
    const { blocks } = jobCard({ job: job({ nodes: 2 }), around, now: NOW, region: 'r', ...asked });
    expect(JSON.stringify(blocks)).toContain('I could not read its nodes.');
  });
});
