import fc from 'fast-check';
import { causeOf, isTimeout } from '../../src/jobs/causes';
import type { JobRow } from '../../src/jobs/job';
import { checkTimeouts } from '../../src/jobs/timeoutCheck';
import { lateWords, timedOutBy, timeoutReason } from '../../src/jobs/timeoutReason';
import type { TimeoutRule } from '../../src/jobs/timeoutRule';
import { ruleBook } from '../../src/jobs/timeoutRules';
import {
  counts,
  firstOf,
  type Limit,
  limitsOf,
  oursOf,
  type RunningLimit,
  SHORTEST_WARNED_SECONDS,
  standing,
  type TimeoutPolicy,
  warnsAt,
} from '../../src/jobs/timeouts';

const SUBMITTED = 1_700_000_000_000;
const ON = { native: true, environment: true, rules: true };
const policyOf = (rules: TimeoutRule[] = [], more: Partial<TimeoutPolicy> = {}): TimeoutPolicy => ({
  isOn: ON,
  ruling: ruleBook(rules),
  extensions: new Map(),
  ...more,
});
const row = (more: Partial<JobRow> = {}): JobRow => ({
  ...{ id: 'job', name: 'align', queue: 'spot', definition: 'align:7', createdAt: SUBMITTED, seenAt: SUBMITTED },
  ...{ status: 'RUNNING', startedAt: SUBMITTED + 600_000, attemptCount: 0 },
  ...more,
});
const { startedAt: _, ...unstarted } = row();
const seconds = fc.integer({ min: 60, max: 10_000_000 });
const anyRow = fc
  .record(
    {
      status: fc.constantFrom('SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING') as fc.Arbitrary<
        JobRow['status']
      >,
      timeoutSeconds: seconds,
      environmentTimeoutSeconds: seconds,
      startedAt: fc.integer({ min: SUBMITTED, max: SUBMITTED + 10_000_000 }),
    },
    { requiredKeys: ['status'] },
  )
  .map((more) => ({ ...unstarted, ...more }));
const anyRule = fc.record(
  { n: fc.constant(1), totalSeconds: seconds, runningSeconds: seconds },
  { requiredKeys: ['n'] },
) as fc.Arbitrary<TimeoutRule>;
const anyPolicy = fc.record({
  rules: fc.array(anyRule, { maxLength: 2 }).map((rules) => rules.map((one, i) => ({ ...one, n: i + 1 }))),
  isOn: fc.record({ native: fc.boolean(), environment: fc.boolean(), rules: fc.boolean() }),
  until: fc.option(fc.integer({ min: SUBMITTED, max: SUBMITTED + 20_000_000_000 }), { nil: undefined }),
});
const made = ({ rules, isOn, until }: { rules: TimeoutRule[]; isOn: typeof ON; until: number | undefined }) =>
  policyOf(rules, { isOn, extensions: new Map(until === undefined ? [] : [['job', until]]) });

test('the limit that comes first is no later than any other that counts, and one that waits for a start does not count', () => {
  fc.assert(
    fc.property(anyRow, anyPolicy, (job, policy) => {
      const limits = limitsOf(job, made(policy));
      const first = firstOf(limits);
      for (const limit of limits.filter(counts)) {
        expect(first?.at).toBeLessThanOrEqual(limit.at);
        expect(limit.at).toBeGreaterThanOrEqual(limit.since + limit.seconds * 1_000);
        expect(warnsAt(limit)).toBeLessThanOrEqual(limit.at);
        expect(warnsAt(limit) - limit.since).toBeGreaterThanOrEqual((limit.at - limit.since) / 2 - 1);
        if (limit.seconds >= SHORTEST_WARNED_SECONDS) expect(limit.at - warnsAt(limit)).toBeGreaterThan(60_000);
      }
      for (const limit of limits)
        if (limit.from === 'start') expect(counts(limit)).toBe(job.status === 'RUNNING' && job.startedAt !== undefined);
      expect(first === undefined).toBe(!limits.some(counts));
    }),
  );
});

test('a kind that is off stops nothing; Batch’s own is Batch’s to see to', () => {
  fc.assert(
    fc.property(anyRow, anyPolicy, fc.integer({ min: 0, max: 2e10 }), (job, policy, later) => {
      const { over } = checkTimeouts([job], made(policy), SUBMITTED + later);
      for (const { limit } of over) {
        expect(limit.kind).not.toBe('native');
        expect(policy.isOn[limit.kind]).toBe(true);
        expect(limit.at).toBeLessThanOrEqual(SUBMITTED + later);
      }
      expect(
        checkTimeouts([job], made({ ...policy, isOn: { native: true, environment: false, rules: false } }), 8e15).over,
      ).toEqual([]);
    }),
  );
});

test('a job is far from its end, near it, or over it, in this order, and no job is warned of that is over', () => {
  fc.assert(
    fc.property(
      anyRow,
      anyPolicy,
      fc.integer({ min: 0, max: 2e10 }),
      fc.integer({ min: 0, max: 2e10 }),
      (job, policy, a, b) => {
        const ours = oursOf(limitsOf(job, made(policy)));
        if (ours === undefined) return;
        const ORDER = ['far', 'near', 'over'];
        const [early, late] = [Math.min(a, b), Math.max(a, b)].map((ms) =>
          ORDER.indexOf(standing(ours, SUBMITTED + ms)),
        );
        expect(early).toBeLessThanOrEqual(late ?? 0);
        const { over, near } = checkTimeouts([job], made(policy), SUBMITTED + a);
        expect(over.length + near.length).toBeLessThanOrEqual(1);
      },
    ),
  );
});

test('more time from somebody never brings an end nearer, and moves no limit but a rule’s', () => {
  fc.assert(
    fc.property(anyRow, anyPolicy, fc.integer({ min: 0, max: 2e10 }), (job, policy, more) => {
      const before = limitsOf(job, made({ ...policy, until: undefined }));
      const after = limitsOf(job, made({ ...policy, until: SUBMITTED + more }));
      const at = (limits: Limit[], wanted: Limit) =>
        limits.find(({ kind, from }) => kind === wanted.kind && from === wanted.from)?.at;
      for (const limit of before) {
        if (limit.at === undefined) continue;
        const then = at(after, limit) ?? 0;
        expect(then).toBeGreaterThanOrEqual(limit.at);
        if (limit.kind !== 'rules') expect(then).toBe(limit.at);
        else expect(then).toBe(Math.max(limit.at, SUBMITTED + more));
      }
    }),
  );
});

describe('arrays', () => {
  const parent = row({ id: 'array', status: 'PENDING', arraySize: 3, environmentTimeoutSeconds: 3_600 });
  const { startedAt: __, ...waiting } = parent;
  const child = (index: number, more: Partial<JobRow> = {}) =>
    row({
      id: `array:${index}`,
      arrayIndex: index,
      environmentTimeoutSeconds: 3_600,
      createdAt: SUBMITTED + 60_000,
      ...more,
    });
  const rules: TimeoutRule[] = [{ n: 1, runningSeconds: 7_200 }];
  const ids = (timed: { row: JobRow }[]) => timed.map(({ row: { id } }) => id).sort();

  test('what counts from submission is the parent’s alone, and by the parent’s submission', () => {
    const rows = [waiting, child(0), child(1), child(2)];
    expect(ids(checkTimeouts(rows, policyOf(), SUBMITTED + 3_600_000).over)).toEqual(['array']);
    expect(ids(checkTimeouts(rows, policyOf(), SUBMITTED + 3_599_999).over)).toEqual([]);
    expect(ids(checkTimeouts(rows, policyOf(), SUBMITTED + 3_000_000).near)).toEqual(['array']);
  });

  test('what counts from a start is each child’s own', () => {
    const rows = [waiting, child(0), child(1, { startedAt: SUBMITTED + 6e6 }), child(2)].map(
      ({ environmentTimeoutSeconds: ___, ...rest }) => rest,
    );
    expect(ids(checkTimeouts(rows, policyOf(rules), SUBMITTED + 600_000 + 7_200_000).over)).toEqual([
      'array:0',
      'array:2',
    ]);
  });

  test('of an array that is over itself no child is stopped by itself, nor warned of', () => {
    const rows = [waiting, child(0), child(1, { startedAt: SUBMITTED + 6e6 }), child(2)];
    const { over, near } = checkTimeouts(rows, policyOf(rules), SUBMITTED + 600_000 + 7_200_000);
    expect(ids(over)).toEqual(['array']);
    expect(near).toEqual([]);
  });

  test('children whose array is not known are seen to one by one', () => {
    expect(ids(checkTimeouts([child(0), child(1)], policyOf(), SUBMITTED + 4e6).over)).toEqual(['array:0', 'array:1']);
  });

  test('who gives an array more time gives it to its children, and a child’s owner is its array’s', () => {
    const until = SUBMITTED + 9e6;
    const owned = { ...waiting, tags: { seenAt: 0, values: { submitter: 'ada' } } };
    const policy = policyOf([{ n: 1, users: ['ada'], runningSeconds: 600 }], {
      extensions: new Map([['array', until]]),
    });
    expect(limitsOf(child(0), policy, owned).find(({ kind }) => kind === 'rules')).toMatchObject({
      at: until,
      isExtended: true,
    });
  });
});

test('nothing is done about a job that has ended, is lost, is being stopped, or is a node of another', () => {
  const policy = policyOf([{ n: 1, totalSeconds: 60 }]);
  const late = SUBMITTED + 1e9;
  expect(checkTimeouts([row()], policy, late).over).toHaveLength(1);
  for (const more of [
    ...[
      { status: 'SUCCEEDED' as const },
      { status: 'FAILED' as const },
      { lostAt: SUBMITTED + 1 },
      { cancelled: true },
    ],
    ...[{ terminated: true }, { id: 'job#1' }],
  ])
    expect(checkTimeouts([row(more)], policy, late)).toMatchObject({ over: [], near: [] });
});

test('the reason that Batch keeps tells the limit again, whatever stands in the rule, and is a timeout to everybody', () => {
  const limit = fc.record({
    from: fc.constantFrom('submission' as const, 'start' as const),
    seconds,
    since: fc.constant(SUBMITTED),
    due: fc.integer({ min: SUBMITTED, max: SUBMITTED + 1e10 }),
    rule: fc.option(
      fc.record({
        n: fc.integer({ min: 1, max: 9_999 }),
        names: fc.array(fc.string({ minLength: 1, unit: 'binary' }), { minLength: 1 }),
        totalSeconds: seconds,
      }),
      { nil: undefined },
    ),
  });
  fc.assert(
    fc.property(limit, fc.constantFrom('PYBATCH_TIMEOUT', '_x'), ({ rule, ...made }, variable) => {
      const kind = rule === undefined ? 'environment' : 'rules';
      const one = {
        ...made,
        kind,
        at: made.since + made.seconds * 1_000,
        holder: 'job',
        ...(rule && { rule }),
      } as RunningLimit;
      const reason = timeoutReason(one, variable, SUBMITTED + 1e10);
      expect(reason.length).toBeLessThanOrEqual(1_024);
      const read = timedOutBy({ statusReason: reason });
      expect(read).toMatchObject({ from: made.from, ...(rule === undefined ? { variable } : { rule: rule.n }) });
      expect(read?.late).toBe(lateWords(one, SUBMITTED + 1e10));
      const cause = causeOf({ status: 'FAILED', statusReason: reason, terminated: true });
      expect(cause?.key).toBe(rule === undefined ? 'timedOutByVariable' : 'timedOutByRule');
      expect(cause !== undefined && isTimeout(cause)).toBe(true);
    }),
  );
  expect(timedOutBy({ statusReason: 'cancelled from Slack by ada (op K7F2Q): timed out by batchbot' })).toBeUndefined();
});
