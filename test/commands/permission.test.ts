/** The rules of who may: plain ones, and who somebody is when Slack does not tell. */
import fc from 'fast-check';
import { openRoles, type RolesOptions } from '../../src/commands/openRoles';
import { type Held, lacking, Refusal, requireRole } from '../../src/commands/permission';
import { readRoleRequest } from '../../src/commands/roleRequest';
import type { Grant, Role } from '../../src/history/records/roles';
import { globMatcher } from '../../src/jobs/glob';

const role = fc.constantFrom<Role>('viewer', 'operator', 'admin');
const pattern = fc.constantFrom('*', 'spot-*', 'spot-p1', '*-p1', 'ondemand');
const held: fc.Arbitrary<Held[]> = fc.array(fc.record({ role, queues: pattern }), { maxLength: 5 });
const queue = fc.constantFrom('spot-p1', 'spot-p2', 'ondemand', 'Spot-p1', 'other', undefined);
const RANK = { viewer: 0, operator: 1, admin: 2 };

describe('what is lacking', () => {
  test('is each queue for which no role of that height is held, and nothing else', () => {
    fc.assert(
      fc.property(held, role, fc.array(queue, { minLength: 1 }), (given, needed, queues) => {
        const enough = given.filter((one) => RANK[one.role] >= RANK[needed]);
        const expected = queues.filter((name) =>
          name === undefined
            ? !enough.some((one) => one.queues === '*')
            : !enough.some((one) => globMatcher([one.queues])(name)),
        );
        expect(new Set(lacking(given, needed, { queues }))).toEqual(new Set(expected.map((name) => name ?? '?')));
      }),
    );
  });

  test('never grows by a role more, and an act on all queues needs a role for all', () => {
    fc.assert(
      fc.property(held, held, role, fc.array(queue), (some, more, needed, queues) => {
        const before = lacking(some, needed, { queues });
        expect(before).toEqual(expect.arrayContaining(lacking([...some, ...more], needed, { queues })));
        const isAll = some.some((one) => one.queues === '*' && RANK[one.role] >= RANK[needed]);
        expect(lacking(some, needed, {})).toEqual(isAll ? [] : ['*']);
      }),
    );
  });

  test('is said with its queues', () => {
    const person = {
      id: 'U1',
      name: 'ann',
      role: 'operator' as const,
      held: [{ role: 'operator' as const, queues: 'spot-*' }],
    };
    expect(() => requireRole(person, 'operator', { queues: ['spot-p1', 'prod', 'gpu'] })).toThrow(
      'You are an operator for spot-* only; this needs the operator role for gpu, prod.',
    );
    expect(() => requireRole(person, 'operator')).toThrow('this needs the operator role for all queues.');
    expect(() => requireRole(person, 'admin', { queues: ['spot-p1'] })).toThrow('this needs the admin role.');
    expect(() => requireRole(person, 'operator', { queues: ['spot-p1', 'SPOT-p2'] })).not.toThrow();
  });
});

describe('who somebody is', () => {
  const OWN = 'T0HOME';
  const minute = () => 60_000;
  const given = (kind: 'user' | 'group' | 'channel', id: string, of: Role = 'operator', queues = '*'): Grant => ({
    to: { kind, id },
    role: of,
    queues,
    by: { id: 'U0ROOT', name: 'root' },
    at: 0,
  });
  const opened = (grants: Grant[], more: Partial<RolesOptions> = {}) =>
    openRoles({
      admins: ['U0ROOT'],
      operators: ['U0LIMITED:spot-*', 'S0CONFIG'],
      sharedChannels: [],
      workspaces: [],
      grants: async () => grants,
      people: { team: async () => OWN, groupMembers: async (group) => new Set(group === 'S0ONCALL' ? ['U0ANN'] : []) },
      ...more,
    });
  const ann = { id: 'U0ANN', name: 'ann', team: OWN };

  test('roles come by the configuration, a user group and the channel, each for its queues', async () => {
    const roles = opened([given('group', 'S0ONCALL', 'operator', 'prod'), given('channel', 'C0OPS', 'admin')]);
    expect((await roles.personOf(ann, 'C0ELSE', 'acts', minute)).held).toMatchObject([{ queues: 'prod' }]);
    expect((await roles.personOf(ann, 'C0OPS', 'acts', minute)).role).toBe('admin');
    expect((await roles.personOf({ ...ann, id: 'U0BOB' }, 'C0ELSE', 'acts', minute)).role).toBe('viewer');
    expect(await roles.personOf({ ...ann, id: 'U0LIMITED' }, undefined, 'acts', minute)).toMatchObject({
      role: 'operator',
      held: [{ queues: 'spot-*' }],
    });
  });

  test('when Slack does not tell who is in a group, its role does not count, and that is said', async () => {
    const down = async () => Promise.reject(new Error('Slack is down'));
    const roles = opened([given('group', 'S0ONCALL')], { people: { team: async () => OWN, groupMembers: down } });
    const person = await roles.personOf(ann, 'C0OPS', 'acts', minute);
    expect(person.role).toBe('viewer');
    expect(() => requireRole(person, 'operator')).toThrow(
      /this needs the operator role. .*Slack does not tell me who is in user group S0ONCALL/,
    );
    expect((await roles.personOf({ ...ann, id: 'U0ROOT' }, 'C0OPS', 'acts', minute)).role).toBe('admin');
  });

  test('whoever only looks does not wait long for Slack', async () => {
    const never = () => new Promise<never>(() => undefined);
    const roles = opened([given('group', 'S0ONCALL'), given('user', 'U0ANN', 'operator', 'prod')], {
      people: { team: async () => OWN, groupMembers: never },
    });
    const begun = Date.now();
    expect((await roles.personOf(ann, 'C0OPS', 'looks', minute)).held).toEqual([
      expect.objectContaining({ queues: 'prod' }),
    ]);
    expect(Date.now() - begun).toBeLessThan(30_000);
  });

  test('people of another workspace hold nothing, and look only where it is allowed', async () => {
    const eve = { id: 'U0EVE', name: 'eve', team: 'T0OTHER' };
    const grants = [given('user', 'U0EVE', 'admin'), given('channel', 'C0OPS'), given('channel', 'C0LOOK', 'viewer')];
    const roles = opened(grants, { sharedChannels: ['C0SHARED'] });
    await expect(roles.personOf(eve, 'C0OPS', 'acts', minute)).rejects.toThrow(Refusal);
    await expect(roles.personOf(eve, undefined, 'looks', minute)).rejects.toThrow('You belong to another workspace');
    for (const channel of ['C0SHARED', 'C0LOOK'])
      expect(await roles.personOf(eve, channel, 'acts', minute)).toMatchObject({
        role: 'viewer',
        held: [],
        stranger: true,
      });
    const family = opened(grants, { workspaces: ['T0OTHER'] });
    expect((await family.personOf(eve, 'C0ELSE', 'acts', minute)).role).toBe('admin');
  });

  test('while Slack does not tell the own workspace, people look, and an act waits', async () => {
    const down = async () => Promise.reject(new Error('Slack is down'));
    const roles = opened([given('channel', 'C0OPS')], { people: { team: down, groupMembers: async () => new Set() } });
    expect(await roles.personOf(ann, 'C0OPS', 'looks', minute)).toMatchObject({ role: 'viewer', held: [] });
    await expect(roles.personOf(ann, 'C0OPS', 'acts', minute)).rejects.toThrow('Slack is down');
  });

  test('somebody whose workspace is not told gets nothing from the channel', async () => {
    const roles = opened([given('channel', 'C0OPS')]);
    expect((await roles.personOf({ id: 'U0ANN', name: 'ann' }, 'C0OPS', 'acts', minute)).role).toBe('viewer');
  });
});

describe('a request for roles', () => {
  const here = { user: { kind: 'user' as const, id: 'U0ANN' }, channel: { kind: 'channel' as const, id: 'C0OPS' } };
  const read = (text: string, queues: string[] = []) => readRoleRequest(text.split(' '), queues, here);
  const ada = { kind: 'user', id: 'U0ADA', name: 'ada' };
  const oncall = { kind: 'group', id: 'S0ONCALL', name: 'oncall' };

  test.each([
    ['give operator <@U0ADA|ada>', { act: 'give', role: 'operator', to: [ada], queues: [] }],
    [
      'give the operator role for spot-*,gpu to <@U0ADA|ada>',
      { act: 'give', role: 'operator', to: [ada], queues: ['spot-*', 'gpu'] },
    ],
    [
      'make <!subteam^S0ONCALL|@oncall> an operator on all queues',
      { act: 'give', role: 'operator', to: [oncall], queues: ['*'] },
    ],
    ['admins', { act: 'list', role: 'admin', to: [], queues: [] }],
    ['operator <@U0ADA|ada>', { act: 'give', role: 'operator', to: [ada], queues: [] }],
    ['revoke admin from me', { act: 'take', role: 'admin', to: [here.user], queues: [] }],
    ['take <@U0ADA|ada> <!subteam^S0ONCALL|@oncall>', { act: 'take', to: [ada, oncall], queues: [] }],
    ['give operator here', { act: 'give', role: 'operator', to: [here.channel], queues: [] }],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each([
    ['give operator @oncall', 'Slack made no mention of "@oncall"'],
    ['give oprator <@U0ADA>', 'Did you mean operator?'],
    ['give admin operator <@U0ADA>', 'One role at a time'],
  ])('%s is refused', (text, sentence) => {
    expect(() => read(text)).toThrow(sentence);
  });
});
