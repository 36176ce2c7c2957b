/** Statistics over many segments and the rows beside them: each segment's matching rows by group, and these added up. */
import type { JobRow } from '../../jobs/job';
import { compareKeys, type GroupBy, type Grouping, groupKey, type Statistics } from '../../jobs/statistics';
import { GroupTotals } from './groupTotals';
import type { MetricsColumns } from './metricsColumns';
import { OpenSegment, type SegmentSummary } from './openSegment';
import type { Search } from './searchSegments';
import { segmentTotals } from './segmentTotals';
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

  /** The place of each text among all, sorted. */
  places(): Uint32Array {
    const places = new Uint32Array(this.texts.length);
    const order = [...this.texts.keys()].sort((a, b) => compareKeys([this.texts[a] ?? ''], [this.texts[b] ?? '']));
    for (const [place, number] of order.entries()) places[number] = place;
    return places;
  }
}

/** No grouping: one key for all rows. */
const WHOLE = '';

class Groups {
  readonly #groupBy: readonly [Grouping?, Grouping?];
  readonly #keys = [new KeyNumbers(), new KeyNumbers()] as const;
  /** By the first key, then by the second. */
  readonly #totals = new Map<number, Map<number, GroupTotals>>();
  jobs = 0;

  constructor(groupBy: GroupBy) {
    this.#groupBy = groupBy;
  }

  #group(one: number, two: number): GroupTotals {
    let ofOne = this.#totals.get(one);
    if (ofOne === undefined) {
      ofOne = new Map();
      this.#totals.set(one, ofOne);
    }
    let group = ofOne.get(two);
    if (group === undefined) {
      group = new GroupTotals();
      ofOne.set(two, group);
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

  /** @param matching rows of the segment, in order */
  addSegment({ text }: OpenSegment, metrics: MetricsColumns, matching: Uint16Array): void {
    if (matching.length === 0) return;
    const totals = segmentTotals(this.#groupBy as GroupBy, text, metrics, matching);
    const [ones = [], twos = []] = totals.texts.map((texts, n) =>
      (texts.length === 0 ? [WHOLE] : texts).map((key) => this.#keys[n === 0 ? 0 : 1].number(key)),
    );
    const [keysOne, keysTwo] = totals.keys;
    for (let group = 0; group < keysOne.length; group++) {
      const [one, two] = [ones[keysOne[group] as number] as number, twos[keysTwo[group] as number] as number];
      this.#group(one, two).addGroup(totals, group);
    }
    this.jobs += matching.length;
  }

  result(): Statistics {
    const [ones, twos] = this.#keys;
    const placeOfTwo = twos.places();
    const groups: Statistics['groups'] = [];
    for (const [one, ofOne] of inOrder(this.#totals, ones.places())) {
      for (const [two, group] of inOrder(ofOne, placeOfTwo)) {
        const key = [ones.texts[one] ?? '', twos.texts[two] ?? ''].slice(0, this.#groupBy.length);
        groups.push({ key, ...group.figures() });
      }
    }
    return { groups, jobs: this.jobs };
  }
}

const inOrder = <T>(byNumber: ReadonlyMap<number, T>, places: Uint32Array): [number, T][] =>
  [...byNumber].sort(([a], [b]) => (places[a] as number) - (places[b] as number));

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
