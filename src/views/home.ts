/** The App Home: my jobs, what fails, which queues are blocked, and what I may do. */
import type { HomeView, KnownBlock } from '@slack/types';
import type { OpenIncident } from '../history/records/incidents';
import type { JobRow } from '../jobs/job';
import { openIncidentTitle } from './incidentParts';
import { jobLine } from './jobLine';
import { actions, button, context, dotted, header, section } from './kit';
import { ago, moment } from './time';
import { count, goesBack } from './words';

export interface HomeProps {
  running: readonly JobRow[];
  failedToday: readonly JobRow[];
  /** There were too many to look at them all. */
  isFailedAtLeast: boolean;
  mineRunning: number;
  stuckQueues: readonly string[];
  /** Those that are not over. */
  incidents: readonly OpenIncident[];
  role: string;
  known: number;
  sweptAt: number | undefined;
  /** So many days after its end a job is removed; undefined when all are kept. */
  keptDays?: number | undefined;
  now: number;
  region: string;
  slash: string;
}

const MOST_INCIDENTS = 5;

/** The incidents that are open, the newest first. */
function incidentBlocks(incidents: readonly OpenIncident[]): KnownBlock[] {
  if (incidents.length === 0) return [];
  const lastOf = ({ openedAt, shown }: OpenIncident): number => shown?.lastAt ?? openedAt;
  const rest = incidents.length - MOST_INCIDENTS;
  return [
    header(`${count(incidents.length, 'incident')} open`),
    ...[...incidents]
      .sort((a, b) => lastOf(b) - lastOf(a))
      .slice(0, MOST_INCIDENTS)
      .map((incident) =>
        section(
          dotted([
            openIncidentTitle(incident),
            ...((incident.shown?.members ?? 1) > 1 ? [count(incident.shown?.members ?? 1, 'job')] : []),
            `last ${moment(lastOf(incident))}`,
          ]),
          button({ label: 'Show', command: `alerts show ${incident.id}`, says: `Show incident ${incident.id}` }),
        ),
      ),
    ...(rest > 0 ? [context(`and ${count(rest, 'more incident')}`)] : []),
  ];
}

export function home({
  running,
  failedToday,
  isFailedAtLeast,
  mineRunning,
  stuckQueues,
  incidents,
  role,
  known,
  sweptAt,
  keptDays,
  now,
  region,
  slash,
}: HomeProps): HomeView {
  return {
    type: 'home',
    blocks: [
      header('AWS Batch'),
      section(
        `${count(running.length, 'job')} running${mineRunning === 0 ? '' : `, ${mineRunning} of them yours`}  ·  ${isFailedAtLeast ? 'at least ' : ''}${count(failedToday.length, 'job')} failed in the last 24 hours${stuckQueues.length === 0 ? '' : `  ·  blocked: ${stuckQueues.join(', ')}`}`,
      ),
      actions(
        button({ label: 'Search…', command: 'search', form: true, style: 'primary' }),
        button({ label: 'Failed today', command: 'search status:failed since:24h' }),
        button({ label: 'My jobs', command: 'search user:me' }),
        button({ label: 'Queues', command: 'queues' }),
        button({ label: 'Help', command: 'help' }),
      ),
      ...incidentBlocks(incidents),
      ...(failedToday.length === 0
        ? []
        : [header('Failed lately'), ...failedToday.slice(0, 5).map((job) => jobLine(job, now, region))]),
      ...(running.length === 0
        ? []
        : [header('Running now'), ...running.slice(0, 5).map((job) => jobLine(job, now, region))]),
      context(
        `Your role here: ${role}`,
        `${count(known, 'job')} known`,
        ...(keptDays === undefined ? [] : [goesBack(keptDays)]),
        sweptAt === undefined ? 'Batch has not been swept yet' : `last sweep ${ago(sweptAt, now)}`,
        `${slash} in any channel`,
      ),
    ],
  };
}
