import { DeregisterJobDefinitionCommand, RegisterJobDefinitionCommand } from '@aws-sdk/client-batch';
import { PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import { runCommand } from '../../src/commands/run';
import { type Scene, scene } from '../scene';
import { lines, logsClient, only, tell, writtenLog } from './writtenLog';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const says = async (text: string) => only(await here.ada.says(`/batch ${text}`));

describe('pages of a log', () => {
  test('Older and Newer turn whole pages, and meet without a gap or a repeat', async () => {
    const { id } = await writtenLog(here, lines(60));
    const shown: number[] = [];
    const numbers = (plain: string) => [...plain.matchAll(/ {2}line (\d+)$/gm)].map(([, n]) => Number(n));
    let page = await says(`logs ${id}`);
    expect(page.plain).toContain('last 20 lines');
    expect(page.plain).not.toContain('[Newer]');
    shown.unshift(...numbers(page.plain));
    for (let turns = 0; turns < 2; turns++) {
      page = only(await here.ada.presses('Older', page));
      shown.unshift(...numbers(page.plain));
    }
    expect(shown).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    const beginning = only(await here.ada.presses('Older', page));
    expect(beginning.plain).toContain('That was the beginning of the log.');
    const again = only(await here.ada.presses('Newer', beginning));
    expect(numbers(again.plain)[0]).toBe(1);
    const next = only(await here.ada.presses('Newer', again));
    expect(numbers(next.plain)).toEqual(Array.from({ length: 20 }, (_, n) => n + 21));
  });

  test('head:, since: and until: show the beginning, and a part by the clock that the lines show', async () => {
    const { id } = await writtenLog(here, lines(60));
    const head = await says(`logs ${id} head:3`);
    expect(head.plain).toContain('first 3 lines');
    expect(head.plain).toMatch(/line 1\n.*line 2\n.*line 3\n/);
    expect(head.plain).not.toContain('[Older]');
    expect(only(await here.ada.presses('Newer', head)).plain).toMatch(/line 4\n.*line 5\n.*line 6\n/);
    const last = only(await here.ada.presses('Newer', await says(`logs ${id} head:30`)));
    expect(last.plain).toContain('30 lines after those');
    expect(last.plain).not.toContain('[Newer]');

    const started = new Date(Date.now() - 3_600_000);
    const log = await writtenLog(here, [], { startedAt: started.getTime(), attempts: [] });
    const from = Math.ceil(started.getTime() / 1_000) * 1_000;
    await log.write(Array.from({ length: 30 }, (_, n) => ({ at: from + n * 1_000, text: `second ${n}.` })));
    const clock = (n: number) => new Date(from + n * 1_000).toISOString().slice(11, 19);
    const part = (await says(`logs ${log.id} since:${clock(10)} until:${clock(13)}`)).plain;
    expect(part).not.toMatch(/\[(?:Older|Newer)\]/);
    expect(part).toMatch(/second 10\.\n.*second 11\.\n.*second 12\./);
    expect(part).not.toMatch(/second (?:9|13)\./);
    expect((await says(`logs ${log.id} until:${clock(5)} tail:2`)).plain).toMatch(
      /last 2 lines[\s\S]*second 3\.\n.*second 4\./,
    );
    const noon = new Date(Date.now() - 2 * 86_400_000).setUTCHours(12, 0, 0, 0);
    const atNoon = [{ at: noon + 1_000, text: 'at noon' }];
    const { id: older } = await writtenLog(here, atNoon, { startedAt: noon, stoppedAt: noon + 60_000, attempts: [] });
    expect((await says(`logs ${older} since:11:00`)).plain).toContain('at noon');
    expect((await says(`logs ${older} since:13:00`)).plain).toContain(
      'There are no lines in that time. You asked for lines from 13:00:00 UTC; it has 12:00:01 to 12:00:01 UTC.',
    );
    expect((await says(`logs ${log.id} since:someday`)).plain).toContain('since:someday is no time that I know');
    expect((await says(`logs ${log.id} since:1m until:2m`)).plain).toContain('since: must be before until:');
    expect((await says(`logs ${log.id} since:2m until:1m`)).plain).toContain('There are no lines in that time.');
  });

  test('lines that do not fit a message belong to the next page', async () => {
    const { id } = await writtenLog(
      here,
      lines(60, (n) => `<${n}> ${'x'.repeat(350)}`),
    );
    const seen: number[] = [];
    const numbers = (plain: string) => [...plain.matchAll(/ {2}<(\d+)> x+$/gm)].map(([, n]) => Number(n));
    let page = await says(`logs ${id} tail:60`);
    seen.unshift(...numbers(page.plain));
    while (seen[0] !== 0) {
      page = only(await here.ada.presses('Older', page));
      expect(numbers(page.plain).length).toBeGreaterThan(5);
      seen.unshift(...numbers(page.plain));
    }
    expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  test('colours, progress bars, JSON and hostile text are readable and harmless', async () => {
    const { id } = await writtenLog(
      here,
      lines(
        6,
        (n) =>
          [
            '\u001b[31mred\u001b[0m text\u0007',
            ' 1%\r 50%\r100% done\r',
            '{"level":"error","time":"2026-01-01T00:00:00Z","msg":"disk full","disk":"/tmp","free":0}',
            '```<!channel> @here <@U0VIC00001>```',
            'Traceback\n  File "a.py"\nValueError: no',
            '{not json',
          ].at(n) ?? '',
      ),
    );
    const page = await says(`logs ${id}`);
    expect(page).toMatchObject({ notified: [] });
    expect(page.plain).toMatch(/ {2}red text·$/m);
    expect(page.plain).toMatch(/ {2}…⏎ 100% done$/m);
    expect(page.plain).toMatch(/ {2}ERROR disk full {2}disk=\/tmp {2}free=0$/m);
    expect(page.plain).toMatch(/ {2}Traceback\n {12}File "a.py"\n {10}ValueError: no$/m);
    expect(page.plain).toContain('{not json');
    expect(page.plain).toContain('```<!channel> @here');
  });

  test('a line of 256 KB is cut, said to be, and costs no other line', async () => {
    const long = 'y'.repeat(250_000);
    const { id } = await writtenLog(here, [...lines(2), { at: Date.now() - 1_000, text: long }]);
    const { plain } = await says(`logs ${id}`);
    expect(plain).toMatch(/line 1\n.*line 2\n.*y{399}…/);
    expect(plain).toContain('1 long line cut: Whole log has all of it');
    const returns = await writtenLog(here, [{ at: Date.now() - 1_000, text: `${'\r'.repeat(250_000)}x` }]);
    expect((await says(`logs ${returns.id}`)).plain).toMatch(/ {2}x$/m);
  });

  test('a log deleted between two pages, and a page from another day, are told', async () => {
    const log = await writtenLog(here, lines(60));
    const page = await says(`logs ${log.id}`);
    await log.drop();
    expect(only(await here.ada.presses('Older', page)).plain).toContain('deleted since you began to read it');
    const other = await writtenLog(here, lines(3));
    expect((await says(`logs ${other.id} page:b/123`)).plain).toContain('That page is too old to be turned');
  });
});

describe('grep', () => {
  test('finds in any case, newest first, with the lines around, and Older goes on', async () => {
    const { id } = await writtenLog(
      here,
      lines(100, (n) => (n % 10 === 5 ? `step ${n} ERROR no. ${n}` : `step ${n}`)),
    );
    const page = await says(`logs ${id} grep:error`);
    expect(page.plain).toContain('5 of 10 matches for "error"');
    expect(page.plain).toMatch(/^> \d\d:\d\d:\d\d {2}step 95 ERROR no\. 95$/m);
    expect(page.plain).toMatch(/step 93\n.*step 94\n> .*step 95.*\n.*step 96\n.*step 97/);
    expect(page.plain).not.toContain('step 92');
    const matched = (plain: string) => [...plain.matchAll(/^> .*no\. (\d+)$/gm)].map(([, n]) => Number(n));
    expect(matched(page.plain)).toEqual([55, 65, 75, 85, 95]);
    const older = only(await here.ada.presses('Older', page));
    expect(matched(older.plain)).toEqual([5, 15, 25, 35, 45]);
    expect(older.plain).not.toContain('[Older]');
    expect(matched((await says(`logs ${id} grep:eRRor head:2`)).plain)).toEqual([5, 15]);
  });

  test('matches of one moment are turned over page by page, each once', async () => {
    const at = Date.now() - 5_000;
    const { id } = await writtenLog(
      here,
      Array.from({ length: 13 }, (_, n) => ({ at, text: `hit <${n}>` })),
    );
    const seen: number[] = [];
    let page = await says(`logs ${id} grep:HIT`);
    for (let turns = 0; turns < 3; turns++) {
      seen.push(...[...page.plain.matchAll(/^> .*hit <(\d+)>$/gm)].map(([, n]) => Number(n)));
      if (page.plain.includes('[Older]')) page = only(await here.ada.presses('Older', page));
    }
    expect(new Set(seen)).toEqual(new Set(Array.from({ length: 13 }, (_, n) => n)));
  });

  test('text that looks like a pattern is text, and beyond ASCII is found, too', async () => {
    const { id } = await writtenLog(
      here,
      lines(
        5,
        (n) => ['50% (half) "done"', 'a.b [x] <tag> & more', 'axb', 'Größe überschritten', 'ÜBERMUT'].at(n) ?? '',
      ),
    );
    const matches = async (grep: string) =>
      [...(await says(`logs ${id} ${grep}`)).plain.matchAll(/^> \d\d:\d\d:\d\d {2}(.*)$/gm)].map(([, text]) => text);
    expect(await matches('grep:"50% (HALF) \\"done"')).toEqual(['50% (half) "done"']);
    expect(await matches('grep:a.B')).toEqual(['a.b [x] <tag> & more']);
    expect(await matches('grep:"&lt;TAG&gt; &amp;"')).toEqual(['a.b [x] <tag> & more']);
    expect(await matches('grep:über')).toEqual(['Größe überschritten', 'ÜBERMUT']);
    expect(await matches('grep:/A.B/')).toEqual(['a.b [x] <tag> & more', 'axb']);
    expect(await matches('grep:%^[A-C]X|(half%'.replace('(', '\\('))).toEqual(['50% (half) "done"', 'axb']);
  });

  test('a regular expression gone wrong is told, and what no line has', async () => {
    const { id } = await writtenLog(here, lines(3));
    expect((await says(`logs ${id} grep:/a[/`)).plain).toMatch(
      /grep:\/a\[\/ is a regular expression gone wrong: .*class/,
    );
    expect((await says(`logs ${id} grep:/(a|b)/`)).plain).toContain(
      'grep:/(a|b)/ is a regular expression that CloudWatch does not take: it knows no parentheses',
    );
    expect((await says(`logs ${id} grep:/*x/`)).plain).toContain('nothing to repeat');
    expect((await says(`logs ${id} grep:`)).plain).toContain('grep: needs a text to look for');
    expect((await says(`logs ${id} grep:nowhere`)).plain).toContain('No line matches "nowhere".');
    expect((await says(`logs ${id} grep:"line 2|line 3"`)).plain).toContain(
      'as a regular expression it goes grep:"/line 2|line 3/"',
    );
  });

  test('Grep opens a form, and what it finds takes the place of the lines', async () => {
    const { id } = await writtenLog(here, lines(30));
    const page = await says(`logs ${id}`);
    const { views } = await here.world.slack.press({
      user: 'ada',
      channel: page.channel,
      ts: page.ts,
      label: 'Grep',
    });
    const settled = await here.world.slack.submit({
      user: 'ada',
      view_id: views[0]?.id ?? '',
      values: { Text: 'LINE 7' },
    });
    expect(settled.messages.map(({ plain }) => plain).join()).toContain('1 of 1 match for "LINE 7"');
    expect(settled.messages[0]?.ts).toBe(page.ts);
  });
});

describe('which log', () => {
  test('a custom group is where the job says, or else where its definition says, and is remembered', async () => {
    const own = await writtenLog(
      here,
      lines(3, () => 'in my own group'),
      {},
      '/team/own',
    );
    expect((await says(`logs ${own.id}`)).plain).toContain('in my own group');

    await here.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'grouped',
        type: 'container',
        containerProperties: {
          image: 'i',
          resourceRequirements: [
            { type: 'VCPU', value: '1' },
            { type: 'MEMORY', value: '100' },
          ],
          logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/team/defined' } },
        },
      }),
    );
    const log = await writtenLog(
      here,
      lines(3, () => 'as defined'),
      {},
      '/team/defined',
    );
    const untold = await tell(here, {
      status: 'SUCCEEDED',
      jobDefinition: 'arn:aws:batch:us-east-1:123456789012:job-definition/grouped:1',
      container: { logStreamName: log.stream },
      attempts: [{ container: { logStreamName: log.stream } }],
    });
    expect((await says(`logs ${untold}`)).plain).toContain('as defined');
    await here.batch.send(new DeregisterJobDefinitionCommand({ jobDefinition: 'grouped:1' }));
    expect((await here.world.app.room.history.jobs.get(untold))?.job.logGroup).toBe('/team/defined');
    expect((await says(`logs ${untold}`)).plain).toContain('as defined');
  });

  test('each of several containers has its log, and one that is not there is told with those that are', async () => {
    const streams = [
      await writtenLog(
        here,
        lines(2, () => 'from main'),
      ),
      await writtenLog(
        here,
        lines(2, () => 'from sidecar'),
      ),
    ];
    const containers = ['main', 'sidecar'].map((name, n) => ({
      name,
      exitCode: 1 - n,
      logStreamName: streams[n]?.stream,
      essential: n === 0,
    }));
    const id = await tell(here, {
      status: 'FAILED',
      ecsProperties: { taskProperties: [{ containers }] },
      attempts: [{ startedAt: 1, stoppedAt: 2, taskProperties: [{ containers }] }],
    });
    const failed = await says(`logs ${id}`);
    expect(failed.plain).toContain('container main');
    expect(failed.plain).toContain('from main');
    expect(failed.plain).not.toContain('[Container main]');
    expect(only(await here.ada.presses('Container sidecar', failed)).plain).toContain('from sidecar');
    expect((await says(`logs ${id} container:MAIN`)).plain).toContain('container main');
    expect((await says(`logs ${id} container:maim`)).plain).toContain('has no container "maim"; it has main, sidecar.');
    const single = await writtenLog(here, lines(2));
    expect((await says(`logs ${single.id} container:default`)).plain).toContain('line 2');
    expect((await says(`logs ${single.id} container:x`)).plain).toContain('has one container only');
  });

  test('attempts, nodes and children out of range are told with the range', async () => {
    const { id } = await writtenLog(here, lines(2));
    expect((await says(`logs ${id} attempt:2`)).plain).toContain('This job has had 1 attempt: choose attempt:1.');
    expect((await says(`logs ${id} attempt:0`)).plain).toContain('This job has had 1 attempt: choose attempt:1.');
    expect((await says(`logs ${id} tail:201`)).plain).toContain('it goes from 1 to 200');
    expect((await says(`logs ${id} node:1`)).plain).toContain('is no multi-node job: it has no node 1');
    const nodes = await tell(here, {
      status: 'FAILED',
      nodeProperties: { numNodes: 3, mainNode: 0, nodeRangeProperties: [{ targetNodes: '0:2', container: {} }] },
    });
    expect((await says(`logs ${nodes} node:3`)).plain).toContain('has 3 nodes: choose node:0 to node:2.');
    const parent = await says(`logs ${nodes}`);
    expect(parent.plain).toContain('each has a log of its own, node:0 to node:2');
    expect(parent.plain).toContain('[Node 2]');
  });

  test('an attempt that was not the last one is headed by its own end', async () => {
    const environment = { LOCAL_FAIL_ATTEMPTS: '1', LOCAL_OUTCOME: 'exit:3', LOCAL_RUN_SECONDS: '1' };
    const id = await here.submit('tried-again', environment, { retryStrategy: { attempts: 3 } });
    await here.until('the end', async () =>
      (await says(`logs ${id}`)).plain.includes('succeeded') ? true : undefined,
    );
    expect((await says(`logs ${id}`)).plain).toMatch(/succeeded\s+·\s+attempt 2 of 2/);
    expect((await says(`logs ${id} attempt:1`)).plain).toMatch(
      /attempt 1 of 2 failed: .*exit 3.*·\s+the job succeeded/,
    );
  });

  test('each node of a multi-node job has its log, named, with a way to the others', async () => {
    const container = (word: string) => ({
      image: 'mpi:1',
      command: ['echo', word],
      resourceRequirements: [
        { type: 'VCPU' as const, value: '1' },
        { type: 'MEMORY' as const, value: '512' },
      ],
    });
    await here.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'logging-nodes',
        type: 'multinode',
        nodeProperties: {
          numNodes: 4,
          mainNode: 0,
          nodeRangeProperties: [
            { targetNodes: '0', container: container('leads') },
            { targetNodes: '1:', container: container('follows') },
          ],
        },
      }),
    );
    const id = await here.submit('nodes', undefined, {
      jobDefinition: 'logging-nodes',
      containerOverrides: undefined,
      nodeOverrides: {
        nodePropertyOverrides: [{ targetNodes: '2', containerOverrides: { command: ['echo', 'strays'] } }],
      },
    });
    const main = await here.until('the log of the main node', async () => {
      const page = await says(`logs ${id}`);
      return page.plain.includes('leads') ? page : undefined;
    });
    expect(main.plain).toContain('main node 0 of 4');
    const second = only(await here.ada.presses('Node 1', main));
    expect(second.plain).toMatch(/node 1 of 4, main node 0[\s\S]*follows/);
    expect(second.plain).toContain('[Node 0]');
    expect((await says(`logs ${id} node:2`)).plain).toMatch(/node 2 of 4[\s\S]*strays/);
    expect((await says(`logs ${id}#3`)).plain).toMatch(/node 3 of 4[\s\S]*follows/);
  });

  test('EKS, another driver, an empty log and one that has expired are told in one sentence, with the failure', async () => {
    const failed = { status: 'FAILED', statusReason: 'Essential container in task exited' };
    const eks = await tell(here, {
      ...failed,
      eksProperties: { podProperties: { containers: [{ name: 'c', exitCode: 3 }] } },
      eksAttempts: [{ startedAt: 1, stoppedAt: 2, containers: [{ name: 'c', exitCode: 3 }] }],
    });
    const onEks = (await says(`logs ${eks}`)).plain;
    expect(onEks).toContain('This job runs on EKS');
    expect(onEks).toContain('exit code 3');
    const splunk = await tell(here, {
      ...failed,
      startedAt: 1,
      container: { exitCode: 7, logStreamName: 'x', logConfiguration: { logDriver: 'splunk' } },
    });
    const elsewhere = (await says(`logs ${splunk}`)).plain;
    expect(elsewhere).toContain('This job logs with the driver splunk, not to CloudWatch.');
    expect(elsewhere).toContain('exit code 7');
    const empty = await writtenLog(here, []);
    expect((await says(`logs ${empty.id}`)).plain).toContain('Its log is empty: the job has written nothing.');

    const old = Date.now() - 10 * 86_400_000;
    const gone = await writtenLog(here, [], { startedAt: old, stoppedAt: old, attempts: [] }, '/team/short');
    await logsClient(here).send(new PutRetentionPolicyCommand({ logGroupName: '/team/short', retentionInDays: 7 }));
    const expired = 'Its log has expired: /team/short keeps lines for 7 days, and the job ended before that.';
    expect((await says(`logs ${gone.id}`)).plain).toContain(expired);
    await gone.drop();
    expect((await says(`logs ${gone.id}`)).plain).toContain(expired);
  });

  test('unknown, foreign and malformed names, and words too many, are told with what goes', async () => {
    expect((await says('logs 99999999-0000-4000-8000-000000000009')).plain).toContain('I know no job');
    const arn = 'arn:aws:batch:eu-west-1:999999999999:job/99999999-0000-4000-8000-000000000009';
    expect((await says(`logs ${arn}`)).plain).toContain('belongs to account 999999999999 in region eu-west-1');
    expect((await says('logs nightly')).plain).toContain('"nightly" is not a job\'s id');
    const { id } = await writtenLog(here, lines(2));
    expect((await says(`logs ${id} status:failed`)).plain).toContain('don\'t understand "status:failed" after it');
    expect((await says(`logs ${id} tail:2 head:2`)).plain).toContain('tail: or head:, not both.');
    expect((await says(`logs ${id} fil`)).plain).toContain('Did you mean file?');
    expect((await says(`logs ${id} atempt:2`)).plain).toContain('Did you mean attempt:2?');
    expect((await says(`logs ${id} file tail:5`)).plain).toContain("tail: and file don't go together");
    expect((await says(`logs ${id} follow grep:x`)).plain).toContain("grep: and follow don't go together");
    expect((await says(`logs ${id} follow file`)).plain).toContain('file or follow, not both');
    const several = await says('logs told status:succeeded');
    expect(several.plain).toMatch(/\d+ jobs match told status:succeeded, and I show the log of one at a time\./);
    expect(several.plain).toContain('[/batch logs told status:succeeded file]');
    expect((await says(`logs ${id} --folow`)).plain).toContain('Did you mean --follow?');
  });
});

test('lines that are shared are seen by all, without controls', async () => {
  const { id } = await writtenLog(here, lines(3));
  const page = await says(`logs ${id} grep:line share`);
  expect(page.ephemeral_to).toBeUndefined();
  expect(page.plain).toContain('shared by @ada');
  expect(page.plain).not.toContain('[Grep]');
});

test('while CloudWatch refuses many of our requests, the whole log comes all the same; when it refuses all, that is told', async () => {
  const { id } = await writtenLog(here, lines(40));
  here.world.slack.setFaults({ aws: { throttle: 0.5 } });
  try {
    for (let turn = 0; turn < 3; turn++) expect((await says(`logs ${id}`)).plain).toContain('line 40');
    expect((await here.ada.says(`/batch logs ${id} file`)).at(-1)?.plain).toContain('40 lines');
  } finally {
    here.world.slack.setFaults({ aws: { throttle: 0 } });
  }
  const { room } = here.world.app;
  const refused = { slack: {}, aws: { throttle: 1 } };
  here.world.slack.setFaults(refused);
  try {
    const until = Date.now() + 16_000;
    const request = {
      kind: 'command',
      id: `told-${id}`,
      text: `logs ${id}`,
      typed: true,
      replace: false,
      inputs: {},
    } as const;
    const asked = {
      ...request,
      user: { id: 'U0ADA00001', name: 'ada' },
      channel: { id: 'C0GENERAL1', name: 'general' },
    };
    const told = runCommand(asked, room, () => until - Date.now());
    await expect(told).rejects.toThrow(/AWS takes no more requests just now.*I tried \d+ times/);
  } finally {
    here.world.slack.setFaults({ aws: { throttle: 0 } });
  }
});
