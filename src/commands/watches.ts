/** `/batch watches`: what is watched for this channel, and what one watches oneself; operators see all. */
import * as z from 'zod';
import { UserError } from '../errors';
import type { Watch } from '../history/records/watch';
import { pageOf } from '../views/pages';
import { watchList } from '../views/watches';
import { type Asking, command } from './command';
import { isAtLeast } from './permission';
import { MOST_WATCHES } from './watch';

const seen = (watch: Watch, { person, channel, flags }: Asking<unknown>): boolean =>
  watch.by.id === person.id || watch.to === channel.id || flags.has('all');

export const watches = command({
  name: 'watches',
  summary: 'Shows what is watched for this channel and by you, how far each has come, and ends one.',
  group: 'tells',
  usage: '[all]',
  example: '',
  filters: {
    page: { schema: z.coerce.number().int().min(1).max(9_999), meaning: 'a page', hidden: true },
  },
  flags: ['all'],
  lastWords: ['all'],
  byRole: true,
  async run(asking, room) {
    const isAll = asking.flags.has('all') || asking.words[0]?.toLowerCase() === 'all';
    if (isAll && !isAtLeast(asking.person.role, 'operator'))
      throw new UserError('All watches only operators see; you see yours and those of this channel.', 'watches');
    const flags = new Set([...asking.flags, ...(isAll ? ['all'] : [])]);
    const open = [...(await room.history.watches.list('now'))].sort((a, b) => b.startedAt - a.startedAt);
    const mine = open.filter((watch) => seen(watch, { ...asking, flags }));
    const page = pageOf(mine, asking.filters.page);
    const items = await Promise.all(
      page.items.map(async (watch) => ({
        watch,
        standing: (await room.history.watches.progress(watch.id))?.standing ?? watch.began,
      })),
    );
    return {
      message: watchList({
        page: { ...page, items },
        others: isAtLeast(asking.person.role, 'operator') ? open.length - mine.length : 0,
        isAll,
        own: open.filter(({ by }) => by.id === asking.person.id).length,
        most: MOST_WATCHES,
        reader: asking.person.id,
        now: room.now(),
        slash: room.slash,
      }),
    };
  },
});
