import { openHistory } from '../../src/history/history';
import { ingest } from '../../src/history/ingest';
import type { Message } from '../../src/local/slack/server';
import { dynamo, TABLE } from '../history/dynamo';
import { newId } from '../notices/stateChange';
import { only, type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene({ jobs: 300, seed: 7 });
});
afterAll(() => here.end());

const names = (message: Message): string[] =>
  [...message.plain.matchAll(/^[✖✔▶◌◔◑?] (\S+)/gm)].map((match) => match[1] ?? '');
const total = (message: Message): number => Number(/of ([\d,]+)$/m.exec(message.plain)?.[1]?.replaceAll(',', ''));

test('a search answers privately with ten jobs, newest first, and the exact total', async () => {
  const answer = only(await here.ada.says('/batch search'));
  expect(answer.ephemeral_to).toBe('U0ADA00001');
  expect(names(answer)).toHaveLength(10);
  const all = [...here.world.aws.forgottenJobs()].length;
  expect(total(answer)).toBeGreaterThan(all);
  expect(answer.plain).toMatch(/^1-10 of \d+/m);
});

test('Next and Previous walk through all pages without a gap or a repeat', async () => {
  let page = only(await here.ada.says('/batch search status:failed'));
  const count = total(page);
  const seen = names(page);
  const first = page.plain;
  while (page.plain.includes('[Next]')) {
    page = only(await here.ada.presses('Next', page));
    seen.push(...names(page));
  }
  expect(seen).toHaveLength(count);
  while (page.plain.includes('[Previous]')) page = only(await here.ada.presses('Previous', page));
  expect(names(page)).toEqual([...first.matchAll(/^[✖✔▶◌◔◑?] (\S+)/gm)].map((match) => match[1]));
});

test('every word must match, wherever it stands and in any case', async () => {
  const answer = only(await here.ada.says('/batch search PROD spot status:succeeded'));
  for (const name of names(answer)) expect(answer.plain).toContain(name);
  expect(total(answer)).toBeGreaterThan(0);
  const none = only(await here.ada.says('/batch search prod zzzqqq'));
  expect(none.plain).toContain('No jobs that match "prod" and "zzzqqq"');
});

test('a word that is nearly right is offered as it is spelt', async () => {
  const answer = only(await here.ada.says('/batch search nigthly'));
  expect(answer.plain).toContain('Did you mean “nightly”?');
  const found = only(await here.ada.presses('Search nightly', answer));
  expect(found.plain).toContain('match "nightly"');
});

test('a state that is typed as a word is offered as a filter, whether it finds something or nothing', async () => {
  const word = only(await here.ada.says('/batch search failed'));
  expect(word.plain).toContain('“failed” is looked for in names, reasons and tags; status:failed finds the jobs');
  const failed = only(await here.ada.presses('Search status:failed', word));
  expect(total(failed)).toBeGreaterThan(total(word));
  expect(total(failed)).toBe(total(only(await here.ada.says('/batch search status:failed'))));
  const none = only(await here.ada.says('/batch search Succeeded since:30d'));
  expect(none.plain).toContain('No jobs that match "Succeeded"');
  const succeeded = only(await here.ada.presses('Search status:succeeded', none));
  expect(succeeded.plain).toMatch(/succeeded jobs, last 30 days/);
  expect(only(await here.ada.says('/batch search failed status:failed')).plain).not.toContain('is looked for');
});

test.each([
  ['queue:genomics-prod-sopt', 'queue:genomics-prod-spot'],
  ['queue:Genomics-prod-spto', 'queue:genomics-prod-spot'],
  ['def:scnee', 'def:scene'],
  ['user:allan', 'user:alan'],
])('%s is offered as it is spelt', async (filter, instead) => {
  await here.submit('spelt-well', { LOCAL_OUTCOME: 'stuck' }, { tags: { submitter: 'alan' } });
  await here.until('it', async () =>
    total(only(await here.ada.says('/batch search spelt-well user:alan'))) > 0 ? true : undefined,
  );
  const answer = only(await here.ada.says(`/batch search ${filter}`));
  expect(answer.plain).toContain(`Did you mean ${instead}?`);
  const found = only(await here.ada.presses(`/batch search ${instead}`, answer));
  expect(total(found)).toBeGreaterThan(0);
});

test('a filter that finds nothing can be dropped by a button', async () => {
  const answer = only(await here.ada.says('/batch search status:failed until:2020-01-01'));
  expect(answer.plain).toMatch(/Without until: there are \d+ jobs/);
  const found = only(await here.ada.presses('Drop until:', answer));
  expect(total(found)).toBeGreaterThan(0);
});

test.each([
  ['/batch serach align', /I don't know "serach"\. Did you mean: \/batch search align/],
  ['/batch search stat:failed', /I don't know the filter "stat:"\. Did you mean status:\?/],
  ['/batch search status:faild', /There is no status "faild"\. Did you mean failed\?/],
  ['/batch search since:whenever', /I can't read the time in since:whenever/],
  ['/batch search exit:many', /no exit code/],
  ['/batch search --status failed', /status is a filter, with a colon and no space: it goes status:failed\./],
  ['/batch search foo:bar', /I know status, queue, def, image,/],
  ['/batch search exti:137', /I don't know the filter "exti:"\. Did you mean exit:\?/],
  ['/batch search --owner', /owner is a filter/],
  ['/batch logs 4c7599ae --tail 5', /tail is a filter, with a colon and no space: it goes tail:5\./],
  ['/batch job 4c7599ae extra', /I take one job here, and don't understand "extra" after it\. It goes: \/batch job/],
  ['/batch logs 4c7599ae tail:5 50', /don't understand "50" after it/],
  ['/batch cancel --confirm 4C7599 extra', /I take one operation here, and don't understand "extra"/],
  ['/batch cancel --confirm 4C7599 status:failed', /don't understand "status:" after it/],
  ['/batch search --loud', /search has no --loud/],
  ['/batch job nothing', /"nothing" is not a job's id/],
  ['/batch logs', /Which job\?/],
  ['/batch help serach', /There is no verb "serach"\. Did you mean \/batch help search\?/],
])('%s gets the right form', async (words, told) => {
  expect(only(await here.ada.says(words)).plain).toMatch(told);
});

test('a phone’s dashes and curly quotes are understood', async () => {
  const shared = await here.ada.says('/batch search “prod-spot” –share');
  expect(only(shared).ephemeral_to).toBeUndefined();
  expect(only(shared).plain).toContain('shared by');
});

test('Share shows the page that is in view', async () => {
  const first = only(await here.ada.says('/batch search status:succeeded'));
  const second = only(await here.ada.presses('Next', first));
  const shared = (await here.ada.presses('Share', second)).find((message) => message.ephemeral_to === undefined);
  expect(names(shared as Message)).toEqual(names(second));
  expect(shared?.plain).toMatch(/^11-20 of/m);
});

test('what a search is titled with formats nothing', async () => {
  const answer = only(await here.ada.says('/batch search queue:*-prod-spot'));
  expect(JSON.stringify(answer.blocks[0])).toContain('in ∗-prod-spot*');
});

test('Share shows the list to the channel and says who did', async () => {
  const answer = only(await here.ada.says('/batch search status:failed'));
  const shared = await here.ada.presses('Share', answer);
  const open = shared.find((message) => message.ephemeral_to === undefined);
  expect(open?.plain).toContain('shared by @ada');
  expect(open?.plain).not.toContain('[Next]');
});

test('Narrow opens a form with the search in it, and its submission replaces the list', async () => {
  const answer = only(await here.ada.says('/batch search prod status:failed since:30d'));
  const { views } = await here.world.slack.press({ user: 'ada', channel: 'general', ts: answer.ts, label: 'Narrow…' });
  expect(views[0]?.plain).toContain('prod');
  const { messages } = await here.world.slack.submit({
    user: 'ada',
    view_id: views[0]?.id ?? '',
    values: { State: 'succeeded' },
  });
  const narrowed = only(messages.filter(({ channel }) => channel === answer.channel));
  expect(narrowed.plain).toContain('succeeded jobs that match "prod", last 30 days');
  expect(narrowed.ts).toBe(answer.ts);
});

test('help is one screen, and every verb’s example works as typed', async () => {
  const help = only(await here.ada.says('/batch'));
  for (const verb of ['search', 'logs', 'job', 'cancel', 'queues']) expect(help.plain).toContain(`/batch ${verb}`);
  expect(help.plain).not.toContain('<id>]');
  await here.until('a job that writes', async () =>
    only(await here.ada.says('/batch help logs')).plain.match(/^\[\/batch logs [0-9a-f]{8} tail:50\]$/m)
      ? true
      : undefined,
  );
  for (const verb of ['search', 'job', 'queues', 'help', 'logs']) {
    const page = only(await here.ada.says(`/batch help ${verb}`));
    const label = /^\[(\/batch .*)\]$/m.exec(page.plain)?.[1] ?? '';
    const ran = only(await here.ada.presses(label, page));
    expect(ran.plain).not.toMatch(/I don't know|Something went wrong|is not/);
  }
});

test('a job without a name is called by its id', async () => {
  const id = newId();
  const at = Date.now();
  const { jobs } = openHistory(dynamo(here), TABLE, Date.now);
  const job = { id, name: '', status: 'SUCCEEDED', createdAt: at, stoppedAt: at, seenAt: at } as const;
  await ingest(jobs, { ...job, whole: true, attempts: [], entered: {} }, Date.now);
  expect(names(only(await here.ada.says(`/batch search ${id}`)))).toEqual([id]);
});

test('a person who is mentioned is found by name, as Slack sends it; an id alone is told to be none', async () => {
  await here.submit('mention-ada', {}, { tags: { user: 'ada' } });
  await here.submit('mention-vic', {}, { tags: { user: 'vic' } });
  await here.world.app.tick(() => 60_000, true);
  const found = async (text: string) => names(only(await here.vic.says(text)));
  // They go on meanwhile, and what changes may be out of a secondary index for a moment.
  await here.until('both', async () => ((await found('/batch search mention')).length === 2 ? true : undefined));
  expect(await found('/batch search mention user:@ada')).toEqual(['mention-ada']);
  expect((await found('/batch search mention user:@ada,@vic')).sort()).toEqual(['mention-ada', 'mention-vic']);
  const unknown = only(await here.vic.says('/batch search user:<@U0NOBODY01>'));
  expect(unknown.plain).toContain('Slack told me only the id U0NOBODY01 of whom you mention');
});
