/** Packed jobs come back as they were, and searches over segments find exactly what the plain rules find. */
import * as fc from 'fast-check';
import { rowOf } from '../../../src/history/jobs';
import {
  compareRows,
  DamagedPartError,
  manifestEntry,
  memorySource,
  type PackedSegment,
  packManifest,
  packSegments,
  packVocabulary,
  questionOf,
  readIds,
  readManifest,
  readMetrics,
  type Search,
  searchSegments,
  segmentRow,
  sortedSearch,
  TextPart,
  type TimePlace,
  tokensOf,
  unpackRow,
  Vocabulary,
} from '../../../src/history/segments';
import type { Job } from '../../../src/jobs/job';
import { compareNewest, type Page, placeOf, searchRows } from '../../../src/jobs/match';
import type { Query } from '../../../src/jobs/query';
import { anyFinishedJobs, anyQuery } from './anyJobs';

const pack = (jobs: readonly Job[]): PackedSegment[] =>
  packSegments(jobs.map((job) => ({ row: segmentRow(job), version: 1 })));

/** One vocabulary over all the segments. */
function vocabularyOf(segments: readonly PackedSegment[]): NonNullable<Search['vocabulary']> {
  const tokens = segments.map(({ parts }) => tokensOf(new TextPart(parts.text, 'text')));
  const vocabulary = new Vocabulary(packVocabulary(tokens), 'vocabulary');
  return ({ id }, question, isIdKnown) =>
    (vocabulary.mask(question, isIdKnown) & (1 << segments.findIndex((segment) => segment.id === id))) !== 0;
}

const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 500) };

test('what was packed is unpacked as it was', async () => {
  await fc.assert(
    fc.property(anyFinishedJobs(20), (jobs) => {
      const unpacked = pack(jobs).flatMap(({ parts, rows }) => {
        const text = new TextPart(parts.text, 'text');
        const ids = readIds(parts.ids, 'ids', rows.length);
        const metrics = readMetrics(parts.metrics, 'metrics', text);
        return rows.map((_, row) => unpackRow(row, text, ids, metrics));
      });
      const known = ({ metrics, ...row }: ReturnType<typeof segmentRow>) => ({
        ...row,
        metrics: Object.fromEntries(Object.entries(metrics).filter(([, value]) => value !== undefined)),
      });
      expect(unpacked).toEqual(jobs.map((job) => known(segmentRow(job))).sort(compareRows));
    }),
    { numRuns: 300 },
  );
});

test('searches over segments and rows beside them find what the plain rules find, in pages', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyFinishedJobs(8), { maxLength: 4 }),
      fc.array(anyQuery, { minLength: 1, maxLength: 2 }),
      fc.integer({ min: 1, max: 4 }),
      async (groups, queries, limit) => {
        const jobs = [...new Map(groups.flat().map((job) => [job.id, job])).values()];
        // Every third job is in no segment.
        const beside = jobs.filter((_, index) => index % 3 === 2).map(rowOf);
        const packedJobs = jobs.filter((_, index) => index % 3 !== 2);
        const half = Math.ceil(packedJobs.length / 2);
        const segments = [...pack(packedJobs.slice(0, half)), ...pack(packedJobs.slice(half))];
        const rows = jobs.map(rowOf);
        const source = memorySource(segments);
        const look = async (query: Query, page: Pick<Page, 'after' | 'before'>) => {
          const sort = query.sort ?? 'newest';
          const others = searchRows(beside, query, { limit: Number.POSITIVE_INFINITY }).rows.map((row) =>
            placeOf(row, sort),
          );
          const oracle = searchRows(rows, query, { limit, ...page });
          const search = {
            question: questionOf(query),
            segments: readManifest(packManifest(segments.map(manifestEntry)), 'manifest'),
            vocabulary: vocabularyOf(segments),
            source,
          };
          const answer =
            sort === 'duration' || sort === 'name'
              ? await sortedSearch({ ...search, sort, others, page: { limit, ...page } })
              : await searchSegments({
                  ...search,
                  others: others as TimePlace[],
                  order: sort,
                  page: { limit, ...page } as Search['page'],
                });
          expect({
            ids: answer.found.map(({ id }) => id),
            total: answer.total,
            from: answer.from,
            next: answer.hasNext,
            previous: answer.hasPrevious,
          }).toEqual({
            ids: oracle.rows.map(({ id }) => id),
            total: oracle.total,
            from: oracle.from,
            next: oracle.next !== undefined,
            previous: oracle.previous !== undefined,
          });
          return oracle;
        };
        // A segment keeps what it answered: the first search is asked once more after the second.
        for (const query of [...queries, ...queries.slice(0, 1)]) {
          const first = await look(query, {});
          if (first.next !== undefined) {
            const second = await look(query, { after: first.next });
            if (second.previous !== undefined) await look(query, { before: second.previous });
          }
          const key = query.sort === 'name' ? 'align' : 20;
          await look(query, { after: { key, id: '6640a5c1' } });
          await look(query, { before: { key, id: '6640a5c1' } });
        }
      },
    ),
    runs,
  );
});

test('rows come newest first, and equal ones by the greater id', () => {
  const [segment] = pack([
    job('00000000-0000-4000-8000-000000000001', 5),
    job('20a9ceeb-d29b-4088-96c3-ecbb8eee3bc1', 5),
  ]);
  expect(segment?.rows.map(({ id }) => id)).toEqual(
    [rowOf(job('20a9ceeb-d29b-4088-96c3-ecbb8eee3bc1', 5)), rowOf(job('00000000-0000-4000-8000-000000000001', 5))]
      .sort(compareNewest)
      .map(({ id }) => id)
      .reverse(),
  );
});

const job = (id: string, createdAt: number): Job => ({
  id,
  createdAt,
  status: 'SUCCEEDED',
  seenAt: createdAt,
  whole: true,
  attempts: [],
  entered: {},
});

test('a damaged item, or one of a later version, is named and answers nothing', () => {
  const [segment] = pack([job('00000000-0000-4000-8000-000000000001', 5)]);
  const bytes = segment?.parts.text ?? Buffer.alloc(0);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    expect(() => new TextPart(damaged, 'SEG#a / text')).toThrow(DamagedPartError);
    expect(() => new TextPart(bytes.subarray(0, at), 'SEG#a / text')).toThrow('SEG#a / text');
  }
  const later = Buffer.from(bytes);
  later[2] = 9;
  expect(() => new TextPart(later, 'SEG#a / text')).toThrow('version 9');
  expect(() => readIds(bytes, 'SEG#a / ids', 1)).toThrow('it holds no ids');
});
