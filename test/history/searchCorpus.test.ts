/** The jobs and searches of the benchmark, held to the plain rules: its figures are those of right answers. */
import type { JobRow } from '../../src/jobs/job';
import { searchRows } from '../../src/jobs/match';
import { parseQuery, type Sort } from '../../src/jobs/query';
import { placedJob } from '../bench/corpus';
import { MADE_QUERIES, makeCorpus } from '../bench/madeCorpus';
import { PackedHistory } from '../bench/packedHistory';

const JOBS = 2_000;
const ROWS_A_SEGMENT = 128;
const NOW = Date.UTC(2026, 5, 1);

const history = new PackedHistory(ROWS_A_SEGMENT);
const rows: JobRow[] = [];
beforeAll(() => {
  for (const corpusJob of makeCorpus(JOBS, 7)) {
    history.add(corpusJob);
    rows.push({ ...placedJob(corpusJob).job, attemptCount: 1 });
  }
  history.finish();
});

/** Words that stand in few jobs, and parts of an id. */
const some = (row: JobRow | undefined): string[] => [
  row?.id ?? '',
  row?.id.slice(0, 8) ?? '',
  row?.id.slice(9, 23) ?? '',
  `"${row?.name?.slice(2, -1)}"`,
  `name:"${row?.name}"`,
];

test.each<Sort>(['newest', 'oldest', 'duration', 'name'])(
  'by %s, every search of the benchmark finds what the plain rules find',
  async (sort) => {
    expect(history.segments.size).toBeGreaterThan(15);
    const worker = history.worker();
    for (const words of [
      ...MADE_QUERIES,
      ...some(rows[123]),
      ...some(rows.at(-500)),
      'exit:!0',
      '2026-0',
      'array:children s0',
    ]) {
      const query = { ...parseQuery(words, { now: NOW }), sort };
      const told = searchRows(rows, query, { limit: 10 });
      const found = await worker.search(query, { limit: 10 });
      const shown = ({ rows: page, total, from, next, previous }: typeof told) => ({
        words,
        total,
        from,
        ids: page.map(({ id }) => id),
        next,
        previous,
      });
      expect(shown(found)).toEqual(shown(told));
      if (told.next === undefined) continue;
      const page = { limit: 10, after: told.next };
      expect(shown(await worker.search(query, page))).toEqual(shown(searchRows(rows, query, page)));
    }
  },
);
