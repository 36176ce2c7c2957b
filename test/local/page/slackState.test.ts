/** How the stream's events change what the page shows. */
import * as fc from 'fast-check';
import type { Message, StreamEvent } from '../../../src/local/page/contract';
import { applyEvent, repliesTo, type SlackState, topLevel } from '../../../src/local/page/slackState';

const SNAPSHOT: StreamEvent = {
  type: 'snapshot',
  team: { id: 'T1', name: 'T' },
  users: [],
  channels: [{ id: 'C1', name: 'general' }],
  messages: [],
  views: [],
  home: null,
  commands: [],
};
const said = (ts: string, more: Partial<Message> = {}): StreamEvent => ({
  type: 'message',
  message: { ts, channel: 'C1', user: 'U1', text: ts, ...more },
});
const after = (events: readonly StreamEvent[]): SlackState | undefined =>
  events.reduce(applyEvent, applyEvent(undefined, SNAPSHOT));
const messages = (events: readonly StreamEvent[]): Message[] => [...(after(events)?.messages.C1 ?? [])];

test('messages stand in the order of their times, in whatever order they come', () => {
  const times = fc.uniqueArray(fc.integer({ min: 1_000_000_000, max: 1_999_999_999 }), { maxLength: 12 });
  void fc.assert(
    fc.property(times, (all) => {
      const shown = messages(all.map((time) => said(`${time}.000100`))).map(({ ts }) => Number.parseInt(ts, 10));
      expect(shown).toEqual(all.toSorted((a, b) => a - b));
    }),
  );
});

test('a changed message stays in its place, a deleted one goes', () => {
  const events = [said('1.0'), said('2.0'), said('1.0', { text: 'new', edited_ts: '3.0' })];
  expect(messages(events).map(({ text }) => text)).toEqual(['new', '2.0']);
  expect(messages([...events, { type: 'message_deleted', channel: 'C1', ts: '1.0' }]).map(({ ts }) => ts)).toEqual([
    '2.0',
  ]);
});

test('replies stand in their thread and not in the channel', () => {
  const all = messages([said('1.0', { thread_ts: '1.0' }), said('2.0', { thread_ts: '1.0' }), said('3.0')]);
  expect(topLevel(all).map(({ ts }) => ts)).toEqual(['1.0', '3.0']);
  expect(repliesTo(all, '1.0').map(({ ts }) => ts)).toEqual(['2.0']);
});

test('a modal is put on top, changed in place, and taken away', () => {
  const view = (id: string, callback_id: string): StreamEvent => ({
    type: 'view',
    view: { id, type: 'modal', callback_id, blocks: [] },
  });
  const open = after([view('V1', 'a'), view('V2', 'b'), view('V1', 'c')])?.modals ?? [];
  expect(open.map((one) => [one.id, one.callback_id])).toEqual([
    ['V1', 'c'],
    ['V2', 'b'],
  ]);
  expect(after([view('V1', 'a'), { type: 'view_closed', view_id: 'V1' }])?.modals).toEqual([]);
});
