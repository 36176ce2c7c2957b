/** Roles as people give, use and lose them. */

import { openHistory } from '../../src/history/history';
import { PEOPLE } from '../../src/local/slack/identity';
import type { Message } from '../../src/local/slack/server';
import { dynamo, TABLE } from '../history/dynamo';
import { only, type Person, type Scene, scene } from '../scene';

const EVE = {
  id: 'U0EVE00001',
  name: 'eve',
  real_name: 'Eve Elsewhere',
  role: 'viewer',
  tz: 'UTC',
  color: '333333',
  team: 'T0OTHER001',
};
const SPOT = 'genomics-prod-spot';
const OTHER = 'oncology-prod-spot';

let here: Scene;
beforeAll(async () => {
  here = await scene({ users: [...PEOPLE, EVE], roles: { SHARED_CHANNELS: ['C0GENOMIC1'] } });
});
afterAll(() => here.end());
afterEach(async () => {
  const { roles } = openHistory(dynamo(here), TABLE, Date.now);
  for (const grant of await roles.list()) await roles.take(grant);
  // A role that was taken elsewhere works for two seconds at most.
  await here.until('roles to be gone', async () => {
    const [list] = await here.root.says('/batch roles');
    return list?.plain.includes('given by root') ? undefined : true;
  });
});

const hang = (name: string, jobQueue = SPOT) => here.submit(name, { LOCAL_OUTCOME: 'hang' }, { jobQueue });
const asks = async (who: Person, text: string, channel?: string): Promise<string> =>
  only(await who.says(`/batch ${text}`, channel)).plain;
const gives = async (what: string): Promise<Message> => {
  const preview = only(await here.root.says(`/batch roles give ${what}`));
  return only(await here.root.presses('Give the role', preview));
};

test('an operator of some queues cancels there and nowhere else, and is told what is missing and whom to ask', async () => {
  const [mine, theirs] = [await hang('limited-a'), await hang('limited-b', OTHER)];
  expect(await asks(here.vic, `cancel ${mine}`)).toContain('You are a viewer here; this needs the operator role.');
  const preview = only(await here.root.says('/batch roles give operator @vic queue:genomics-*'));
  expect(preview.plain).toContain('the operator role for genomics-*  →  @vic');
  expect(await asks(here.vic, `cancel ${mine}`)).toContain('You are a viewer here');
  expect(only(await here.root.presses('Give the role', preview)).plain).toContain(
    '@vic has the operator role for genomics-*.',
  );
  expect(await asks(here.vic, `cancel ${mine}`)).toContain('Cancel 1 job?');
  expect(await asks(here.vic, `cancel ${theirs}`)).toContain(
    `only; this needs the operator role for ${OTHER}. To be added to the operators, ask @root.`,
  );
  expect(await asks(here.vic, `cancel ${mine} ${theirs}`)).toContain(`the operator role for ${OTHER}.`);
});

test('a role that was taken between preview and press does not count any more', async () => {
  const id = await hang('taken-between');
  await gives('operator @vic');
  const preview = only(await here.vic.says(`/batch cancel ${id}`));
  const list = only(await here.root.says('/batch roles @vic'));
  expect(list.plain).toContain('given by root');
  const taking = only(await here.root.presses('Take away…', list));
  expect(taking.plain).toContain('Take this role away?');
  expect(only(await here.root.presses('Take the role away', taking)).plain).toContain(
    '@vic no longer has the operator role.',
  );
  expect(only(await here.vic.presses('Cancel 1 job', preview)).plain).toContain('You are a viewer here');
  expect(await asks(here.root, 'audit what:refused user:@vic')).toContain('vic was refused');
});

test('whoever is in a user group, or asks in a channel, has what was given to it', async () => {
  const id = await hang('by-group');
  here.world.slack.setGroup('night-shift', ['vic']);
  await gives('operator @night-shift');
  expect(await asks(here.vic, `cancel ${id}`)).toContain('Cancel 1 job?');
  expect(await asks(here.vic, `job ${id}`)).toContain('[Cancel');
  expect(await asks(here.vic, 'roles')).toContain('user group @night-shift');

  here.world.slack.setGroup('day-shift', ['ada']);
  expect((await gives('admin to #genomics')).plain).toContain('everybody in #genomics has the admin role.');
  expect(await asks(here.vic, 'roles give operator @vic', 'genomics')).toContain('Give this role?');
  expect(await asks(here.vic, 'roles give operator @vic', 'general')).toContain(
    'You are an operator here; this needs the admin role. To be given it, ask @root.',
  );
});

test('what the configuration gives no command takes, and a viewer gives nothing', async () => {
  expect(await asks(here.root, 'roles take operator @ada')).toContain('comes from the configuration');
  expect(await asks(here.root, 'roles take @root')).toContain('comes from the configuration');
  expect(await asks(here.vic, 'roles give admin me')).toContain('this needs the admin role');
  expect(await asks(here.ada, 'roles take operator @vic')).toContain('this needs the admin role');
  const list = await asks(here.vic, 'roles');
  expect(list).toContain('admin  ·  @root  ·  by the configuration');
  expect(list).not.toContain('[Take away');
});

test('an admin of some queues gives and takes roles for these and no others', async () => {
  await gives('admin @vic queue:genomics-*');
  const preview = only(await here.vic.says(`/batch roles give operator @ada queue:${SPOT}`));
  expect(preview.plain).toContain(`Operation`);
  expect(only(await here.vic.presses('Give the role', preview)).plain).toContain(
    `@ada has the operator role for ${SPOT}.`,
  );
  expect(await asks(here.vic, `roles give operator @ada queue:${OTHER}`)).toContain(
    `You are an admin for genomics-∗ only; this needs the admin role for ${OTHER}.`,
  );
  expect(await asks(here.vic, 'roles give operator @ada')).toContain('this needs the admin role for all queues.');
  expect(await asks(here.vic, 'roles give operator @ada queue:gen*')).toContain('the admin role for gen∗.');
  const list = await asks(here.vic, 'roles');
  expect(list.match(/Take away…/g)).toHaveLength(2);
});

test('an id that Slack does not know, and a queue that there is not, are told before', async () => {
  const told = await asks(here.root, 'roles give operator U0NOTEXIST S0NOPE001 queue:nosuchqueue,nosuch-*');
  for (const doubt of [
    'Slack knows nobody with the id U0NOTEXIST.',
    'Slack knows no user group S0NOPE001.',
    'There is no queue nosuchqueue now.',
    "No queue's name fits nosuch-∗ now.",
  ])
    expect(told).toContain(doubt);
  here.world.slack.setGroup('late-shift', ['vic']);
  await gives('operator @late-shift');
  const [{ to: group } = { to: undefined }] = await here.world.app.room.history.roles.list('now');
  expect(await asks(here.root, `roles give admin ${group?.id}`)).toContain('user group @late-shift');
});

test('a preview of roles can be called off, is done once, and stands in the audit under its operation', async () => {
  const preview = only(await here.root.says(`/batch roles give operator @vic queue:${SPOT},${OTHER}`));
  const op = /Operation ([0-9A-Z]{5})/.exec(preview.plain)?.[1] ?? '';
  expect(await asks(here.vic, `roles --confirm ${op}`)).toContain('this needs the admin role');
  await here.root.presses('Give the 2 roles', preview);
  expect(await asks(here.root, `roles --confirm ${op}`)).toContain('is already done');
  const log = await asks(here.root, `audit op:${op}`);
  for (const queue of [SPOT, OTHER]) expect(log).toContain(`gave the operator role for ${queue} to @vic`);
  const other = only(await here.root.says('/batch roles give operator @vic'));
  expect(only(await here.root.presses('Don’t give it', other)).plain).toContain('Roles stay as they are');
});

test('people of another workspace look where it is allowed, are refused elsewhere, and never act', async () => {
  const eve = here.person('eve');
  const id = await hang('not-eves');
  await gives('admin @eve');
  await gives('admin #genomics');
  expect(await asks(eve, `job ${id}`, 'general')).toContain('You belong to another workspace');
  expect(await asks(eve, `job ${id}`, 'genomics')).toContain('not-eves');
  for (const act of [`cancel ${id}`, 'roles', 'audit', 'roles give operator me'])
    expect(await asks(eve, act, 'genomics')).toContain('whose people may look here at most');
  const preview = only(await here.ada.says(`/batch job ${id} share`, 'general'));
  expect(preview.plain).toContain('not-eves');
});

test('two admins at once lose nothing, and giving twice is giving once', async () => {
  const bots = [1, 2].map(() => openHistory(dynamo(here), TABLE, Date.now).roles);
  const by = { id: 'U0ROOT0001', name: 'root' };
  const grant = (n: number, at: number) => ({
    to: { kind: 'user' as const, id: `U0NEW${n % 10}` },
    role: 'operator' as const,
    queues: '*',
    by,
    at,
  });
  const given = await Promise.all(Array.from({ length: 20 }, (_, n) => bots[n % 2]?.give(grant(n, n < 10 ? 1 : 2))));
  expect(given.filter((isNew) => isNew)).toHaveLength(10);
  for (const roles of bots) expect(await roles.list('now')).toHaveLength(10);
});
