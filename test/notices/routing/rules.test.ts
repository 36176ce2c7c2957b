/** The plain rules of routing: what fits, which rule wins, and what contradicts what. */
import fc from 'fast-check';
import { readConditions } from '../../../src/commands/alerts/conditions';
import type { Conditions, Route } from '../../../src/history/records/routes';
import { routeId } from '../../../src/history/records/routes';
import { splitWords } from '../../../src/jobs/words';
import type { Occurrence } from '../../../src/notices/occasion';
import { choose } from '../../../src/notices/routing/choose';
import { fits } from '../../../src/notices/routing/fits';
import { compareConditions, moreSpecificFirst } from '../../../src/notices/routing/moreSpecific';
import { contradicts, globsMeet, overlap } from '../../../src/notices/routing/overlap';
import { replay, wouldTell } from '../../../src/notices/routing/replay';
import { settingsOf } from '../../../src/notices/routing/settings';
import { conditionsText } from '../../../src/views/alertRule';
import { OCCASION_NAMES } from '../../../src/views/alertsForm';
import { failedJob } from '../incidents/memoryRoom';
import { anyConditions, anyOccurrence, anyRoute, OCCASIONS } from './anyRules';

const wins = (a: Conditions, b: Conditions): boolean => compareConditions(a, b) < 0;

test.each<[string, string, Conditions, Conditions]>([
  ['a whole name', 'a pattern', { queues: ['spot-p1'] }, { queues: ['spot-*'] }],
  ['more letters', 'fewer', { queues: ['spot-p*'] }, { queues: ['spot-*'] }],
  ['fewer stars', 'more', { queues: ['spot*'] }, { queues: ['*spot*'] }],
  ['one of a list', 'the list', { queues: ['a'] }, { queues: ['a', 'b'] }],
  ['a definition', 'a queue', { definitions: ['align'] }, { queues: ['spot-p1'] }],
  ['a name', 'a definition', { names: ['nightly'] }, { definitions: ['align'] }],
  ['a queue', 'a cause', { queues: ['spot-p1'] }, { causes: ['timeout'] }],
  ['an occasion', 'a severity', { occasions: ['failed'] }, { severities: ['urgent'] }],
  ['two conditions', 'one', { queues: ['*spot*'], severities: ['urgent'] }, { names: ['nightly'] }],
  ['two tags', 'one', { tags: [{ key: 'a' }, { key: 'b' }] }, { tags: [{ key: 'a' }] }],
  ['a tag’s value', 'any', { tags: [{ key: 'a', value: 'x' }] }, { tags: [{ key: 'a' }] }],
  ['anything', 'everything', { severities: ['quiet'] }, {}],
])('%s wins over %s', (_narrow, _wide, a, b) => {
  expect(wins(a, b)).toBe(true);
  expect(wins(b, a)).toBe(false);
});

test('whatever is added to conditions makes them win, and fit nothing that they did not fit before', () => {
  fc.assert(
    fc.property(anyConditions, anyConditions, anyOccurrence, (wide, more, occurrence) => {
      const added = Object.entries(more).filter(([part]) => !Object.hasOwn(wide, part));
      fc.pre(added.length > 0);
      const narrow: Conditions = { ...wide, ...Object.fromEntries(added) };
      expect(wins(narrow, wide)).toBe(true);
      if (fits(narrow, occurrence)) expect(fits(wide, occurrence)).toBe(true);
    }),
  );
});

test('letters in place of a star make a pattern win', () => {
  const text = fc.stringMatching(/^[a-z]{0,3}$/);
  fc.assert(
    fc.property(text, text, text, (before, after, inside) => {
      const wide = { queues: [`${before}*${after}`] };
      for (const narrow of [`${before}${inside}*${after}`, `${before}${inside}${after}`]) {
        fc.pre(narrow !== wide.queues[0] && narrow !== '');
        expect(wins({ queues: [narrow] }, wide)).toBe(true);
      }
    }),
  );
});

test('conditions are read back as they are written', () => {
  const ada = { id: 'U1', name: 'ada', role: 'operator' as const, held: [] };
  const keys = new Set(['queue', 'def', 'name', 'tag', 'user', 'cause', 'severity', 'occasion']);
  fc.assert(
    fc.property(anyConditions, (when) => {
      const { when: again, rest, everything } = readConditions(splitWords(conditionsText(when), keys), ada, 0);
      expect(routeId(again, false)).toBe(routeId(when, false));
      expect(rest).toEqual([]);
      expect(everything).toBe(false);
    }),
  );
});

test('the form knows each occasion that is routed', () => {
  const unrouted = ['watch-ended', 'digest'];
  const routed = OCCASIONS.map(({ name }) => name).filter((name) => !unrouted.includes(name));
  expect([...OCCASION_NAMES].sort()).toEqual(routed.sort());
});

test('the order of rules is total: one and the same wins, however they are listed', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyRoute, { selector: ({ id }) => id, maxLength: 6 }), anyOccurrence, (rules, one) => {
      const { winner, beaten, adding } = choose(rules, one);
      expect(choose([...rules].reverse(), one)).toEqual({ winner, beaten, adding });
      const fitting = rules.filter(({ when }) => fits(when, one));
      expect(fitting).toHaveLength(beaten.length + adding.length + (winner === undefined ? 0 : 1));
      for (const other of beaten) expect(moreSpecificFirst(winner as Route, other)).toBeLessThan(0);
      expect(winner?.also ?? false).toBe(false);
    }),
  );
});

test('rules that both fit something are never called apart', () => {
  fc.assert(
    fc.property(anyConditions, anyConditions, anyOccurrence, (a, b, occurrence) => {
      if (fits(a, occurrence) && fits(b, occurrence)) {
        expect(overlap(a, b)).toBe(true);
        expect(overlap(b, a)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('two patterns meet exactly where some name fits both', () => {
  const letters = ['', 'a', 'b'];
  const names = letters.flatMap((x) =>
    letters.flatMap((y) => letters.flatMap((z) => letters.map((w) => x + y + z + w))),
  );
  const test = (glob: string) => new RegExp(`^${glob.replaceAll('*', '.*')}$`);
  const pattern = fc.stringMatching(/^[ab*]{0,3}$/);
  fc.assert(
    fc.property(pattern, pattern, (a, b) => {
      // Two patterns of 3 have a name of 4 in common if they have any.
      expect(globsMeet(a, b)).toBe(names.some((name) => test(a).test(name) && test(b).test(name)));
    }),
  );
});

test('rules contradict where they name others for the same thing, and what only adds contradicts nobody', () => {
  const rule = (queues: string[], to: string[], also = false): Route => ({
    id: queues.join(),
    when: { queues },
    to: to.map((id) => ({ kind: 'channel', id })),
    also,
    by: { id: 'U1', name: 'ada' },
    at: 0,
  });
  expect(contradicts(rule(['spot-*'], ['C1']), rule(['spot-p1'], []))).toBe(true);
  expect(contradicts(rule(['spot-*'], ['C1', 'C2']), rule(['spot-p1'], ['C2', 'C1']))).toBe(false);
  expect(contradicts(rule(['spot-*'], ['C1']), rule(['gpu'], []))).toBe(false);
  expect(contradicts(rule(['spot-*'], ['C1'], true), rule(['spot-p1'], []))).toBe(false);
});

test('the same conditions have the same id, in whatever order and case', () => {
  fc.assert(
    fc.property(anyConditions, fc.boolean(), (when, also) => {
      const turned = Object.fromEntries(
        Object.entries(when)
          .reverse()
          .map(([part, value]) => [part, Array.isArray(value) ? [...value].reverse() : value]),
      ) as Conditions;
      expect(routeId(turned, also)).toBe(routeId(when, also));
      expect(routeId(when, !also)).not.toBe(routeId(when, also));
    }),
  );
  expect(routeId({ queues: ['Spot'] }, false)).toBe(routeId({ queues: ['spot'] }, false));
  expect(routeId({ queues: ['spot'] }, false)).not.toBe(routeId({ names: ['spot'] }, false));
});

test('who would be told is who the winning rule names, and who others add', () => {
  const settings = settingsOf([], OCCASIONS);
  fc.assert(
    fc.property(fc.array(anyRoute, { maxLength: 5 }), anyOccurrence, (rules, occurrence) => {
      const { winner, adding } = choose(rules, occurrence);
      const told = wouldTell(occurrence, rules, settings, 'C0DEFAULT');
      expect(new Set(told).size).toBe(told.length);
      if (winner === undefined) expect(told).toContain('C0DEFAULT');
      for (const { to } of [...(winner === undefined ? [] : [winner]), ...adding])
        for (const target of to) if (target.kind !== 'submitter') expect(told).toContain(target.id);
      if (winner !== undefined && winner.to.length === 0 && adding.length === 0) expect(told).toEqual([]);
    }),
  );
});

test('a switch of a channel counts before the one for all, and that before the default', () => {
  const by = { by: { id: 'U1', name: 'ada' }, at: 0 };
  const settings = settingsOf(
    [
      { kind: 'switch', occasion: 'retried', isOn: true, ...by },
      { kind: 'switch', occasion: 'retried', to: 'C1', isOn: false, ...by },
      { kind: 'switch', occasion: 'failed', to: 'C1', isOn: false, ...by },
    ],
    OCCASIONS,
  );
  expect(settings.isOn('retried', 'C1')).toBe(false);
  expect(settings.isOn('retried', 'C2')).toBe(true);
  expect(settings.isOn('failed', 'C2')).toBe(true);
  expect(settings.isOn('failed', 'C1')).toBe(false);
  expect(settingsOf([], OCCASIONS).isOn('retried')).toBe(false);
  expect(settings.isOn('of-another-version')).toBe(true);
});

test('of thresholds the one with the most specific queue counts', () => {
  const set = (queue: string, value: number | null) => ({
    kind: 'threshold' as const,
    name: 'runnable',
    queue,
    value,
    by: { id: 'U1', name: 'ada' },
    at: 0,
  });
  const settings = settingsOf([set('*', 3), set('spot-*', 2), set('spot-p1', null)], OCCASIONS);
  expect(settings.threshold('runnable', 'gpu')).toBe(3);
  expect(settings.threshold('runnable', 'SPOT-P2')).toBe(2);
  expect(settings.threshold('runnable', 'spot-p1')).toBe(Number.POSITIVE_INFINITY);
  expect(settings.threshold('runnable')).toBe(3);
  expect(settings.threshold('starting', 'spot-p1')).toBe(600_000);
});

test('what is replayed keeps every failure once for each who would be told, in few cards', () => {
  fc.assert(
    fc.property(fc.array(anyOccurrence, { maxLength: 60 }), (occurrences) => {
      const cards = replay(occurrences, () => ['C1', 'C2'], 3_600_000);
      const isState = ({ occasion }: { occasion: string }) => occasion === 'stuck-runnable';
      const failures = occurrences.filter((one) => !isState(one));
      for (const [to, ofStates] of (['C1', 'C2'] as const).flatMap((to) => [
        [to, true] as const,
        [to, false] as const,
      ])) {
        const own = cards.filter((card) => card.to === to && isState(card.first) === ofStates);
        const members = own.flatMap((card) => card.members);
        // States may have to wait.
        if (ofStates) expect(members.every(isState)).toBe(true);
        else expect(members).toHaveLength(failures.length);
        for (const { first } of own) {
          const at = first.at;
          const opened = own.filter((card) => card.first.at >= at && card.first.at < at + 600_000);
          expect(opened.length).toBeLessThanOrEqual(12);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('an array is replayed with its children only, as it is told', () => {
  const of = (member: string): Occurrence => ({
    occasion: 'failed',
    severity: 'normal',
    at: 0,
    subject: { kind: 'array', name: 'ring' },
    member,
  });
  const told = (...members: string[]) =>
    replay(members.map(of), () => ['C1'], 3_600_000).map((card) => card.members.map(({ member }) => member));
  expect(told('ring:1', 'ring', 'ring:2')).toEqual([['ring:1', 'ring:2']]);
  expect(told('ring')).toEqual([['ring']]);
});

test('what fell with a job is replayed on its card, also by a chain, and where it is not told, on one of its own', () => {
  const of = (member: string, createdAt: number, dependsOn?: string[]): Occurrence => ({
    occasion: 'failed',
    severity: 'normal',
    at: 1_000,
    subject: { kind: 'definition', name: member },
    member,
    job: { ...failedJob({ id: member, at: 1_000, ...(dependsOn === undefined ? {} : { dependsOn }) }), createdAt },
    ...(dependsOn === undefined
      ? {}
      : {
          cause: { key: 'dependencyFailed', identity: 'dependencyFailed', headline: 'a job that it depends on failed' },
        }),
  });
  const all = [of('last', 4, ['next']), of('next', 3, ['ring']), of('alone', 2, ['unknown']), of('ring:7', 1)];
  const cards = (told: (one: Occurrence) => string[]) =>
    replay(all, told, 3_600_000).map(({ to, members }) => [to, ...members.map(({ member }) => member)]);
  expect(cards(() => ['C1'])).toEqual([
    ['C1', 'ring:7', 'next', 'last'],
    ['C1', 'alone'],
  ]);
  expect(cards(({ member }) => (member === 'ring:7' ? ['C1'] : ['C2']))).toEqual([
    ['C1', 'ring:7'],
    ['C2', 'alone'],
    ['C2', 'next', 'last'],
  ]);
});
