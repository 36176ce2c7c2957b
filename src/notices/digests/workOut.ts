/** Works out what a digest tells at its place: the figures of its jobs, what is open there, and what was held back. */
import type { Room } from '../../commands/command';
import type { Digest, DigestPlan } from '../../history/records/digest';
import type { Incident } from '../../history/records/incident';
import { isOpen } from '../../history/records/incidents';
import { incidentName } from '../../views/incidentParts';
import { lasts } from '../routing/muted';
import { figuresOf, type JobFigures, type Span } from './figures';

const MOST_INCIDENTS = 5;
const MOST_MUTES = 5;

export type DigestOf = Pick<DigestPlan, 'to' | 'period' | 'schedule' | 'filter'>;

const headlineOf = ({ cause, occasion }: Incident): string => cause?.headline ?? occasion.replaceAll('-', ' ');

async function incidentsOf(to: string, { history }: Room): Promise<Pick<Digest, 'incidents' | 'incidentCount'>> {
  const here = (await history.incidents.listOpen()).filter((incident) => incident.to === to && isOpen(incident));
  here.sort((a, b) => a.openedAt - b.openedAt);
  const heads = await Promise.all(here.map(({ id }) => history.incidents.get(id)));
  const open = heads.flatMap((head) => (head === undefined ? [] : [head]));
  return {
    incidentCount: open.length,
    incidents: open.slice(0, MOST_INCIDENTS).map((head) => ({
      headline: headlineOf(head),
      subject: incidentName(head),
      openedAt: head.openedAt,
      ...(head.owner === undefined ? {} : { owner: head.owner.name }),
    })),
  };
}

/** Mutes that lasted at some time of the span. */
async function mutesOf(to: string, { from, until }: Span, { history }: Room): Promise<Digest['mutes']> {
  const all = await history.mutes.list();
  const held = all.filter(
    (mute) =>
      (mute.to === undefined || mute.to === to) &&
      mute.at < until &&
      (lasts(mute, from) || (mute.ended?.at ?? mute.until) >= from),
  );
  const counted = await Promise.all(
    held.map(async (mute) => ({
      about:
        mute.about ??
        Object.values(mute.when)
          .flat()
          .filter((one) => typeof one === 'string')
          .join(', '),
      reason: mute.reason,
      held: await history.mutes.held(mute.id),
      until: mute.ended?.at ?? mute.until,
    })),
  );
  return counted.sort((a, b) => b.held - a.held).slice(0, MOST_MUTES);
}

/**
 * @param missed when others were to come that nobody told
 * @param known figures that were worked out for another place a moment ago, by what they are of
 */
export async function workOut(
  { to, period, schedule, filter }: DigestOf,
  span: Span,
  missed: readonly number[],
  room: Room,
  known: Map<string, JobFigures> = new Map(),
): Promise<Digest> {
  const key = JSON.stringify([filter, span]);
  const figures = known.get(key) ?? (await figuresOf(filter, span, room));
  known.set(key, figures);
  return {
    ...{ period, schedule, filter, missed: [...missed] },
    ...figures,
    ...(await incidentsOf(to, room)),
    mutes: await mutesOf(to, figures, room),
  };
}
