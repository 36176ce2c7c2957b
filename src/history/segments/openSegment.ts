/** A segment while one search looks at it: its answer, cut to the search's window of time and without rows that are hidden. */
import type { Cursor } from '../../jobs/match';
import { needsIds, SegmentAnswer } from './answer';
import type { IdColumn } from './idColumn';
import type { MetricsColumns } from './metricsColumns';
import type { Question } from './question';
import type { TextPart } from './segment';

/** Read at once when a warm worker holds it, awaited otherwise. */
export type Soon<T> = T | Promise<T>;

/** What a search needs to know of a segment before it reads any of it. */
export interface SegmentSummary {
  id: string;
  rowCount: number;
  /** The first and the last `createdAt`. */
  oldestAt: number;
  newestAt: number;
  /** How many jobs of each queue ended how, if that is known; of all rows, hidden ones too. */
  counts?: readonly { queue: string; succeeded: number; failed: number }[];
}

/** Gives the parts of a segment. */
export interface SegmentSource {
  text(segment: SegmentSummary): Soon<TextPart>;
  ids(segment: SegmentSummary): Soon<IdColumn>;
  metrics(segment: SegmentSummary): Soon<MetricsColumns>;
  /** Rows that newer news, or another segment, has taken the place of. */
  hidden?(segment: SegmentSummary): ReadonlySet<number> | undefined;
}

/** A place in time: `key` is `createdAt` in ms. */
export type TimePlace = Cursor & { key: number };

export class OpenSegment {
  readonly summary: SegmentSummary;
  readonly text: TextPart;
  readonly answer: SegmentAnswer;
  readonly #source: SegmentSource;
  readonly #hidden: ReadonlySet<number>;
  /** Rows of the window of time, the end excluded. */
  readonly #first: number;
  readonly #end: number;
  #ids: IdColumn | undefined;

  private constructor(
    summary: SegmentSummary,
    source: SegmentSource,
    question: Question,
    text: TextPart,
    ids: IdColumn | undefined,
  ) {
    this.summary = summary;
    this.#source = source;
    this.text = text;
    this.answer = new SegmentAnswer(question, text, ids);
    this.#hidden = source.hidden?.(summary) ?? new Set();
    const isInside = question.since <= summary.oldestAt && question.until > summary.newestAt;
    this.#first = isInside ? 0 : this.#rowsBefore(question.since);
    this.#end = isInside ? text.rowCount : this.#rowsBefore(question.until);
  }

  /** @param isIdKnown whether the ids that a word may be a part of were looked up elsewhere */
  static open(
    summary: SegmentSummary,
    source: SegmentSource,
    question: Question,
    isIdKnown = false,
  ): Soon<OpenSegment> {
    const text = source.text(summary);
    const ids = needsIds(question) && !isIdKnown ? source.ids(summary) : undefined;
    const build = (read: TextPart, readIds: IdColumn | undefined) =>
      new OpenSegment(summary, source, question, read, readIds);
    if (text instanceof Promise || ids instanceof Promise) {
      return Promise.all([text, ids]).then(([read, readIds]) => build(read, readIds));
    }
    return build(text, ids);
  }

  /** How many rows were created before a moment. */
  #rowsBefore(at: number): number {
    if (at <= this.summary.oldestAt) return 0;
    if (at > this.summary.newestAt) return this.text.rowCount;
    const { createdAt } = this.text.columns;
    let [low, high] = [0, createdAt.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((createdAt[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async ids(): Promise<IdColumn> {
    this.#ids ??= await this.#source.ids(this.summary);
    return this.#ids;
  }

  createdAt(row: number): number {
    return this.text.columns.createdAt[row] ?? 0;
  }

  /** How many rows come before a place in time, and how many before or at it. */
  async #around({ key, id }: TimePlace): Promise<{ before: number; upTo: number }> {
    const first = this.#rowsBefore(key);
    const end = this.#rowsBefore(key + 1);
    if (first === end) return { before: first, upTo: first };
    const ids = await this.ids();
    let before = first;
    while (before < end && ids.id(before) < id) before++;
    return { before, upTo: before < end && ids.id(before) === id ? before + 1 : before };
  }

  /** Matching rows, from a place on (excluded), or from the end of all. */
  async rows(up: boolean, from: TimePlace | undefined, atMost: number): Promise<number[]> {
    const { first, end } = await this.#range(up, from);
    const found = this.answer.rows(first, end, up, atMost + this.#hidden.size);
    return found.filter((row) => !this.#hidden.has(row)).slice(0, atMost);
  }

  /** Every matching row, in the order of time; not to be changed. */
  matching(): Uint16Array {
    const found = this.answer.matching(this.#first, this.#end);
    return this.#hidden.size === 0 ? found : found.filter((row) => !this.#hidden.has(row));
  }

  /** How many rows match; with a place, how many of them lie behind it in that direction. */
  count(): number;
  count(up: boolean, from: TimePlace): Promise<number>;
  count(up?: boolean, from?: TimePlace): Soon<number> {
    if (up === undefined || from === undefined) return this.#count(this.#first, this.#end);
    if (up ? from.key < this.summary.oldestAt : from.key > this.summary.newestAt)
      return this.#count(this.#first, this.#end);
    if (up ? from.key > this.summary.newestAt : from.key < this.summary.oldestAt) return 0;
    return this.#range(up, from).then(({ first, end }) => this.#count(first, end));
  }

  #count(first: number, end: number): number {
    let found = this.answer.count(first, end);
    for (const row of this.#hidden) if (row >= first && row < end && this.answer.matches(row)) found--;
    return found;
  }

  async #range(up: boolean, from: TimePlace | undefined): Promise<{ first: number; end: number }> {
    if (from === undefined || !this.answer.mayMatch) return { first: this.#first, end: this.#end };
    const { before, upTo } = await this.#around(from);
    return up
      ? { first: Math.max(this.#first, upTo), end: this.#end }
      : { first: this.#first, end: Math.min(this.#end, before) };
  }
}
