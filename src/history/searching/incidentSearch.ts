/** The search with `incident:`: the incident tells which jobs are its own, and the plain rules do the rest over these. */
import { isDone, type JobRow } from '../../jobs/job';
import { searchRows } from '../../jobs/match';
import type { Query } from '../../jobs/query';
import { checkGroupBy, statisticsOf } from '../../jobs/statistics';
import { type JobItems, rowOf } from '../jobs';
import type { IncidentItems } from '../records/incidents';
import type { JobSearch } from './search';

export function searchWithIncidents(
  search: JobSearch,
  jobs: Pick<JobItems, 'getMany'>,
  incidents: Pick<IncidentItems, 'jobIds'>,
): JobSearch {
  /** The incident's jobs, and what else is asked of them; undefined for a query without an incident. */
  async function ofIncident({ incident, ...rest }: Query): Promise<{ rows: JobRow[]; rest: Query } | undefined> {
    if (incident === undefined) return undefined;
    const stored = await jobs.getMany(await incidents.jobIds(incident));
    return { rows: stored.map(({ job }) => rowOf(job)), rest };
  }

  const rowsOf = ({ rows, rest }: { rows: JobRow[]; rest: Query }): JobRow[] => {
    const { sort: _, ...newest } = rest;
    return searchRows(rows, newest, { limit: Number.POSITIVE_INFINITY }).rows;
  };

  return {
    ...search,
    async search(query, page, options) {
      const own = await ofIncident(query);
      return own === undefined ? await search.search(query, page, options) : searchRows(own.rows, own.rest, page);
    },
    async statistics(request) {
      const own = await ofIncident(request.query);
      if (own === undefined) return await search.statistics(request);
      checkGroupBy(request.groupBy);
      return statisticsOf(own.rows, { ...request, query: own.rest });
    },
    async matches(query) {
      const own = await ofIncident(query);
      return own === undefined ? await search.matches(query) : { rows: rowsOf(own) };
    },
    async all(query) {
      const own = await ofIncident(query);
      return own === undefined ? await search.all(query) : rowsOf(own);
    },
    async unfinished(query) {
      const own = await ofIncident(query);
      return own === undefined ? await search.unfinished(query) : rowsOf(own).filter((row) => !isDone(row));
    },
  };
}
