/** The distinct texts of a column in one string, so that one pass of the engine's own search finds a word in all of them. */
import type { ByteReader, ByteWriter } from './bytes';
import { countRuns, ENTRY, RUN, type TextPattern } from './texts';

/** Numbers texts in the order in which they first come. */
export class DictionaryBuilder {
  readonly #numbers = new Map<string, number>();

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  get size(): number {
    return this.#numbers.size;
  }

  texts(): string[] {
    return [...this.#numbers.keys()];
  }

  write(into: ByteWriter): void {
    into.count(this.#numbers.size);
    into.text(this.texts().join(ENTRY));
  }
}

export class Dictionary {
  readonly size: number;
  /** Each entry between two separators. */
  readonly #joined: string;
  /** Where each entry begins in it, and the end. */
  readonly #starts: Uint32Array;
  #folded: Dictionary | undefined;

  constructor(joined: string, size: number) {
    this.size = size;
    this.#joined = size === 0 ? ENTRY : `${ENTRY}${joined}${ENTRY}`;
    this.#starts = new Uint32Array(size + 1);
    let at = 1;
    for (let entry = 0; entry < size; entry++) {
      this.#starts[entry] = at;
      at = this.#joined.indexOf(ENTRY, at) + 1;
      if (at === 0) throw new RangeError(`a dictionary of ${size} texts ends after ${entry}`);
    }
    this.#starts[size] = at;
    if (at !== this.#joined.length) throw new RangeError(`a dictionary has more than its ${size} texts`);
  }

  static read(from: ByteReader): Dictionary {
    const size = from.count();
    return new Dictionary(from.text(), size);
  }

  /** A character takes one byte, or two if any of them is beyond Latin-1; a folded copy comes on top. */
  get memoryBytes(): number {
    return 2 * this.#joined.length + this.#starts.byteLength;
  }

  text(entry: number): string {
    return this.#joined.slice(this.#starts[entry], (this.#starts[entry + 1] ?? 0) - 1);
  }

  *texts(): Generator<string> {
    for (let entry = 0; entry < this.size; entry++) yield this.text(entry);
  }

  /** The same texts, ready to be compared. */
  folded(fold: (text: string) => string): Dictionary {
    this.#folded ??= new Dictionary([...this.texts()].map(fold).join(ENTRY), this.size);
    return this.#folded;
  }

  /** Calls back with every entry that holds the part, once each, in order. */
  eachHit(part: string, hit: (entry: number) => void): void {
    const [joined, starts] = [this.#joined, this.#starts];
    if (part === '') {
      for (let every = 0; every < this.size; every++) hit(every);
      return;
    }
    // A separator in front belongs to the entry behind it.
    const lead = part.startsWith(ENTRY) ? 1 : 0;
    let entry = 0;
    let at = joined.indexOf(part);
    while (at >= 0) {
      while ((starts[entry + 1] ?? joined.length) <= at + lead) entry++;
      if (entry >= this.size) return;
      hit(entry);
      at = joined.indexOf(part, (starts[entry + 1] ?? joined.length) - 1);
    }
  }

  /** Entries that hold the text (or are it), of a dictionary that keeps texts whole. */
  findText({ text, whole }: TextPattern, hit: (entry: number) => void): void {
    this.eachHit(whole ? `${ENTRY}${text}${ENTRY}` : text, hit);
  }

  /**
   * Entries of a dictionary of skeletons that may hold the pattern, each with the places where it may begin, told as the
   * number of runs before them.
   */
  findSkeleton({ skeleton, whole }: TextPattern, hit: (entry: number, places: readonly number[]) => void): void {
    this.eachHit(whole ? `${ENTRY}${skeleton}${ENTRY}` : skeleton, (entry) => {
      if (whole) return hit(entry, [0]);
      const text = this.text(entry);
      const places: number[] = [];
      for (let at = text.indexOf(skeleton); at >= 0; at = text.indexOf(skeleton, at + 1)) {
        places.push(countRuns(text.slice(0, at)));
      }
      hit(entry, places);
    });
  }

  /** How many runs each entry has. */
  runCounts(): Uint16Array {
    const counts = new Uint16Array(this.size);
    let entry = 0;
    for (let at = this.#joined.indexOf(RUN); at >= 0; at = this.#joined.indexOf(RUN, at + 1)) {
      while ((this.#starts[entry + 1] ?? 0) <= at) entry++;
      counts[entry] = (counts[entry] ?? 0) + 1;
    }
    return counts;
  }
}
