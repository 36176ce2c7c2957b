/** What the App Home shows to one person. */
import type { HomeView } from '@slack/types';
import { userOf } from '../jobs/job';
import { parseQuery } from '../jobs/query';
import { home } from '../views/home';
import type { Room } from './command';
import { queueRows } from './queues';

export async function homeOf(
  user: { id: string; name: string; team?: string | undefined },
  room: Room,
): Promise<HomeView> {
  const now = room.now();
  const { search, sweeps } = room.history;
  const [running, failedToday, everything, state, queues] = await Promise.all([
    search.all(parseQuery('status:running,starting', { now })),
    search.all(parseQuery('status:failed since:24h array:parents', { now })),
    search.search(parseQuery('', { now }), { limit: 1 }),
    sweeps.get(),
    queueRows(room),
  ]);
  const failedSingles = await search.all(parseQuery('status:failed since:24h', { now }));
  return home({
    running,
    failedToday: [
      ...failedToday,
      ...failedSingles.filter(({ arrayIndex, arraySize }) => arrayIndex === undefined && arraySize === undefined),
    ].sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0)),
    mineRunning: running.filter((job) => userOf(job)?.toLowerCase() === user.name.toLowerCase()).length,
    stuckQueues: queues
      .filter(({ state: enabled, status }) => enabled !== 'ENABLED' || status !== 'VALID')
      .map(({ name }) => name),
    role: room.roleOf(user.id, user.team),
    known: everything.total,
    sweptAt: state.endedAt,
    now,
    region: room.region,
    slash: room.slash,
  });
}
