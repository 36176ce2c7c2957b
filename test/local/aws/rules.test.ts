/** The small rules behind the world, by properties: scripts, retries, timers, filter patterns, query forms. */
import fc from 'fast-check';
import { linesThatMatch } from '../../../src/local/aws/logs/filterPattern';
import { queryInput, xmlOf } from '../../../src/local/aws/query';
import { endingOf, scriptOf } from '../../../src/local/aws/script';
import { timersOn } from '../../../src/local/aws/timers';
import { retries } from '../../../src/local/aws/world/retry';
import { environment } from './localClients';

const commands: [string[], number | undefined, object][] = [
  [['sleep', '90'], 90, { kind: 'ok' }],
  [['sleep', '2m'], 120, { kind: 'ok' }],
  [['false'], 1, { kind: 'exit', code: 1 }],
  [['sh', '-c', 'sleep 2 && sleep 3; exit 4; sleep 100'], 5, { kind: 'exit', code: 4 }],
  [['bash', '-euxc', 'echo "a b"'], 1, { kind: 'ok' }],
  [['python', 'train.py', '--sleep', '5'], undefined, { kind: 'ok' }],
];
test.each(commands)('%j is understood', (command, runSeconds, ending) => {
  expect(scriptOf({ command })).toMatchObject({ ending, ...(runSeconds !== undefined && { runSeconds }) });
});

test('just the listed indexes fail, and just in the first attempts', () => {
  fc.assert(
    fc.property(
      fc.nat(50),
      fc.nat(50),
      fc.nat(10),
      fc.nat(60),
      fc.integer({ min: 1, max: 10 }),
      (a, b, attempts, index, attempt) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const variables = {
          LOCAL_FAIL_INDEXES: `${from}-${to}`,
          LOCAL_FAIL_ATTEMPTS: String(attempts),
          LOCAL_OUTCOME: 'oom',
        };
        const script = scriptOf({ command: [], environment: environment(variables) });
        const fails = index >= from && index <= to && attempt <= attempts;
        expect(endingOf(script, attempt, index).kind).toBe(fails ? 'oom' : 'ok');
      },
    ),
  );
});

test('nothing is retried beyond its attempts; without a rule that matches everything before is', () => {
  const attempt = fc.record({ exitCode: fc.nat(255), statusReason: fc.string() });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 12 }),
      attempt,
      (attempts, made, { exitCode, statusReason }) => {
        const last = {
          taskId: '',
          cluster: '',
          environment: '',
          availabilityZone: '',
          createdAt: 0,
          storySeconds: 0,
          exitCode,
          statusReason,
        };
        const rules = [{ onExitCode: '999', action: 'EXIT' as const }];
        expect(retries({ attempts }, made, last)).toBe(made < attempts);
        expect(retries({ attempts, evaluateOnExit: rules }, made, last)).toBe(made < attempts);
        const exits = [
          { onExitCode: String(exitCode), action: 'EXIT' as const },
          { onReason: '*', action: 'RETRY' as const },
        ];
        expect(retries({ attempts, evaluateOnExit: exits }, made, last)).toBe(false);
      },
    ),
  );
});

test('timers fire in the order of their times, equal ones in the order of asking', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 200 }), async (delays) => {
      const fired: number[] = [];
      const timers = timersOn(Date.now, (error) => {
        throw error;
      });
      const start = Date.now();
      await new Promise<void>((resolve) => {
        delays.forEach((delay, place) => {
          timers.at(start + delay, () => {
            fired.push(place);
            if (fired.length === delays.length) resolve();
          });
        });
      });
      timers.close();
      const expected = delays
        .map((delay, place) => ({ delay, place }))
        .sort((a, b) => a.delay - b.delay || a.place - b.place);
      expect(fired).toEqual(expected.map(({ place }) => place));
    }),
    { numRuns: 30 },
  );
});

test('a quoted phrase matches the lines that hold it, whatever its characters', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (before, after, phrase) => {
      const pattern = `"${phrase.replace(/["\\]/g, (mark) => `\\${mark}`)}"`;
      expect(linesThatMatch(pattern)(before + phrase + after)).toBe(true);
      expect(linesThatMatch(pattern)(before)).toBe(before.includes(phrase));
    }),
  );
});

test('a form becomes lists and objects; what is written as XML breaks out of no element', () => {
  const form = new URLSearchParams('Action=X&Version=1&Id.2=b&Id.1=a&Filter.1.Name=n&Filter.1.Value.1=v&__proto__.x=1');
  expect(queryInput(form)).toMatchObject({ Id: ['a', 'b'], Filter: [{ Name: 'n', Value: ['v'] }] });
  expect(({} as { x?: unknown }).x).toBeUndefined();
  fc.assert(fc.property(fc.string(), (Body) => expect(xmlOf({ Body }).slice(6, -7)).not.toMatch(/[<>]/)));
});
