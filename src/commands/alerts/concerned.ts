/** Who may act on an incident: operators of its queues, who submitted what failed in it, and whoever alone was told of it. */
import type { Incident } from '../../history/records/incident';
import { jobIdOf } from '../../history/records/incidents';
import { arrayParentOf } from '../../jobs/job';
import { submitterOf } from '../../notices/routing/submitter';
import type { Person, Room } from '../command';
import { requireRole } from '../permission';

/** Of an incident with thousands of jobs only the latest are looked at for who submitted them. */
const MOST_JOBS = 20;

/** @throws Refusal for anybody else */
export async function requireConcerned({ id, to }: Incident, person: Person, room: Room): Promise<void> {
  if (to === person.id) return;
  const { incidents, jobs } = room.history;
  const members = (await incidents.whole(id))?.members ?? [];
  if (person.stranger !== true) {
    const latest = members.flatMap(({ isJob, member }) => (isJob ? [jobIdOf(member)] : [])).slice(-MOST_JOBS);
    // An array's children have no tags of their own.
    const ids = new Set(latest.map((job) => arrayParentOf(job) ?? job));
    for (const { job } of await jobs.getMany([...ids])) if ((await submitterOf(job, room)).id === person.id) return;
  }
  const queues = members.map(({ queue }) => queue);
  requireRole(person, 'operator', queues.length === 0 ? {} : { queues });
}
