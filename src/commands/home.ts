/** What the App Home shows to one person. */
import type { HomeView } from '@slack/types';
import { isOpen } from '../history/records/incidents';
import { cancelledBy } from '../jobs/causes';
import { userOf } from '../jobs/job';
import { parseQuery } from '../jobs/query';
import { home } from '../views/home';
import { healthOf } from '../views/queues';
import type { Room } from './command';
import { queueRows } from './queueRows';

export async function homeOf(
  user: { id: string; name: string; team?: string | undefined },
  room: Room,
  remainingMs: () => number,
): Promise<HomeView> {
  const now = room.now();
  const { search, sweeps } = room.history;
  const [{ role }, running, failed, everything, state, queues, open] = await Promise.all([
    room.roles.personOf(user, undefined, 'looks', remainingMs),
    search.unfinished(parseQuery('status:running,starting', { now })),
    search.matches(parseQuery('status:failed since:24h', { now })),
    search.search(parseQuery('', { now }), { limit: 1 }),
    sweeps.get(),
    queueRows(room),
    room.history.incidents.listOpen(),
  ]);
  // An array is told by its parent, and what somebody stopped on purpose did not fail.
  const failedToday = failed.rows.filter(
    (row) => row.arrayIndex === undefined && !row.cancelled && !row.terminated && cancelledBy(row) === undefined,
  );
  return home({
    keptDays: room.history.keptDays,
    running,
    failedToday,
    isFailedAtLeast: failed.isAtLeast === true,
    mineRunning: running.filter((job) => userOf(job)?.toLowerCase() === user.name.toLowerCase()).length,
    // What goes to one person is theirs.
    incidents: open.filter((incident) => isOpen(incident) && (!/^[UW]/.test(incident.to) || incident.to === user.id)),
    stuckQueues: queues.filter((queue) => healthOf(queue).kind !== 'well').map(({ name }) => name),
    role,
    known: everything.total,
    sweptAt: state.endedAt,
    now,
    region: room.region,
    slash: room.slash,
  });
}
