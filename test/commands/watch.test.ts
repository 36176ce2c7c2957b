/** Watches by the front door: asked for, told once, refused where they could never tell anything, stopped by who may. */

import type { JobSummary } from '@aws-sdk/client-batch';
import { MOST_WATCHED } from '../../src/commands/watch';
import { jobFromSummary } from '../../src/jobs/fromBatch';
import { standingOf } from '../../src/jobs/progress';
import { type LocalUser, PEOPLE } from '../../src/local/slack/identity';
import type { Message } from '../../src/local/slack/server';
import { resumeSending } from '../../src/notices/sending/resumeSending';
import { lookAtWatch } from '../../src/notices/watches/lookAtWatch';
import { resumeWatches } from '../../src/notices/watches/resumeWatches';
import { anotherBot } from '../history/anotherBot';
import { childChange, newId, stateChange } from '../notices/stateChange';
import { type Scene, scene } from '../scene';

const STRANGER: LocalUser = {
  ...{ id: 'U0EVE00001', name: 'eve', real_name: 'Eve Elsewhere', role: 'guest', tz: 'UTC', color: '000000' },
  team: 'T0OTHER001',
};

let here: Scene;
let shiftMs = 0;
beforeAll(async () => {
  here = await scene({
    now: () => Date.now() + shiftMs,
    users: [...PEOPLE, { ...STRANGER }],
    roles: { SHARED_CHANNELS: ['C0GENERAL1'] },
  });
});
afterAll(() => here.end());

const only = (messages: Message[]): Message => {
  // The message that moves comes too, for everybody.
  const alone = messages.filter(({ ephemeral_to }) => ephemeral_to !== undefined);
  expect(alone).toHaveLength(1);
  return alone[0] as Message;
};
/** What a tick brings to watches, without its sweep of Batch, which takes a second. */
const tick = async () => {
  await resumeWatches(here.world.app.room, () => 60_000);
  await resumeSending(here.world.app.room);
};
/** A minute later: no edit rests any more, and what was lost is found. */
const minuteLater = () => {
  shiftMs += 60_000;
  return tick();
};
const publish = (...events: unknown[]) => here.world.aws.publish(events);
const said = (channel: string, word: string): Message[] =>
  here.world.slack
    .channel(channel)
    .filter(({ plain, ephemeral_to }) => ephemeral_to === undefined && plain.includes(word));
const told = (channel: string, word: string) => here.until(`word of ${word}`, () => said(channel, word)[0]);
const toldAlone = (name: string, word: string) =>
  here.until(`word of ${word} to ${name}`, () => here.world.slack.dm(name).find(({ plain }) => plain.includes(word)));

/** Jobs that only events tell of. */
async function known(status: string, name: string, detail: Record<string, unknown> = {}): Promise<string> {
  const id = newId();
  publish(stateChange({ id, name, status, detail }));
  await here.until(
    `news of ${name}`,
    async () => (await here.world.app.room.history.jobs.get(id)) !== undefined || undefined,
  );
  return id;
}
const ends = (id: string, name: string, status = 'SUCCEEDED', detail: Record<string, unknown> = {}) =>
  publish(stateChange({ id, name, status, detail }));

describe('a job', () => {
  test('is told once when it ends, to who asked, with its times', async () => {
    const id = await known('RUNNING', 'sort-alone', { startedAt: Date.now() - 60_000 });
    const answer = only(await here.vic.says(`/batch watch ${id}`));
    expect(answer.ephemeral_to).toBe('U0VIC00001');
    expect(answer.plain).toContain('I tell it once in #general when sort-alone ends.');
    ends(id, 'sort-alone');
    ends(id, 'sort-alone');
    const end = await told('general', '@vic sort-alone succeeded');
    expect(end.plain).toContain('ran 1 min 30 s');
    await here.world.app.tick(() => 60_000);
    expect(said('general', 'sort-alone')).toHaveLength(1);
  });

  test('is told with its cause in direct messages where that is asked for', async () => {
    const id = await known('RUNNING', 'sort-fails');
    const card = only(await here.vic.says(`/batch job ${id}`));
    expect(only(await here.vic.presses('Watch', card)).plain).toContain('in our direct messages');
    ends(id, 'sort-fails', 'FAILED', { container: { exitCode: 137, reason: 'OutOfMemoryError: Container killed' } });
    const end = await toldAlone('vic', 'sort-fails failed');
    expect(end.plain).toContain('out of memory');
    expect(end.plain).toContain('[Why]');
    expect(only(await here.vic.says(`/batch job ${id}`)).plain).not.toContain('[Watch]');
    expect(said('general', 'sort-fails')).toEqual([]);
  });
});

const arrayOf = (name: string, size: number, environment: Record<string, string>) =>
  here.submit(name, environment, { arrayProperties: { size } });
/** A look comes every 10 seconds at most; a tick looks at once. */
const afterTick = (channel: string, word: string) =>
  here.until(`word of ${word}`, async () => {
    await tick();
    return said(channel, word)[0];
  });
const statusOf = async (id: string) => (await here.world.app.room.history.jobs.get(id))?.job.status;
const isKnown = (id: string, status: string) =>
  here.until(`${id} to be ${status}`, async () => ((await statusOf(id)) === status ? true : undefined));

describe('an array', () => {
  test('shows how far it is in one message, and its end in another, with the causes', async () => {
    const id = await arrayOf('sweep', 12, {
      ...{ LOCAL_FAIL_INDEXES: '3-5', LOCAL_OUTCOME: 'oom', LOCAL_RUN_SECONDS: '200' },
    });
    expect(only(await here.ada.says(`/batch watch ${id} here`)).plain).toContain(
      'array sweep of 12 has ended with all',
    );
    const first = await told('general', 'array sweep of 12');
    expect(first.plain).toMatch(/0 of 12 ended/);
    expect(first.plain).toContain('[Unwatch]');
    const end = await afterTick('general', '@ada array sweep of 12: all have ended');
    expect(end.plain).toContain('9 ✔ succeeded  ·  3 ✖ failed');
    expect(end.plain).toContain('out of memory ×3');
    expect(end.plain).toContain('[Retry failed]');
    await minuteLater();
    const over = await here.until('the last edit', () =>
      said('general', 'array sweep of 12').find(({ ts, plain }) => ts === first.ts && plain.includes('all have ended')),
    );
    expect(over.plain).not.toContain('[Unwatch]');
    expect(over.plain).toMatch(/█{18}✖{6}/);
    expect(only(await here.ada.presses('Failed ones', end)).plain).toContain('1-3 of 3');
    expect(said('general', 'array sweep of 12')).toHaveLength(2);
  });

  test('of 10,000 children is looked at a few times, however many of them end', async () => {
    const id = newId();
    const array = (counts: Record<string, number>, status = 'PENDING') =>
      stateChange({
        // Events tell whole seconds, and of two in one nobody knows which was the later.
        ...{ id, name: 'wide', status, at: Date.now() + (status === 'PENDING' ? 0 : 2_000) },
        detail: { arrayProperties: { size: 10_000, statusSummary: counts }, status, container: {} },
      });
    const { app } = here.world;
    const take = (event: unknown) => app.takeEvent(JSON.stringify(event), () => 60_000);
    await take(array({ RUNNING: 10_000 }));
    expect(only(await here.ada.says(`/batch watch ${id}`)).plain).toContain('array wide of 10,000');
    const before = here.world.aws.counts()['dynamodb.UpdateItem']?.calls ?? 0;
    for (let index = 0; index < 60; index++)
      await take(childChange(id, index * 150, { name: 'wide', status: 'SUCCEEDED' }));
    const updates = (here.world.aws.counts()['dynamodb.UpdateItem']?.calls ?? 0) - before;
    expect(updates).toBeLessThan(30);
    await take(childChange(id, 7, { name: 'wide', status: 'FAILED' }));
    await take(array({ SUCCEEDED: 9_970, FAILED: 30 }, 'FAILED'));
    const end = await afterTick('general', '@ada array wide of 10,000: all have ended');
    expect(end.plain).toContain('9,970 ✔ succeeded  ·  30 ✖ failed');
    expect(end.plain).toContain('no cause known ×29\nexit 7 ×1');
  });
});

describe('what a search finds', () => {
  test('is frozen to what is unfinished then, moves in one message, and is told once', async () => {
    const ids = [
      await known('RUNNING', 'frozen-1'),
      await known('RUNNABLE', 'frozen-2'),
      await known('RUNNING', 'frozen-3'),
    ];
    await known('SUCCEEDED', 'frozen-before');
    const answer = only(await here.ada.says('/batch watch frozen- me'));
    expect(answer.plain).toContain('3 jobs that match "frozen-" have all ended: those that are unfinished now.');
    expect(answer.plain).toContain('Jobs that are submitted later are not part of it.');
    await known('RUNNING', 'frozen-later');
    expect(only(await here.ada.says('/batch watch frozen- me')).plain).toContain('You watch that already');
    ends(ids[0] ?? '', 'frozen-1');
    ends(ids[1] ?? '', 'frozen-2', 'FAILED');
    await isKnown(ids[1] ?? '', 'FAILED');
    await minuteLater();
    const moving = await toldAlone('ada', '2 of 3 ended');
    expect(moving.plain).toContain('1 ✔ succeeded  ·  1 ✖ failed  ·  1 ▶ running');
    ends(ids[2] ?? '', 'frozen-3');
    await isKnown(ids[2] ?? '', 'SUCCEEDED');
    await tick();
    const end = await toldAlone('ada', '@ada 3 jobs that match "frozen-": all have ended');
    expect(end.plain).toContain('2 ✔ succeeded  ·  1 ✖ failed');
    expect(end.plain).toContain('half of them ran 1 min 30 s at most');
    expect(end.plain).toContain('exit 7 ×1');
    await tick();
    await tick();
    const messages = here.world.slack.dm('ada').filter(({ plain }) => plain.includes('3 jobs that match "frozen-"'));
    expect(messages).toHaveLength(2);
  });
});

describe('a watch that could never tell anything is refused', () => {
  const refused = async (text: string, why: string | RegExp, channel?: string) =>
    expect(only(await here.ada.says(`/batch watch ${text}`, channel)).plain).toMatch(why);

  test('with the reason and a way on', async () => {
    const over = await known('FAILED', 'over-already');
    await refused(over, /over-already has ended already: it failed .*, exit 7\./);
    await refused('f0000000-0000-4000-8000-000000000000', /I know no job f0000000/);
    await refused('over-already', /None of the 1 jobs? that match "over-already" is unfinished/);
    await refused('no-such-name-anywhere', /No jobs that match "no-such-name-anywhere": there is nothing to wait for/);
    await refused('status:failed name:runs-on-too', /No jobs named exactly runs-on-too/);
    await refused('', /Watch what\?/);
    await refused('me', /Watch what\?/);
    const runs = await known('RUNNING', 'runs-on');
    await refused(
      'status:failed,succeeded runs-on',
      /No unfinished job is failed or succeeded here.*there is 1 unfinished/,
    );
    await refused(`${runs} here me`, /Here or to you alone\?/);
    await refused(runs, /I am not in this channel/, 'private-ops');
    const alone = only(await here.ada.says(`/batch watch ${runs}`, 'private-ops'));
    expect(only(await here.ada.presses(`/batch watch ${runs} me`, alone)).plain).toContain('in our direct messages');
    ends(runs, 'runs-on');
    await toldAlone('ada', 'runs-on succeeded');
  });
});

describe('ending a watch', () => {
  test('is for who began it and for operators; the refusal is audited, and the jobs go on', async () => {
    const id = await known('RUNNING', 'mine-1');
    await known('RUNNING', 'mine-2');
    expect(only(await here.ada.says('/batch watch mine-')).plain).toContain('2 jobs that match "mine-"');
    const moving = await told('general', '2 jobs that match "mine-"');
    const refused = only(await here.vic.presses('Unwatch', moving));
    expect(refused.plain).toContain('ada watches this. It can be ended by ada, or by an operator.');
    expect(only(await here.root.says('/batch audit what:refused')).plain).toContain('unwatch');
    expect(only(await here.vic.says('/batch watches')).plain).toContain('2 jobs that match "mine-"');
    expect(only(await here.vic.says('/batch watches', 'genomics')).plain).not.toContain('mine-');
    expect(only(await here.root.presses('Unwatch', moving)).plain).toContain('is no longer watched. The jobs go on.');
    await minuteLater();
    await here.until('the message to say so', () =>
      said('general', 'mine-').find(({ ts, plain }) => ts === moving.ts && plain.includes('no longer watched (root)')),
    );
    expect(only(await here.root.says('/batch audit what:done')).plain).toContain('ended the watch of ada');
    ends(id, 'mine-1');
    await isKnown(id, 'SUCCEEDED');
    await tick();
    expect(said('general', 'mine-')).toHaveLength(1);
    const watchId = /unwatch (\w+)/.exec(JSON.stringify(moving.blocks))?.[1];
    expect(only(await here.ada.says(`/batch unwatch ${watchId}`)).plain).toContain('has ended already');
    expect(only(await here.ada.says('/batch unwatch ZZZZZ')).plain).toContain('There is no watch "ZZZZZ".');
  });

  test('one person has 20 at most, and the same one twice is one', async () => {
    const ids = await Promise.all(Array.from({ length: 21 }, (_, n) => known('RUNNING', `many-${n}`)));
    const twice = await Promise.all([
      here.person('vic').says(`/batch watch ${ids[0]} me`, 'genomics'),
      here.person('vic').says(`/batch watch ${ids[0]} me`, 'general'),
    ]);
    const answers = twice.flat().map(({ plain }) => plain);
    expect(answers.filter((plain) => plain.includes('I tell it once'))).toHaveLength(1);
    expect(answers.filter((plain) => plain.includes('You watch that already'))).toHaveLength(1);
    for (const id of ids.slice(1, 20)) await here.vic.says(`/batch watch ${id} me`);
    const full = only(await here.vic.says(`/batch watch ${ids[20]} me`));
    expect(full.plain).toContain('You have 20 watches already');
    const list = only(await here.vic.presses('/batch watches', full));
    expect(list.plain).toContain('you have 20 of 20');
    expect(list.plain).toMatch(/1-10 of 2\d/);
    expect(only(await here.vic.presses('Next', list)).plain).toMatch(/11-20 of 2\d/);
  });
});

describe('whoever dies in the middle', () => {
  test('leaves nothing untold and nothing told twice', async () => {
    const id = await known('RUNNING', 'orphan');
    await here.ada.says(`/batch watch ${id}`);
    const { room } = here.world.app;
    const [watch] = (await room.history.watches.list('now')).filter(({ named }) => named === 'orphan');
    expect(watch).toBeDefined();
    if (watch === undefined) return;
    // As a worker leaves it that wrote down the end and died; the event comes to nobody.
    const { jobs } = room.history;
    const stored = await jobs.get(id);
    if (stored === undefined) throw new Error('the job is not known');
    const at = Date.now() + shiftMs;
    await jobs.put({ ...stored.job, status: 'SUCCEEDED', stoppedAt: at, seenAt: at }, stored.version, at);
    await room.history.watches.end(watch, { at, how: 'over', standing: { ...watch.began, succeeded: 1, running: 0 } });
    expect(said('general', 'orphan')).toEqual([]);
    // Two other processes find it at once, and a third a moment later.
    const other = await anotherBot(here, 'batchbot', {}, { enqueue: room.enqueue });
    const wholeTick = here.world.app.tick(() => 60_000);
    await Promise.all([lookAtWatch(watch.id, other.room), wholeTick, lookAtWatch(watch.id, room)]);
    await told('general', '@ada orphan succeeded');
    await lookAtWatch(watch.id, other.room);
    await tick();
    expect(said('general', 'orphan')).toHaveLength(1);
    expect(await room.history.watches.get(watch.id)).toBeUndefined();
  });
});

describe('a large watch', () => {
  test('keeps 20,000 jobs and what became of each, within what one item takes', async () => {
    const { watches } = here.world.app.room.history;
    const ids = Array.from({ length: MOST_WATCHED }, () => newId());
    const standing = standingOf([], ids.length, 0);
    const wanted = { id: 'LARGE', kind: 'jobs' as const, named: 'jobs', size: ids.length, by: { id: 'U0', name: 'u' } };
    const opened = await watches.open({ ...wanted, to: 'C0', startedAt: Date.now(), began: standing }, ids, 'all', 20);
    if (opened.kind !== 'opened') throw new Error(opened.kind);
    const ends = ids.map((_, n) =>
      n % 3 === 0
        ? { failed: 1, causes: { [`exit ${n % 40}`]: 1 }, ranSeconds: (n * 7_919) % 99_999 }
        : { succeeded: 1, ranSeconds: (n * 104_729) % 99_999 },
    );
    await watches.keepProgress(opened.watch, { standing, ends });
    expect((await watches.progress('LARGE'))?.ends).toEqual(ends);
    const other = await anotherBot(here, 'batchbot');
    expect(await other.room.history.watches.ids(opened.watch)).toEqual(ids);
    const holding = async (id: string) => (await other.room.history.watches.holding(id)).map((watch) => watch.id);
    expect(await holding(ids[12_345] ?? '')).toEqual(['LARGE']);
    expect(await holding(`${ids[12_345]}:7`)).toEqual(['LARGE']);
    expect(await holding(newId())).toEqual([]);
    await watches.close('LARGE');
  });

  test('of a search is followed from memory, and by a process that never saw its jobs', async () => {
    const { jobs } = here.world.app.room.history;
    const ids = Array.from({ length: 130 }, () => newId());
    const write = async (status: string, from: number, until: number, version: number) => {
      const some = ids.slice(from, until).map((jobId, n) => {
        const at = Date.now() + shiftMs;
        const done = status === 'RUNNING' ? {} : { stoppedAt: at, container: { exitCode: n % 2 } };
        return jobFromSummary(
          { jobId, jobName: `big-${n}`, status, createdAt: at, startedAt: at, ...done } as JobSummary,
          'q',
          at,
        );
      });
      await Promise.all(some.map((job) => jobs.put(job, version, job.seenAt)));
    };
    await write('RUNNING', 0, 130, 0);
    expect(only(await here.ada.says('/batch watch big-')).plain).toContain('130 jobs that match "big-"');
    await told('general', '130 jobs that match "big-"');
    await write('SUCCEEDED', 0, 90, 1);
    await minuteLater();
    await told('general', '90 of 130 ended');
    expect(only(await here.ada.says('/batch watches')).plain).toContain('90 of 130 ended');
    await write('FAILED', 90, 130, 1);
    const { room } = await anotherBot(here, 'batchbot', {}, { enqueue: here.world.app.room.enqueue });
    const [watch] = (await room.history.watches.list()).filter(({ size }) => size === 130);
    await lookAtWatch(watch?.id ?? '', room);
    const end = await told('general', '@ada 130 jobs that match "big-": all have ended');
    expect(end.plain).toContain('90 ✔ succeeded  ·  40 ✖ failed');
  });
});

test('where ends of watches are switched off nobody begins one, and people of other workspaces get no direct messages', async () => {
  const id = await known('RUNNING', 'off-1');
  const eve = here.person('eve');
  expect(only(await eve.says(`/batch watch ${id} me`)).plain).toContain('people of my own workspace only');
  await here.root.says('/batch alerts off watch-ended here');
  expect(only(await here.ada.says(`/batch watch ${id}`)).plain).toContain('switched off here (watch-ended)');
  expect(only(await here.ada.says(`/batch watch ${id} me`)).plain).toContain('in our direct messages');
  await here.root.says('/batch alerts on watch-ended here');
  expect(only(await eve.says(`/batch watch ${id}`)).plain).toContain('in #general when off-1 ends');
  expect(only(await here.vic.says('/batch watches all')).plain).toContain('All watches only operators see');
  expect(only(await here.ada.says('/batch watches all', 'genomics')).plain).toContain('by eve');
  ends(id, 'off-1');
  await told('general', '@eve off-1 succeeded');
});
