/** Who is in a user group, as Slack tells: asked again every minute, and never guessed. */
import { WebClient } from '@slack/web-api';
import { type LocalSlack, startLocalSlack } from '../../src/local/slack/server';
import { jsonLog } from '../../src/log';
import { SlackUnavailableError, slackDelivery, slackErrorCode } from '../../src/slack/deliver';
import type { SlackPeople } from '../../src/slack/people';

let slack: LocalSlack;
let people: SlackPeople;
/** A clock that moves by waiting only. */
let clock: number;
beforeEach(async () => {
  clock = Date.now();
  slack = await startLocalSlack({ port: 0, signingSecret: 's', botToken: 'xoxb-local', now: () => clock });
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
  people = slackDelivery(
    client,
    log,
    () => clock,
    async (ms) => {
      clock += ms;
    },
  ).people;
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
