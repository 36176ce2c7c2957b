/** Who is in a user group, and whom a name means, as Slack tells: asked again after a while, and never guessed. */
import { WebClient } from '@slack/web-api';
import { PEOPLE } from '../../src/local/slack/identity';
import { type LocalSlack, startLocalSlack } from '../../src/local/slack/server';
import { jsonLog } from '../../src/log';
import { type SlackDelivery, SlackUnavailableError, slackDelivery, slackErrorCode } from '../../src/slack/deliver';

let slack: LocalSlack;
let people: SlackDelivery['people'];
let places: SlackDelivery['places'];
/** A clock that moves by waiting only. */
let clock: number;
beforeEach(async () => {
  clock = Date.now();
  const sam = { ...(PEOPLE[1] as (typeof PEOPLE)[number]), real_name: 'Sam Same' };
  slack = await startLocalSlack({
    port: 0,
    signingSecret: 's',
    botToken: 'xoxb-local',
    now: () => clock,
    users: [...PEOPLE, { ...sam, id: 'U0SAM00001', name: 'sam' }, { ...sam, id: 'U0SAM00002', name: 'sam.b' }],
  });
  const client = new WebClient('xoxb-local', {
    slackApiUrl: `${slack.url}/api/`,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  const log = jsonLog(
    'error',
    () => clock,
    () => undefined,
  );
  ({ people, places } = slackDelivery(
    client,
    log,
    () => clock,
    async (ms) => {
      clock += ms;
    },
  ));
});
afterEach(() => slack.close());

const GROUP = 'S0BATCHOPS';
const VIC = 'U0VIC00001';
const soon = () => 5_000;
const asked = (): number => slack.counts().slack['usergroups.users.list']?.calls ?? 0;

test('members are asked for once a minute, however many ask', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => people.groupMembers(GROUP, soon)));
  expect(answers.map((members) => members.has(VIC))).toEqual([false, false, false]);
  slack.setGroup('batch-ops', ['vic']);
  clock += 59_000;
  expect((await people.groupMembers(GROUP, soon)).has(VIC)).toBe(false);
  expect(asked()).toBe(1);
  clock += 1_000;
  expect([...(await people.groupMembers(GROUP, soon))]).toEqual([VIC]);
});

test('what Slack does not tell is an error, is not remembered, and the old answer does not live on', async () => {
  await people.groupMembers(GROUP, soon);
  clock += 60_000;
  slack.setFaults({ slack: { down: true } });
  await expect(people.groupMembers(GROUP, soon)).rejects.toThrow(SlackUnavailableError);
  await expect(people.team(soon)).rejects.toThrow(SlackUnavailableError);
  slack.setFaults({ slack: {} });
  expect((await people.groupMembers(GROUP, soon)).size).toBe(2);
  expect(await people.team(soon)).toBe('T0LOCAL01');
});

test('a group that is gone is told apart', async () => {
  const refused = await people.groupMembers('S0GONE', soon).catch((error: unknown) => slackErrorCode(error));
  expect(refused).toBe('no_such_subteam');
});

test.each<[string, string | undefined]>([
  ['vic', VIC],
  ['@Vic', VIC],
  ['Vic Viewer', VIC],
  ['vic@local.example', VIC],
  ['U0VIC00001', VIC],
  ['sam', 'U0SAM00001'],
  // Two people are called so, and a message must not reach the wrong one.
  ['Sam Same', undefined],
  ['batchbot', undefined],
  ['nobody@local.example', undefined],
  ['nobody', undefined],
  ['<!channel>', undefined],
])('%s means one person or nobody', async (name, id) => {
  expect(await people.userNamed(name, soon)).toBe(id);
});

test('people are asked for once an hour, by name and by address; what Slack did not tell is asked again', async () => {
  slack.setFaults({ slack: { down: true } });
  await expect(people.userNamed('vic', () => 100)).rejects.toThrow(SlackUnavailableError);
  slack.setFaults({ slack: {} });
  for (const name of ['vic', 'ada', 'nobody', 'vic', 'vic@local.example', 'vic@local.example'])
    await people.userNamed(name, soon);
  const calls = (method: string) => slack.counts().slack[method]?.calls;
  const before = calls('users.list');
  expect(calls('users.lookupByEmail')).toBe(1);
  clock += 3_600_000;
  await people.userNamed('vic', soon);
  expect(calls('users.list')).toBe((before ?? 0) + 1);
});

test('what can be told is told apart from what is gone, archived, or without the bot', async () => {
  expect(await places.look('C0GENOMIC1', soon)).toEqual({ name: 'genomics' });
  expect(await places.look('C0PRIVATE1', soon)).toEqual({ problem: 'gone' });
  expect(await places.look('C0NOWHERE1', soon)).toEqual({ problem: 'gone' });
  expect(await places.look(VIC, soon)).toEqual({ name: 'vic', zone: 'America/New_York' });
  expect((await places.look('U0BATCHBOT', soon)).problem).toBe('bot');
  expect(await places.look('U0GONE0001', soon)).toEqual({ problem: 'gone' });
  slack.setFaults({ slack: { down: true } });
  await expect(places.look(VIC, () => 100)).rejects.toThrow(SlackUnavailableError);
});
