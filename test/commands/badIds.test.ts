/** Names that no job has: what is wrong with them, and the nearest that there is. */
import type { Message } from '../../src/local/slack/server';
import { type Scene, scene } from '../scene';

let here: Scene;
let id: string;
beforeAll(async () => {
  here = await scene();
  id = await here.submit('nightly-align', { LOCAL_OUTCOME: 'hang' });
  await here.until('the job', async () => {
    const [answer] = await here.ada.says(`/batch job ${id}`);
    return answer?.plain.includes('nightly-align') ? true : undefined;
  });
});
afterAll(() => here.end());

const answer = async (text: string): Promise<Message> => (await here.ada.says(`/batch ${text}`)).at(-1) as Message;
const leadsHome = async (text: string): Promise<string> => {
  const told = await answer(text);
  const [again] = await here.ada.presses(`/batch job ${id}`, told);
  expect(again?.plain).toContain('nightly-align');
  return told.plain;
};

test('an id with a wrong character leads to the one that was meant', async () => {
  const wrong = `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;
  expect(await leadsHome(`job ${wrong}`)).toContain(`Did you mean nightly-align, ${id}?`);
});

test('an id with a letter for a digit, long dashes or none leads to the one that was meant', async () => {
  expect(await leadsHome(`job ${id.replaceAll('-', '')}`)).toContain(`Did you mean ${id}?`);
  expect(await leadsHome(`job ${id.replaceAll('-', '–')}`)).toContain(`Did you mean ${id}?`);
  expect(await leadsHome(`job ${id}x`)).toContain(`Did you mean ${id}?`);
});

test('a job’s name leads to the job, and to a search where several have it', async () => {
  expect(await leadsHome('job nightly-align')).toContain('One job matches it: nightly-align.');
  await here.submit('nightly-align', { LOCAL_OUTCOME: 'hang' });
  await here.until('both', async () =>
    (await answer('job nightly-align')).plain.includes('2 jobs') ? true : undefined,
  );
  const told = await answer('job nightly-align');
  const [found] = await here.ada.presses('/batch search "nightly-align"', told);
  expect(found?.plain).toContain('2 jobs');
});

test('nothing is cancelled by a guess', async () => {
  const told = await answer(`cancel ${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`);
  expect(told.plain).toContain(`[/batch job ${id}]`);
  expect(told.plain).not.toContain('[/batch cancel');
});

test('an ARN or a link of another account or region says whose it is, even with the id of a job of ours', async () => {
  const verbs = ['job', 'why', 'logs', 'cancel', 'retry', ''];
  for (const verb of verbs) {
    for (const named of [id, 'ffffffff-0000-4000-8000-000000000001']) {
      const abroad = await answer(`${verb} arn:aws:batch:eu-west-1:210987654321:job/${named}`);
      expect(abroad.plain).toContain(
        `Job ${named} belongs to account 210987654321 in region eu-west-1; I look after account 123456789012 in us-east-1 only.`,
      );
      const foreign = await answer(`${verb} arn:aws:batch:us-east-1:210987654321:job/${named}`);
      expect(foreign.plain).toContain(
        `Job ${named} belongs to account 210987654321; I look after account 123456789012 in us-east-1 only.`,
      );
    }
    const link = await answer(
      `${verb} https://eu-west-1.console.aws.amazon.com/batch/home?region=eu-west-1#jobs/detail/${id}`,
    );
    expect(link.plain).toContain(`Job ${id} is in region eu-west-1; I look after account 123456789012`);
  }
  expect((await answer(`job arn:aws:batch:us-east-1:123456789012:job/${id}`)).plain).toContain('nightly-align');
});

test('who waits for long is told so once, before the answer', async () => {
  const slow = await scene({ silenceMs: 300 });
  try {
    const known = await slow.submit('slow', { LOCAL_OUTCOME: 'hang' });
    await slow.until('the job', () => slow.world.app.room.history.jobs.get(known));
    slow.world.slack.setFaults({ aws: { throttle: 1 } });
    await slow.ada.says(`/batch logs ${known}`);
    const told = await slow.until(
      'both answers',
      () => {
        const seen = slow.world.slack.channel('general', 'ada').filter(({ ephemeral_to: to }) => to !== undefined);
        return seen.length >= 2 ? seen : undefined;
      },
      60_000,
    );
    expect(told.map(({ plain }) => plain)).toEqual([
      expect.stringContaining('Still at work on /batch logs: it takes longer than usual.'),
      expect.stringMatching(/AWS takes no more requests just now.*I tried \d+ times/),
    ]);
    expect(told[0]?.ephemeral_to).toBe(told[1]?.ephemeral_to);
    expect(told[0]?.ephemeral_to).toBeDefined();
  } finally {
    await slow.end();
  }
}, 120_000);

test('what is near nothing says what can be asked', async () => {
  for (const text of ['job zzzz', 'job 123', `job ${'9'.repeat(900)}`, 'job <!channel>', 'job `$(rm -rf)`']) {
    const told = await answer(text);
    expect(told.plain).toContain('is not a job');
    expect(told).toMatchObject({ notified: [] });
  }
  expect((await answer('job ffffffff-0000-4000-8000-000000000001')).plain).toContain('I know no job');
});
