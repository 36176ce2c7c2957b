/** Who is told of what: routes, switches, thresholds and dry runs, as people set them and see what came of it. */
import { routeId } from '../../src/history/records/routes';
import type { Message } from '../../src/local/slack/server';
import { childChange, newId, stateChange } from '../notices/stateChange';
import { type AlertScene, alertScene, answer, isCardOf } from './alertScene';

let here: AlertScene;
beforeAll(async () => {
  here = await alertScene();
});
afterAll(() => here.end());
// What failed in the test before is over then, and its cards make no crowd.
beforeEach(() => here.pass(2));
afterEach(async () => {
  const { routes, alertSettings } = here.world.app.room.history;
  for (const { id } of await routes.list('now')) await routes.remove(id);
  for (const setting of await alertSettings.list('now')) await alertSettings.remove(setting);
});

const saves = async (rule: string, channel = 'general'): Promise<Message> =>
  answer(await here.ada.presses('Save the rule', await here.asks(`route ${rule}`, here.ada, channel)));
const fails = (name: string, detail?: Record<string, unknown>) => here.ends(name, 'FAILED', detail);
const inDm = (name: string) => here.world.slack.dm('vic').filter(isCardOf(name));

describe('a route', () => {
  test('is shown before it is saved, sends what fits to its channel alone, and both channels hear of it', async () => {
    const preview = await here.asks('route queue:genomics-* def:routed* to #genomics');
    expect(preview.plain).toContain('Save this rule?\nqueue:genomics-* def:routed*  →  #genomics');
    expect(await here.told('all')).toContain('0 rules say');
    const saved = answer(await here.ada.presses('Save the rule', preview));
    expect(saved.plain).toMatch(/^Rule [2-9A-Z]{5} is saved/);
    await here.line('genomics', '@ada had alerts of queue:genomics-* def:routed* sent here from now on');
    await here.line('batch-alerts', 'def:routed* sent to #genomics from now on, in place of here');

    fails('routed-one');
    fails('unrouted-one');
    await here.card('routed-one', 'genomics');
    await here.card('unrouted-one', 'batch-alerts');
    expect(here.cards('routed-one', 'batch-alerts')).toEqual([]);
    expect(here.cards('unrouted-one', 'genomics')).toEqual([]);

    const list = await here.told('', here.ada, 'genomics');
    expect(list).toContain('Told in #genomics by 1 rule:');
    expect(list).toMatch(/queue:genomics-\* def:routed\* {2}→ {2}#genomics {2}· {2}ada, (?:just now|\d+ s ago)/);
    expect(list).toContain('1 incident open');
    expect(await here.told('', here.ada, 'batch-alerts')).toContain('Not here, since a rule says so');
    expect((await here.root.says('/batch audit what:alerts')).map(({ plain }) => plain).join('\n')).toContain(
      'ada routed alerts: queue:genomics-∗ def:routed∗ to',
    );

    const back = answer(await here.ada.presses('Take it back', saved));
    expect(back.plain).toContain('is removed');
    await here.line('genomics', 'by which alerts of queue:genomics-* def:routed* came here');
    fails('routed-two');
    await here.card('routed-two', 'batch-alerts');
    expect(here.cards('routed-two', 'genomics')).toEqual([]);
  });

  test('that is more specific wins over one that it contradicts, whichever was there first, and both say so', async () => {
    await saves('def:clash* to #genomics');
    const preview = await here.asks('route def:clash* name:clash-b to nowhere');
    expect(preview.plain).toContain('It contradicts 1 rule:');
    expect(preview.plain).toMatch(/def:clash\* {2}→ {2}#genomics: this one is more specific and wins where both fit\./);
    await here.ada.presses('Save the rule', preview);
    const wide = await here.asks('route occasion:failed to #general');
    expect(wide.plain).toContain('It contradicts 2 rules:');
    expect(wide.plain).toContain('that one is more specific and wins where both fit.');

    fails('clash-a');
    fails('clash-b');
    fails('later-a');
    await here.card('clash-a', 'genomics');
    await here.card('later-a', 'batch-alerts');
    for (const channel of ['genomics', 'batch-alerts']) expect(here.cards('clash-b', channel)).toEqual([]);
    expect(await here.told('', here.ada, 'genomics')).toMatch(
      /except where a more specific one fits: [2-9A-Z]{5} def:clash\* name:clash-b {2}→ {2}nowhere/,
    );
  });

  test('that silences everything is asked twice, and dismissing the second question saves nothing', async () => {
    const preview = await here.asks('route to nowhere');
    expect(preview.plain).toContain('This silences everything without an end');
    await here.ada.presses('Save the rule', preview, { confirm: false });
    expect(await here.told('all')).not.toMatch(/everything\s+→\s+nowhere/);
    const saved = answer(await here.ada.presses('Save the rule', preview));
    expect(saved.plain).toMatch(/Rule [2-9A-Z]{5} is saved: everything {2}→ {2}nowhere/);
    await here.ada.presses('Take it back', saved);
    const pattern = await here.asks('route queue:* to nowhere');
    expect(pattern.plain).toContain('This silences everything without an end');
  });

  test('without conditions leaves nothing to the default channel, and every list says what becomes of the rest', async () => {
    const lists = async () => ({
      default: await here.told('', here.ada, 'batch-alerts'),
      general: await here.told('', here.ada, 'general'),
      all: await here.told('all'),
    });
    await saves('everything to nowhere');
    const silent = await lists();
    for (const list of Object.values(silent)) {
      expect(list).toMatch(/Nothing is told anywhere, by rule [2-9A-Z]{5}\./);
      expect(list).not.toMatch(/is told in #/);
    }
    expect(silent.default).toMatch(/Not here, since a rule says so\n• [2-9A-Z]{5} everything {2}→ {2}nowhere/);

    await saves('def:kept-* to #genomics');
    const rest = /Whatever no other rule sends somewhere is told nowhere, by rule [2-9A-Z]{5}\./;
    const kept = await lists();
    for (const list of Object.values(kept)) expect(list).toMatch(rest);
    for (const [place, list] of [
      ['batch-alerts', kept.default],
      ['general', kept.general],
    ] as const)
      expect(list).toContain(`Nothing is told in #${place}.`);
    fails('kept-one');
    fails('lost-one');
    await here.card('kept-one', 'genomics');
    expect(here.cards('lost-one')).toEqual([]);

    await saves('everything to #genomics');
    const moved = await lists();
    for (const list of Object.values(moved))
      expect(list).toMatch(/Whatever no other rule fits is told to #genomics, by rule [2-9A-Z]{5}\./);
    expect(moved.default).toContain('Nothing is told in #batch-alerts.');
    await saves('def:hers-* to submitter');
    expect(await here.told('', here.ada, 'batch-alerts')).toContain(
      'Told in #batch-alerts: what goes to whoever submitted the job, where nobody knows who that was.',
    );
    await saves('def:own-* to #batch-alerts');
    expect(await here.told('', here.ada, 'batch-alerts')).toContain('what 1 rule says, and what goes to whoever');
    await saves('everything to #batch-alerts and #genomics');
    expect(await here.told('', here.ada, 'batch-alerts')).toContain(
      'All of this is told in #batch-alerts: whatever no rule sends elsewhere, and what 2 rules say.',
    );
  });

  test('with "also" adds to what others say; to the submitter it is a direct message, and to nobody known the default', async () => {
    await saves('def:dm-* to submitter also');
    const tags = (submitter: string) => ({ tags: { submitter } });
    fails('dm-vic', tags('vic'));
    fails('dm-mail', tags('Vic@local.example'));
    fails('dm-nobody', tags('somebody else'));
    for (const name of ['dm-vic', 'dm-mail', 'dm-nobody']) await here.card(name, 'batch-alerts');
    for (const name of ['dm-vic', 'dm-mail'])
      await here.soon(`a direct message of ${name}`, () => (inDm(name).length === 1 ? true : undefined));
    expect(inDm('dm-nobody')).toEqual([]);
    await saves('def:only-* to submitter');
    fails('only-nobody', tags('somebody else'));
    fails('only-vic', tags('vic'));
    await here.card('only-nobody', 'batch-alerts');
    await here.soon('a direct message', () => (inDm('only-vic').length === 1 ? true : undefined));
    expect(here.cards('only-vic', 'batch-alerts')).toEqual([]);
  });

  test('of an array’s submitter holds for its children, of which Batch tells no tags', async () => {
    await saves('user:vic to #genomics');
    const { publish } = here.world.aws;
    for (const [name, tags] of [
      ['vics-array', { submitter: 'vic' }],
      ['nobodys-array', {}],
    ] as const) {
      const id = newId();
      const detail = { arrayProperties: { size: 3 }, tags };
      publish([stateChange({ id, name, status: 'PENDING', at: here.now(), detail })]);
      await here.soon(`${name} in the history`, () => here.world.app.room.history.jobs.get(id));
      publish([childChange(id, 1, { name, status: 'FAILED', at: here.now(), detail: { tags: {} } })]);
    }
    await here.card('vics-array', 'genomics');
    await here.card('nobodys-array', 'batch-alerts');
    expect(here.cards('vics-array', 'batch-alerts')).toEqual([]);
  });

  test('goes by tag, user, cause and severity too, and is set again in place of what it was', async () => {
    const first = await saves('tag:team=atlas user:ada cause:"command failed" severity:normal to #genomics');
    expect(first.plain).toContain('tag:team=atlas user:ada cause:command-failed severity:normal');
    fails('by-all', { tags: { team: 'atlas', submitter: 'ada' } });
    fails('by-half', { tags: { team: 'atlas', submitter: 'vic' } });
    await here.card('by-all', 'genomics');
    await here.card('by-half', 'batch-alerts');
    const again = await here.asks('route severity:normal cause:commandFailed user:ada tag:team=atlas to #general');
    expect(again.plain).toContain('So far these go #genomics.');
    const saved = answer(await here.ada.presses('Save the rule', again));
    expect(await here.told('all')).toContain('1 rule says');
    await here.line('genomics', 'removed rule');
    expect(answer(await here.ada.presses('As it was', saved)).plain).toContain('→  #genomics');
    expect(
      await here.told('route tag:team=atlas user:ada cause:command-failed severity:normal to #genomics'),
    ).toContain('already');
  });

  test('is set by a form as well, with the same preview', async () => {
    const list = await here.asks('');
    const press = { user: 'ada', channel: list.channel, ts: list.ts, label: 'Add a rule…' };
    const { views } = await here.world.slack.press(press);
    const { messages } = await here.world.slack.submit({
      user: 'ada',
      view_id: views[0]?.id ?? '',
      values: {
        Occasions: ['failed', 'timed-out'],
        Queue: 'genomics-*',
        'Job definition': 'formed',
        Channels: ['C0GENOMIC1'],
        'People, by direct message': ['U0VIC00001'],
      },
    });
    expect(answer(messages).plain).toContain(
      'occasion:failed,timed-out queue:genomics-* def:formed  →  #genomics and @vic',
    );
    await here.ada.presses('Save the rule', answer(messages));
    fails('formed');
    await here.card('formed', 'genomics');
    await here.soon('a message to vic', () => inDm('formed')[0]);
    expect(
      here.world.slack
        .dm('vic')
        .map(({ plain }) => plain)
        .join(),
    ).toContain('@ada had alerts');
  });

  test.each<[string, string | RegExp]>([
    ['route queue:spot-* to #nonsense', 'Slack made no mention of "#nonsense"'],
    ['route queue:spot-* to C0GONE0001', 'I can’t see a channel C0GONE0001'],
    ['route queue:spot-* to U0GONE0001', 'Slack knows nobody with the id U0GONE0001'],
    ['route queue:spot-* to #private-ops', 'Invite me there first'],
    ['route queue:spot-* to @batchbot', /is a bot|made no mention/],
    ['route queue:spot-* to @batch-ops', 'not to user groups'],
    ['route queue:spot-*', 'Where to? It goes: /batch alerts route'],
    ['route', 'Where to?'],
    ['route queue:spot-* to nowhere and #genomics', 'nowhere or somewhere, not both'],
    ['route queue:spot-* to nowhere also', 'nowhere adds nothing'],
    ['route queue:"<!channel>" to here', 'can be no such name'],
    ['route def:"a b" to here', 'can be no such name'],
    ['route cause:oom to here', /Save this rule\?\ncause:out-of-memory {2}→/],
    ['route cause:outofmemry to here', 'Did you mean cause:out-of-memory?'],
    ['route occasion:faild to here', 'Did you mean failed?'],
    ['route severity:loud to here', 'one of quiet, normal, urgent'],
    ['route tag:=x to here', 'names no tag'],
    ['route queu:spot to here', 'Did you mean queue:?'],
    ['route blah to here', 'I don\'t understand "blah" in a rule'],
    ['route name:nowhere-*', 'Where to?'],
    ['unroute', 'Which rule?'],
    ['unroute ABCDE', 'There is no rule ABCDE.'],
    ['unroute queue:none', 'There is no rule for queue:none.'],
    ['on faild', 'Did you mean failed?'],
    ['off', 'Which occasion?'],
    ['off everything', 'alerts mute everything 1h'],
    ['off failed queue:spot-*', 'alerts route failed queue:… to nowhere'],
    ['off retried', 'retried is off already.'],
    ['set runnable:soon', "I can't read runnable:soon"],
    ['set runnable:1s', 'between 1 min and 30 d'],
    ['set long:1x', 'between 1.1 times and 100 times'],
    ['set window:never', "can't read window:never"],
    ['set queue:spot-*', 'One at a time'],
    ['set runnable:2h starting:5m', 'One at a time'],
    ['set window:2h queue:spot-*', 'the same for all queues'],
    ['set runnable:2h queue:"a b"', "a queue's name has"],
    ['dry-run queue:x since:next', 'no time of the past'],
    ['dry-run queue:x since:90d', '31 days at most'],
    ['muet everything', 'Did you mean mute?'],
    ['<!channel> *bold*', 'alerts knows no "<!channel>"'],
  ])('%s: says what is wrong, and what goes', async (words, said) => {
    const { plain, blocks } = await here.asks(words);
    expect(plain).toMatch(typeof said === 'string' ? new RegExp(said.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : said);
    expect(JSON.stringify(blocks)).not.toContain('<!channel>');
    expect(plain).not.toContain('Something went wrong');
  });

  test('of too much, or of more than one rule takes, is refused in a sentence', async () => {
    expect(await here.told(`route name:${'x'.repeat(900)} to here`)).toContain('has 900 characters, and I take 800');
    const many = Array.from({ length: 6 }, (_, n) => `C0CHANNEL${n}`).join(' ');
    expect(await here.told(`route def:x to ${many}`)).toContain('One rule names 5 channels and people at most');
    expect(
      await here.told(
        `route ${Array.from({ length: 9 }, (_, n) => `name:${String(n).repeat(100)}`).join(' ')} to here`,
      ),
    ).toContain('more conditions than one rule takes');
  });

  test('among many long ones is listed ten a page, within what Slack takes', async () => {
    const { routes } = here.world.app.room.history;
    for (let n = 0; n < 12; n++) {
      const when = { names: Array.from({ length: 7 }, (_, part) => `${'long-'.repeat(18)}*${n}${part}*`) };
      const to = [{ kind: 'channel' as const, id: n % 2 === 0 ? 'C0GENERAL1' : 'C0GENOMIC1' }];
      await routes.set({ id: routeId(when, false), when, to, also: false, by: { id: 'U0', name: 'ada' }, at: n });
    }
    const first = await here.asks('all');
    expect(first.plain).toContain('1-10 of 12');
    expect(first.plain).toContain('except where a more specific one fits');
    expect(first.plain).not.toContain('could not be shown');
    expect(answer(await here.ada.presses('Next', first)).plain).toContain('11-12 of 12');
    expect(await here.told('#genomics')).toContain('Told in #genomics by 6 rules:');
  });

  test('to a channel that the bot is not in is refused until it is invited, and an archived one is too', async () => {
    await here.root.says('/remove @batchbot', 'genomics');
    try {
      expect(await here.told('route def:x to #genomics')).toContain(
        'I am not in channel genomics. Invite me there first',
      );
    } finally {
      await here.root.says('/invite @batchbot', 'genomics');
    }
    await here.root.says('/archive', 'genomics');
    try {
      expect(await here.told('route def:x to #genomics')).toContain('is archived');
    } finally {
      await here.root.says('/unarchive', 'genomics');
    }
    expect(await here.told('route def:x to #genomics')).toContain('Save this rule?');
  });

  test('of a queue that nobody has is noted in its preview', async () => {
    expect(await here.told('route queue:genomics-prd-spot to here')).toContain(
      'No queue fits genomics-prd-spot now; did you mean genomics-prod-spot?',
    );
    expect(await here.told('route queue:genomics-prod-spot to here')).not.toContain('No queue fits');
  });

  test('needs the operator role, for its queues at least, and a refusal is in the audit', async () => {
    for (const words of ['route def:x to here', 'unroute ABCDE', 'on retried', 'set runnable:2h', 'mute def:x 1h why'])
      expect(await here.told(words, here.vic)).toMatch(/this needs the operator role|There is no rule/);
    const { roles } = here.world.app.room.history;
    const grant = { to: { kind: 'user' as const, id: 'U0VIC00001' }, role: 'operator' as const, queues: 'genomics-*' };
    await roles.give({ ...grant, by: { id: 'U0ROOT0001', name: 'root' }, at: here.now() });
    try {
      expect(await here.told('route queue:genomics-prod-spot to here', here.vic)).toContain('Save this rule?');
      expect(await here.told('route queue:search-* to here', here.vic)).toContain('the operator role for search-∗');
      expect(await here.told('route def:x to here', here.vic)).toContain('this needs the operator role for all queues');
      expect(await here.told('off failed', here.vic)).toContain('this needs the operator role for all queues');
    } finally {
      await roles.take(grant);
    }
    expect(await here.told('', here.vic)).not.toContain('[Add a rule…]');
    expect((await here.root.says('/batch audit what:refused user:@vic')).map(({ plain }) => plain).join()).toContain(
      'vic was refused alerts route',
    );
  });
});

describe('a switch', () => {
  test('of one channel leaves the others as they are; for all it is for all; and both are told and can be undone', async () => {
    await saves('def:switched* to #genomics #batch-alerts');
    const off = await here.asks('off failed here', here.ada, 'genomics');
    expect(off.plain).toContain('failed is off in #genomics.');
    await here.line('genomics', '@ada switched failed off here.');
    fails('switched-one');
    await here.card('switched-one', 'batch-alerts');
    expect(here.cards('switched-one', 'genomics')).toEqual([]);
    expect(await here.told('', here.ada, 'genomics')).toContain('Switched off  failed here by ada, retried by default');

    expect(await here.told('off failed')).toContain('failed is off everywhere.');
    fails('switched-two');
    await here.line('batch-alerts', '@ada switched failed off everywhere.');
    expect(await here.told('', here.ada, 'batch-alerts')).toContain('failed everywhere by ada');
    const on = await here.asks('on failed');
    expect(on.plain).toContain('It stays off in #genomics, where it was switched apart.');
    fails('switched-three');
    await here.card('switched-three', 'batch-alerts');
    expect(here.cards('switched-two', 'batch-alerts')).toEqual([]);
    expect(answer(await here.ada.presses('As it was', off)).plain).toContain('failed is on in #genomics.');
    fails('switched-four');
    await here.card('switched-four', 'genomics');
  });
});

describe('a threshold', () => {
  test('is set for all queues or some, told, listed, and set back', async () => {
    const set = await here.asks('set runnable:90m queue:spot-*,gpu');
    expect(set.plain).toContain(
      'runnable is 1 h 30 min for spot-* and gpu: from when on a job that waits RUNNABLE is stuck.',
    );
    await here.line('batch-alerts', '@ada set runnable to 1 h 30 min for spot-* and gpu');
    expect(await here.told('set window:30m')).toContain('window is 30 min for all queues');
    expect(await here.told('set long:3x')).toContain('long is 3 times');
    expect(await here.told('set starting:never queue:gpu')).toContain('starting is never for gpu');
    const list = await here.told('');
    for (const words of ['runnable 1 h 30 min for spot-*', 'window 30 min', 'long 3 times', 'starting never for gpu'])
      expect(list).toContain(words);
    expect(answer(await here.ada.presses('As it was', set)).plain).toContain('runnable is default (');
    expect(await here.told('')).not.toContain('runnable 1 h');
  });
});
