/**
 * One look at all conditions a minute: what is so is told, what is so no more is closed. Each by itself: what AWS or the
 * history refuses to tell keeps nothing else from being told, and is never taken for an end.
 */
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import type { Incident } from '../../history/records/incident';
import { isLost, type JobRow } from '../../jobs/job';
import { settle } from '../incidents/settle';
import { tell } from '../incidents/tell';
import type { Occurrence } from '../occasion';
import { explained, queueBlocked } from '../queueBlocked';
import { type AlertSettings, alertSettings } from '../routing/settings';
import { stuckRunnable, waitingLong } from '../stuckRunnable';
import { startingLong } from '../stuckStarting';
import { capacityChanges } from './capacityChanges';
import type { Condition, Found, Seen } from './condition';
import { linesOf } from './lines';
import { OF_HISTORY, OF_NOW } from './list';
import { stillSo } from './so';
import { startingSince } from './startingSince';
import { NOTHING_USUAL, type Usual, usualReadings } from './usual';

/** What is so is told again after this: a switch, a rule or a mute may have changed, and the card's words move on. */
const AGAIN_MS = 10 * 60_000;
/** Of one condition so many are told at a look, the others a minute later. */
const MOST_TOLD = 100;
/** What is left is for others, and to end in time. */
const RESERVE_MS = 5_000;
/** Statistics of a history of any size end in time (`STATISTICS_BUDGETS` in history/searching/search.ts), each of them. */
const STATISTICS_MS = 20_000;

/** On the card of what is looked at no more. */
const SWITCHED_OFF = 'is not watched any more, since that was switched off';

/** Switched on for all, or for one channel at least. */
const isWanted = (name: string, { isOn, switches }: AlertSettings): boolean =>
  isOn(name) || switches.some((one) => one.occasion === name && one.isOn);

export function conditionWatch(room: Room) {
  const usual = usualReadings(room);
  const starting = startingSince(room);
  /** Of each condition what is so, by member: when it came up, and when it was told last. */
  const known = new Map<string, Map<string, { at: number; toldAt: number }>>();

  async function part<T>(what: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      room.log.warn('a condition could not be seen', { what, ...errorFields(error) });
      return undefined;
    }
  }

  async function liveRows(): Promise<JobRow[]> {
    const rows = await room.history.search.unfinished({ words: [] });
    return rows.filter((row) => !isLost(row) && room.tracks(row.queue ?? ''));
  }

  async function see(settings: AlertSettings, hasTime: () => boolean): Promise<Seen> {
    const now = room.now();
    const wants = (name: string) => isWanted(name, settings);
    const [rows, whole] = await Promise.all([liveRows(), part('queues', () => room.batch.wholeQueues())]);
    const queues = whole?.queues.filter(({ name }) => room.tracks(name));
    const spare = whole?.spare ?? [];
    const long = wants(stuckRunnable.name) ? waitingLong(rows, settings, now) : new Map<string, unknown>();
    const [lines, since, states] = await Promise.all([
      part('the fronts of queues', () => linesOf(long.keys(), room, hasTime)),
      part('jobs that are starting', () => starting.of(startingLong(rows, settings, now))),
      queues === undefined ? undefined : part('what was disabled', () => capacityChanges(queues, spare, room)),
    ]);
    return {
      now,
      settings,
      rows,
      queues,
      spare,
      lines: lines ?? new Map(),
      startingSince: since ?? new Map(),
      states,
      usual: NOTHING_USUAL,
    };
  }

  async function seeUsual(settings: AlertSettings, remainingMs: () => number): Promise<Usual> {
    const wants = (name: string) => isWanted(name, settings);
    const wanted = { runs: wants('runs-long'), rates: wants('failure-rate'), submitted: wants('quiet-queue') };
    const hasTime = () => remainingMs() > STATISTICS_MS + RESERVE_MS;
    return (await part('what is usual', () => usual.read(wanted, hasTime))) ?? NOTHING_USUAL;
  }

  /** With the jobs that they struck, and what only these tell; without those that came to an end meanwhile. */
  async function withJobs(some: readonly Occurrence[], seen: Seen): Promise<Occurrence[]> {
    const rows = new Set(seen.rows.map(({ id }) => id));
    const ids = some.filter(({ job, member }) => job === undefined && rows.has(member)).map(({ member }) => member);
    const jobs = new Map((await room.history.jobs.getMany(ids)).map(({ job }) => [job.id, job]));
    return some.flatMap((found) => {
      if (found.job !== undefined || !rows.has(found.member)) return [found];
      const job = jobs.get(found.member);
      if (job === undefined) return [];
      const whole = { ...found, job };
      return [found.occasion === queueBlocked.name ? explained(whole, job, seen) : whole];
    });
  }

  /** Those that are new, or were told a while ago, at the time at which they came up. */
  function due({ name }: Condition, { so }: Found, now: number): Occurrence[] {
    const before = known.get(name) ?? new Map<string, { at: number; toldAt: number }>();
    const after = new Map(so.map(({ member, at }) => [member, before.get(member) ?? { at, toldAt: 0 }]));
    known.set(name, after);
    const toldAt = ({ member }: Occurrence) => after.get(member)?.toldAt ?? 0;
    const again = so.filter((found) => now - toldAt(found) >= AGAIN_MS).sort((a, b) => toldAt(a) - toldAt(b));
    return again
      .slice(0, MOST_TOLD)
      .map((found) => ({ ...found, at: after.get(found.member)?.at ?? found.at, seenAt: now }));
  }

  const settleSwitchedOff = ({ name }: Condition, settings: AlertSettings): Promise<void> =>
    settle(
      name,
      ({ to }) => settings.isOn(name, to),
      () => SWITCHED_OFF,
      room,
    );

  /** @param open the occasions that have an incident which is not closed */
  async function tellOf(one: Condition, seen: Seen, open: ReadonlySet<string>): Promise<void> {
    const found = one.look(seen);
    if (found === undefined) return;
    const still = stillSo(found.so);
    const isOnFor = ({ to }: Incident) => seen.settings.isOn(one.name, to);
    if (open.has(one.name))
      await settle(
        one.name,
        (incident) => isOnFor(incident) && (still(incident) || found.isUnsure?.(incident) === true),
        (incident) => (isOnFor(incident) ? one.word(incident, seen) : SWITCHED_OFF),
        room,
      );
    const news = due(one, found, seen.now);
    const waiting = new Set([...(await tell(await withJobs(news, seen), room))].map(({ member }) => member));
    for (const { member } of news) {
      if (waiting.has(member)) continue;
      const entry = known.get(one.name)?.get(member);
      if (entry !== undefined) entry.toldAt = seen.now;
    }
  }

  return {
    /** @param remainingMs what may still be spent, all in all */
    async look(remainingMs: () => number): Promise<void> {
      const hasTime = () => remainingMs() > RESERVE_MS;
      if (!hasTime()) return;
      const settings = await alertSettings(room);
      const seen = await part('jobs', () => see(settings, hasTime));
      if (seen === undefined) return;
      const open = new Set((await room.history.incidents.listOpen()).map(({ occasion }) => occasion));
      async function tellAll(conditions: readonly Condition[], whole: Seen): Promise<void> {
        for (const one of conditions) {
          if (!isWanted(one.name, settings)) {
            if (open.has(one.name)) await part(one.name, () => settleSwitchedOff(one, settings));
          } else if (hasTime()) await part(one.name, () => tellOf(one, whole, open));
          else room.log.warn('no time was left for a condition', { condition: one.name });
        }
      }
      await tellAll(OF_NOW, seen);
      await tellAll(OF_HISTORY, { ...seen, usual: await seeUsual(settings, remainingMs) });
    },
  };
}
export type ConditionWatch = ReturnType<typeof conditionWatch>;
