/** Statistics over many segments and the rows beside them: each segment's matching rows are sorted by group and added up. */
import type { JobRow } from '../../jobs/job';
import { compareKeys, type GroupBy, type Grouping, groupKey, type Statistics } from '../../jobs/statistics';
import { GroupTotals } from './groupTotals';
import type { MetricsColumns } from './metricsColumns';
import { OpenSegment, type SegmentSummary } from './openSegment';
import { type RowKeys, rowKeys } from './rowKeys';
import type { Search } from './searchSegments';
import { storable } from './texts';

export interface SegmentStatistics
  extends Pick<Search, 'question' | 'segments' | 'source' | 'isIdKnown' | 'vocabulary' | 'isSpent'> {
  groupBy: GroupBy;
  /** Matching jobs that no segment holds, or hides. */
  others: Iterable<JobRow>;
}

/** Read at once from the table; a Lambda's memory and DynamoDB bear more, and it would hardly be faster. */
const SEGMENTS_AT_ONCE = 8;

/** Numbers the texts of one grouping over all segments. */
class KeyNumbers {
  readonly #numbers = new Map<string, number>();
  readonly texts: string[] = [];

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** No grouping: one key for all rows, numbered 0. */
const WHOLE = '';
const ALL_FIRST = new Uint16Array(0x10000);

class Groups {
  readonly #groupBy: readonly [Grouping?, Grouping?];
  readonly #keys = [new KeyNumbers(), new KeyNumbers()] as const;
  readonly #totals: (GroupTotals | undefined)[][] = [];
  jobs = 0;

  constructor(groupBy: GroupBy) {
    this.#groupBy = groupBy;
  }

  #group(one: number, two: number): GroupTotals {
    let ofOne = this.#totals[one];
    if (ofOne === undefined) {
      ofOne = [];
      this.#totals[one] = ofOne;
    }
    let group = ofOne[two];
    if (group === undefined) {
      group = new GroupTotals();
      ofOne[two] = group;
    }
    return group;
  }

  addJob(job: JobRow): void {
    const [one, two] = this.#keys.map((numbers, n) => {
      const grouping = this.#groupBy[n];
      return numbers.number(grouping === undefined ? WHOLE : storable(groupKey(job, grouping)));
    });
    this.#group(one ?? 0, two ?? 0).addJob(job);
    this.jobs++;
  }

  addSegment({ text }: OpenSegment, metrics: MetricsColumns, matching: Uint16Array): void {
    if (matching.length === 0) return;
    const [byOne, byTwo] = this.#groupBy.map((grouping) => grouping && rowKeys(grouping, text, metrics));
    const isFailed = rowKeys('status', text, metrics).ofRow;
    const numbers = [byOne, byTwo].map((keys, n) =>
      (keys?.texts ?? [WHOLE]).map((key) => this.#keys[n === 0 ? 0 : 1].number(key)),
    );
    const rows = sorted(sorted(matching, byTwo), byOne);
    const [ofOne, ofTwo] = [byOne?.ofRow ?? ALL_FIRST, byTwo?.ofRow ?? ALL_FIRST];
    let first = 0;
    while (first < rows.length) {
      const one = ofOne[rows[first] as number] as number;
      const two = ofTwo[rows[first] as number] as number;
      let end = first + 1;
      while (end < rows.length && ofOne[rows[end] as number] === one && ofTwo[rows[end] as number] === two) end++;
      this.#group(numbers[0]?.[one] ?? 0, numbers[1]?.[two] ?? 0).addRows(metrics, isFailed, rows, first, end);
      first = end;
    }
    this.jobs += matching.length;
  }

  result(): Statistics {
    const [ones, twos] = this.#keys;
    const groups = this.#totals.flatMap((ofOne, one) =>
      ofOne.flatMap((group, two) => {
        const key = [ones.texts[one] ?? '', twos.texts[two] ?? ''].slice(0, this.#groupBy.length);
        return group === undefined ? [] : [{ key, ...group.figures() }];
      }),
    );
    return { groups: groups.sort((a, b) => compareKeys(a.key, b.key)), jobs: this.jobs };
  }
}

/** Rows of the same key together, in the order in which they were (a counting sort). */
function sorted(rows: Uint16Array, keys: RowKeys | undefined): Uint16Array {
  if (keys === undefined || keys.texts.length < 2) return rows;
  const { ofRow, texts } = keys;
  const next = new Uint32Array(texts.length + 1);
  for (let at = 0; at < rows.length; at++) {
    const place = (ofRow[rows[at] as number] as number) + 1;
    next[place] = (next[place] as number) + 1;
  }
  for (let key = 1; key < next.length; key++) next[key] = (next[key] as number) + (next[key - 1] as number);
  const found = new Uint16Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const key = ofRow[row] as number;
    const place = next[key] as number;
    found[place] = row;
    next[key] = place + 1;
  }
  return found;
}

/** The segments that were created last are looked at first, so that a spent budget leaves the oldest jobs out. */
export async function segmentStatistics(search: SegmentStatistics): Promise<Statistics> {
  const { question, source, vocabulary, isIdKnown = false, isSpent = () => false } = search;
  const groups = new Groups(search.groupBy);
  for (const job of search.others) groups.addJob(job);
  const left = [...search.segments].sort((a, b) => b.newestAt - a.newestAt);
  const asksVocabulary = question.conditions.some(({ kind }) => kind === 'texts');

  async function read(segment: SegmentSummary) {
    if (asksVocabulary && (await vocabulary?.(segment, question, isIdKnown)) === false) return undefined;
    const [open, metrics] = [OpenSegment.open(segment, source, question, isIdKnown), source.metrics(segment)];
    return { open: await open, metrics: await metrics };
  }

  for (let at = 0; at < left.length; at += SEGMENTS_AT_ONCE) {
    if (isSpent()) return { ...groups.result(), isAtLeast: true };
    for (const found of await Promise.all(left.slice(at, at + SEGMENTS_AT_ONCE).map(read))) {
      if (found !== undefined) groups.addSegment(found.open, found.metrics, found.open.matching());
    }
  }
  return groups.result();
}
