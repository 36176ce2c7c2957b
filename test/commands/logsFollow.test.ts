import type { Message } from '../../src/local/slack/server';
import { type Scene, scene } from '../scene';
import { lines, only, tell, writtenLog } from './writtenLog';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const running = (stream: string) => ({
  status: 'RUNNING',
  startedAt: Date.now() - 10_000,
  attempts: [],
  container: { logStreamName: stream },
});

/** The message that moves, in the person's own conversation with the bot. */
const moving = (name: string): Message | undefined =>
  here.world.slack.dm('ada').find(({ plain }) => plain.includes(name));
const untilMoved = (what: string, name: string, look: (plain: string) => boolean) =>
  here.until(
    what,
    () => {
      const message = moving(name);
      return message !== undefined && look(message.plain) ? message : undefined;
    },
    60_000,
  );

test('one message shows new lines as they come, and tells the end', async () => {
  const log = await writtenLog(here, lines(3), { ...running(''), jobName: 'growing' });
  const id = await tell(here, { ...running(log.stream), jobName: 'growing-1' });
  const answer = only(await here.ada.says(`/batch logs ${id} follow`));
  expect(answer.plain).toContain('I follow the log of growing-1 in our direct messages.');
  expect(answer.ephemeral_to).toBe('U0ADA00001');
  const first = await untilMoved('the first lines', 'growing-1', (plain) => plain.includes('line 3'));
  expect(first.plain).toContain('[Stop]');
  await log.write([{ at: Date.now(), text: 'one more' }]);
  const second = await untilMoved('one more line', 'growing-1', (plain) => plain.includes('one more'));
  expect(second.ts).toBe(first.ts);
  expect(second.plain).toContain('4 lines so far');

  here.world.aws.publish([
    {
      source: 'aws.batch',
      'detail-type': 'Batch Job State Change',
      time: new Date().toISOString(),
      detail: {
        jobId: id,
        ...running(log.stream),
        status: 'FAILED',
        statusReason: 'Essential container in task exited',
        stoppedAt: Date.now(),
        attempts: [{ container: { logStreamName: log.stream, exitCode: 3 } }],
      },
    },
  ]);
  await log.write([{ at: Date.now(), text: 'last words' }]);
  const last = await here.until(
    'the end',
    () => {
      const message = moving('growing-1');
      return message?.plain.includes('The job has failed.') ? message : undefined;
    },
    60_000,
  );
  expect(last.plain).toContain('last words');
  expect(last.plain).toContain('exit code 3');
  expect(last.plain).not.toContain('[Stop]');
  expect(moving('growing-1')?.ts).toBe(first.ts);
});

test('Stop ends it, whatever is written after', async () => {
  const log = await writtenLog(here, lines(2));
  const id = await tell(here, { ...running(log.stream), jobName: 'stoppable' });
  await here.ada.says(`/batch logs ${id} follow`);
  const shown = await untilMoved('the lines', 'stoppable', (plain) => plain.includes('line 2'));
  const [stopped] = await here.ada.presses('Stop', shown);
  expect(stopped?.ts).toBe(shown.ts);
  expect(stopped?.plain).toContain('Stopped.');
  await log.write([{ at: Date.now(), text: 'too late' }]);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(moving('stoppable')?.plain).not.toContain('too late');
  expect(moving('stoppable')?.plain).toContain('Stopped.');
});

test('a follow whose worker died goes on with the next tick', async () => {
  const log = await writtenLog(here, lines(2));
  const jobId = await tell(here, { ...running(log.stream), jobName: 'orphaned' });
  const { app } = here.world;
  const { history, slack } = app.room;
  const message = { text: 'Following orphaned', blocks: [] };
  const posted = await slack.postTo('U0ADA00001', message, () => 10_000);
  // As a worker leaves it that took a step and died.
  const now = Date.now();
  const begun = { jobId, attempt: 1, by: 'U0ADA00001', ...posted, lines: [], lineCount: 0 };
  const { id } = await history.follows.start({ ...begun, until: now + 60_000, dueAt: now });
  await history.follows.take(id, 0, now - 30_000);
  await app.takeWork(JSON.stringify({ kind: 'follow', id, step: 0 }), () => 60_000);
  expect(moving('orphaned')?.plain).not.toContain('line 2');
  await app.tick(() => 60_000);
  await untilMoved('its lines', 'orphaned', (plain) => plain.includes('line 2'));
});

test('a job that waits is followed from its first line on; a log that ended is refused; share follows in the channel', async () => {
  const id = await tell(here, { status: 'RUNNABLE', jobName: 'waiting-1' });
  await here.ada.says(`/batch logs ${id} follow`);
  await untilMoved('why there is none', 'waiting-1', (plain) => plain.includes('its log begins when it runs'));
  const done = await writtenLog(here, lines(2));
  expect(only(await here.ada.says(`/batch logs ${done.id} follow`)).plain).toContain('its log gets no more lines');
  const log = await writtenLog(here, lines(2));
  const shared = await tell(here, { ...running(log.stream), jobName: 'shared-1' });
  await here.ada.says(`/batch logs ${shared} follow share`);
  const inChannel = await here.until('the channel’s message', () =>
    here.world.slack.channel('general').find(({ plain }) => plain.includes('shared-1') && plain.includes('line 2')),
  );
  expect(inChannel.ephemeral_to).toBeUndefined();
  expect(inChannel.plain).toContain('asked for by @ada');
});
