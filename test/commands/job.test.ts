import { CloudWatchLogsClient, DeleteLogStreamCommand } from '@aws-sdk/client-cloudwatch-logs';
import { only, type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const card = async (id: string): Promise<string> => only(await here.ada.says(`/batch job ${id}`)).plain;
const ended = (id: string): Promise<string> =>
  here.until(`the end of ${id}`, async () => {
    const plain = await card(id);
    return /(?:succeeded|failed) (?:just now|\d+ \w+ ago)/.test(plain) ? plain : undefined;
  });

test('a job out of memory says so, with its memory, exit code and both of AWS’s reasons', async () => {
  const id = await here.submit('big-sort', { LOCAL_OUTCOME: 'oom', LOCAL_RUN_SECONDS: '5' });
  const plain = await ended(id);
  expect(plain).toContain('Out of memory: killed at 2 GiB, exit 137');
  expect(plain).toContain('Batch says: Essential container in task exited');
  expect(plain).toContain('Container says: OutOfMemoryError: Container killed due to memory usage');
  expect(plain).toContain(id);
});

test('an image that can’t be pulled is no error of the card, though nothing ran', async () => {
  const plain = await ended(await here.submit('no-image', { LOCAL_OUTCOME: 'pull' }));
  expect(plain).toContain('Its image could not be pulled');
  expect(plain).toContain('Task failed to start');
});

test('during a retry nothing of the attempt before is shown as the present one’s', async () => {
  const id = await here.submit(
    'flaky',
    { LOCAL_FAIL_ATTEMPTS: '1', LOCAL_OUTCOME: 'exit:3', LOCAL_RUN_SECONDS: '60' },
    { retryStrategy: { attempts: 2 } },
  );
  const running = await here.until('the second attempt', async () => {
    const plain = await card(id);
    return /running for/.test(plain) && plain.includes('attempt 2 of 2') ? plain : undefined;
  });
  expect(running).not.toContain('Exit code 3');
  expect(running).not.toContain('exited');
  expect(await ended(id)).toContain('succeeded');
});

test('a job is found by the beginning of its id, its ARN, a console link and bare', async () => {
  const id = await here.submit('many-names', { LOCAL_RUN_SECONDS: '1' });
  await ended(id);
  for (const name of [
    id.slice(0, 8),
    id.toUpperCase(),
    `arn:aws:batch:us-east-1:123456789012:job/${id}`,
    `<https://us-east-1.console.aws.amazon.com/batch/home?region=us-east-1#jobs/detail/${id}>`,
  ]) {
    expect(await card(name)).toContain('many-names');
  }
  expect(only(await here.ada.says(`/batch ${id}`)).plain).toContain('many-names');
});

test('a job is found with a comma after it, and shared with a word', async () => {
  const id = await here.submit('punctuated', { LOCAL_RUN_SECONDS: '1' });
  await ended(id);
  expect(await card(`${id},`)).toContain('punctuated');
  expect(await card(`${id.slice(0, 8)} share`)).toContain('punctuated');
  expect(await card(`${id},${id}`)).toContain(`don't understand "${id}" after it`);
});

test('jobs with commas between them are so many jobs to cancel', async () => {
  const ids = await Promise.all(['one', 'two', 'three'].map((name) => here.submit(name, { LOCAL_OUTCOME: 'hang' })));
  const [one, two, three] = ids;
  const preview = only(await here.ada.says(`/batch cancel ${one},${two}, ${three}`));
  expect(preview.plain).toContain('Cancel 3 jobs?');
});

test('a child that its array can’t have is told from one that nobody knows', async () => {
  const parent = await here.submit('small-array', { LOCAL_OUTCOME: 'hang' }, { arrayProperties: { size: 3 } });
  expect(await card(`${parent}:99999`)).toContain('Array small-array has children 0 to 2.');
  const single = await here.submit('single', { LOCAL_OUTCOME: 'hang' });
  expect(await card(`${single}:1`)).toContain('single is no array: it has no child 1.');
  expect(await card('99999999-0000-4000-8000-000000000001:1')).toContain('I know no job');
});

test('an id that several jobs begin with lists them, and an unknown one says what may be', async () => {
  const job = (id: string) => ({
    source: 'aws.batch',
    'detail-type': 'Batch Job State Change',
    time: new Date().toISOString(),
    detail: {
      jobId: id,
      jobName: `twin-${id.at(-1)}`,
      status: 'RUNNABLE',
      createdAt: Date.now(),
      jobQueue: 'q',
      attempts: [],
      container: {},
    },
  });
  const ids = [1, 2].map((n) => `abcdef01-0000-4000-8000-00000000000${n}`);
  here.world.aws.publish(ids.map(job));
  await here.until('both', async () => ((await card('abcdef01')).includes('fits 2 jobs') ? true : undefined));
  const plain = await card('abcdef01');
  expect(plain).toContain('twin-1');
  expect(plain).toContain('twin-2');
  expect(await card('99999999-0000-4000-8000-000000000001')).toContain(
    'I know no job 99999999-0000-4000-8000-000000000001',
  );
});

describe('logs', () => {
  test('the last lines come with times, and Older goes back whole lines at a time', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => `line ${n + 1}`).join('\\n');
    const id = await here.submit('talker', { LOCAL_LOG: lines, LOCAL_RUN_SECONDS: '2' });
    await ended(id);
    const tail = only(await here.ada.says(`/batch logs ${id}`));
    expect(tail.plain).toMatch(/\d\d:\d\d:\d\d {2}line 60/);
    expect(tail.plain).toContain('line 41');
    expect(tail.plain).not.toContain('line 40\n');
    const older = only(await here.ada.presses('Older', tail));
    expect(older.plain).toContain('line 40');
    expect(older.plain).toContain('line 21');
    expect(older.ts).toBe(tail.ts);
    expect(only(await here.ada.says(`/batch logs ${id} tail:3`)).plain).not.toContain('line 57\n');
  });

  test('each attempt has its own log', async () => {
    const id = await here.submit(
      'twice',
      { LOCAL_FAIL_ATTEMPTS: '1', LOCAL_RUN_SECONDS: '2' },
      { retryStrategy: { attempts: 2 } },
    );
    await ended(id);
    const second = only(await here.ada.says(`/batch logs ${id}`));
    expect(second.plain).toContain('attempt 2 of 2');
    const first = only(await here.ada.presses('Attempt 1', second));
    expect(first.plain).toContain('attempt 1 of 2');
    expect(only(await here.ada.says(`/batch logs ${id} attempt:3`)).plain).toContain('choose attempt:1 to attempt:2');
  });

  test('a job that has not run, never ran, or whose log is gone is told in a sentence, with the failure', async () => {
    const waiting = await here.submit('stuck', { LOCAL_OUTCOME: 'stuck' });
    expect(only(await here.ada.says(`/batch logs ${waiting}`)).plain).toContain('its log begins when it runs');
    const never = await here.submit('never', { LOCAL_OUTCOME: 'pull' });
    await ended(never);
    const told = only(await here.ada.says(`/batch logs ${never}`)).plain;
    expect(told).toContain('The container never started, so there is no log.');
    expect(told).toContain('Its image could not be pulled');

    const gone = await here.submit('gone', { LOCAL_OUTCOME: 'exit:9', LOCAL_RUN_SECONDS: '1' });
    await ended(gone);
    const stored = await here.world.app.room.history.jobs.get(gone);
    const client = new CloudWatchLogsClient({
      endpoint: here.world.aws.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
    await client.send(
      new DeleteLogStreamCommand({ logGroupName: '/aws/batch/job', logStreamName: stored?.job.logStream }),
    );
    const lost = only(await here.ada.says(`/batch logs ${gone}`)).plain;
    expect(lost).toContain('it was deleted, or the container could not write to it');
    expect(lost).toContain('exit code 9');
  });

  test('hostile names and lines ping nobody and break nothing', async () => {
    const evil = '<!channel> *bold* `tick` <https://evil|here> @here \u001b[31mred\u001b[0m \u202egnp.exe';
    const id = await here.submit('hostile', { LOCAL_LOG: evil, LOCAL_RUN_SECONDS: '1' });
    await ended(id);
    here.world.aws.publish([
      {
        source: 'aws.batch',
        'detail-type': 'Batch Job State Change',
        time: new Date().toISOString(),
        detail: {
          jobId: 'abcdef02-0000-4000-8000-000000000001',
          jobName: evil,
          status: 'FAILED',
          statusReason: `${evil}\n\`\`\`\n<!here>`,
          createdAt: Date.now(),
          jobQueue: '<@U0ADA00001>',
          attempts: [],
          container: { reason: evil, exitCode: 1 },
        },
      },
    ]);
    const log = only(await here.ada.says(`/batch logs ${id}`));
    expect(log.plain).toContain('<!channel> *bold*');
    expect(log.plain).toContain('red');
    expect(log.plain).not.toContain('\u001b');
    const alert = await here.until('the alert', () => here.alerts().find(({ plain }) => plain.includes('evil')));
    const search = only(await here.ada.says('/batch search abcdef02'));
    for (const message of [log, alert, search]) expect(message).toMatchObject({ notified: [] });
    for (const message of [log, alert, search]) expect(message.plain).not.toContain('\u202e');
  });
});
