import fc from 'fast-check';
import { CONDITIONS, ruleText, sameConditions, type TimeoutRule, typedLength } from '../../src/jobs/timeoutRule';
import { compareRules, ruleBook, ruleMatcher } from '../../src/jobs/timeoutRules';
import { splitWords } from '../../src/jobs/words';

const pattern = fc.constantFrom('align', 'align-*', '*-3', 'spot-*', 'spot-p1', 'ada', 'nightly*', 'al*gn*');
const patterns = fc.array(pattern, { minLength: 1, maxLength: 2 });
const anyRule = (n: fc.Arbitrary<number>): fc.Arbitrary<TimeoutRule> =>
  fc.record(
    {
      n,
      ...{ queues: patterns, definitions: patterns, names: patterns, users: patterns },
      totalSeconds: fc.integer({ min: 60, max: 1_000_000 }),
      runningSeconds: fc.integer({ min: 60, max: 1_000_000 }),
    },
    { requiredKeys: ['n'] },
  );
/** Each with a number of its own. */
const anyRules = fc
  .array(anyRule(fc.constant(1)), { maxLength: 8 })
  .map((rules) => rules.map((rule, index) => ({ ...rule, n: index + 1 })));
const word = fc.constantFrom('align', 'align-3', 'spot-p1', 'spot-p2', 'ada', 'nightly', 'ALIGN-3');
const anyJob = fc.record({
  name: word,
  queue: word,
  definition: word.map((name) => `${name}:7`),
  tags: word.map((user) => ({ seenAt: 0, values: { submitter: `${user}@example.com` } })),
});

const rule = (conditions: Partial<TimeoutRule>, n = 1): TimeoutRule => ({ n, totalSeconds: 3_600, ...conditions });

test('of two rules one is always narrower, whatever the order, and nothing is narrower than itself', () => {
  fc.assert(
    fc.property(anyRules, (rules) => {
      for (const a of rules)
        for (const b of rules) {
          expect(Math.sign(compareRules(a, b))).toBe(-Math.sign(compareRules(b, a)) || 0);
          if (a.n !== b.n) expect(compareRules(a, b)).not.toBe(0);
        }
      const sorted = [...rules].sort(compareRules);
      expect([...rules].reverse().sort(compareRules)).toEqual(sorted);
    }),
  );
});

test('more conditions are narrower than fewer, plain names than stars, names than definitions, owners and queues', () => {
  const order: Partial<TimeoutRule>[] = [
    { queues: ['spot-*'], definitions: ['al*'] },
    { names: ['align-3'] },
    { definitions: ['align'] },
    { users: ['ada'] },
    { queues: ['spot-p1'] },
    { names: ['align-*'] },
    { queues: ['spot-p*'] },
    { queues: ['spot-*'] },
    {},
  ];
  const rules = order.map((conditions, index) => rule(conditions, index + 1));
  expect([...rules].sort(() => 0.5).sort(compareRules)).toEqual(rules);
  // Of two alike the later one.
  expect(compareRules(rule({ names: ['a'] }, 2), rule({ names: ['b'] }, 1))).toBeLessThan(0);
});

test('the rules that count are the narrowest that fit, one for each limit, however they are listed', () => {
  fc.assert(
    fc.property(anyRules, anyJob, (rules, job) => {
      const fitting = rules.filter((one) => ruleMatcher(one)(job)).sort(compareRules);
      const ruling = ruleBook(rules)(job);
      expect(ruling.total).toEqual(fitting.find(({ totalSeconds }) => totalSeconds !== undefined));
      expect(ruling.running).toEqual(fitting.find(({ runningSeconds }) => runningSeconds !== undefined));
      expect(ruleBook([...rules].reverse())(job)).toEqual(ruling);
    }),
  );
});

test('a book that was asked before answers the same', () => {
  fc.assert(
    fc.property(anyRules, fc.array(anyJob, { maxLength: 6 }), (rules, jobs) => {
      const book = ruleBook(rules);
      for (const job of [...jobs, ...jobs]) expect(book(job)).toEqual(ruleBook(rules)(job));
    }),
  );
});

test('a definition fits with and without its revision, an owner with and without a domain, in any case', () => {
  const job = {
    name: 'Align-3',
    queue: 'spot',
    definition: 'align:7',
    tags: { seenAt: 0, values: { User: 'Ada@example.com' } },
  };
  for (const conditions of [
    { definitions: ['align'] },
    { definitions: ['ALIGN:7'] },
    { users: ['ada'] },
    { users: ['ada@*'] },
    { names: ['x', 'align-*'] },
  ])
    expect(ruleMatcher(rule(conditions))(job)).toBe(true);
  for (const conditions of [
    { definitions: ['align:8'] },
    { users: ['ad'] },
    { queues: ['spot-*'] },
    { names: ['align'] },
  ])
    expect(ruleMatcher(rule(conditions))(job)).toBe(false);
  expect(ruleMatcher(rule({ users: ['*'] }))({})).toBe(false);
});

test('what a rule is typed as says all of it, once', () => {
  fc.assert(
    fc.property(anyRule(fc.nat()), (one) => {
      const tokens = splitWords(ruleText(one), new Set(['queue', 'def', 'name', 'user', 'total', 'running']));
      const read = Object.fromEntries(
        tokens.flatMap((token) => (token.kind === 'filter' ? [[token.key, token.value]] : [])),
      );
      const back = {
        ...(read.queue === undefined ? {} : { queues: read.queue.split(',') }),
        ...(read.def === undefined ? {} : { definitions: read.def.split(',') }),
        ...(read.name === undefined ? {} : { names: read.name.split(',') }),
        ...(read.user === undefined ? {} : { users: read.user.split(',') }),
      };
      expect(sameConditions(one, back)).toBe(true);
      for (const condition of CONDITIONS)
        if (one[condition] === undefined) expect(sameConditions({ ...one, [condition]: ['other'] }, one)).toBe(false);
    }),
  );
  expect([3_600, 129_600, 90, 0, 86_461].map(typedLength)).toEqual(['1h', '1d12h', '1m30s', '0s', '1d1m1s']);
});
