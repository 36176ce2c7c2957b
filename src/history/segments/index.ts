/**
 * Search segments: how finished jobs are packed so that a search among millions reads little and compares less.
 *
 * DynamoDB has no search in texts, and an index by word or trigram costs dozens of writes a job. So finished jobs, up to
 * 16,384 of neighbouring creation times, are packed into one immutable *segment*. Nothing in this folder knows of
 * DynamoDB: packed bytes go in, answers come out, and `jobs/match.ts` is the judge of every answer.
 *
 * A segment has three parts, each an item of its own under 350 KB:
 *
 * - **text** (`combinations.ts`, `rowColumns.ts`). Jobs repeat each other: the same queue, definition and reason, and names
 *   that differ in their digits only. A name is kept as a *skeleton* with one byte for each run of digits (`texts.ts`), the
 *   distinct skeletons, queues, definitions… in dictionaries (`dictionary.ts`), and each distinct combination of them once,
 *   with the number of rows that have it. A row is then the number of its combination, when it was created, and its digits.
 * - **ids** (`idColumn.ts`). Raw uuids; an array's children by their parent and index. Read for the rows that are shown, and
 *   searched for words of 12 characters or more that may stand inside an id.
 * - **metrics** (`metricsColumns.ts`). Where the jobs ran and what they asked for (`hosts.ts`), and how long they were in each
 *   stage (`durations.ts`): what statistics need.
 *
 * A search is made ready once (`question.ts`) and asked of one segment after the other (`answer.ts`). A word without digits
 * is compared with dictionaries only, and the exact total is a sum over combinations: no row is touched. A word with digits
 * first finds the skeletons where it may stand, and then only the rows of these are verified, by their digits.
 * `searchSegments.ts` walks from the newest segment until the page is full and no unread segment can hold a newer job.
 *
 * Statistics (`segmentStatistics.ts`) sort a segment's matching rows by group, as numbers of dictionary entries
 * (`rowKeys.ts`), total each group (`segmentTotals.ts`), and add the totals of all segments up (`groupTotals.ts`).
 *
 * Two items tell which segments to read at all: the *manifest* (`manifest.ts`) has each segment's span of time and its counts
 * by queue and status, and the *vocabulary* (`vocabulary.ts`) of sixteen segments has the tokens of all their texts.
 *
 * A third tells whether a word that looks like an id stands in any text at all (`digitFilter.ts`): where it does not, the
 * table's own keys have the answer, and neither list is read.
 *
 * Every part begins with its format's version and a checksum (`part.ts`): a damaged item, or one of a version that this
 * program does not know, is an error that names it, and never an answer. `row.ts` says what a packed job is.
 */
export { SegmentAnswer } from './answer';
export { bucketOfHash, DigitFilter, digitHash, digitHashes, fittingBucket, growBuckets } from './digitFilter';
export {
  type ManifestEntry,
  manifestEntry,
  packManifest,
  packManifests,
  readManifest,
  rowEndedAt,
} from './manifest';
export { memorySource, summaryOf } from './memorySource';
export type { SegmentSource, SegmentSummary, Soon, TimePlace } from './openSegment';
export { DamagedPartError } from './part';
export { idPrefixes, idWords, type Question, questionOf } from './question';
export { compareRows, type JobMetrics, type PackableJob, type SegmentRow, segmentRow } from './row';
export { type Found, type FoundPage, type Search, searchSegments, segmentsToAsk } from './searchSegments';
export {
  PARTS,
  type PackedSegment,
  type PartName,
  packSegments,
  ROWS_PER_SEGMENT,
  readIds,
  readMetrics,
  TextPart,
  unpackRow,
  type VersionedRow,
} from './segment';
export { segmentStatistics } from './segmentStatistics';
export { sortedSearch } from './sortedSearch';
export { extendVocabulary, packVocabulary, SEGMENTS_PER_VOCABULARY, tokensOf, Vocabulary } from './vocabulary';
