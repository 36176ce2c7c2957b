/** Where a segment's jobs ran and what they asked for: the distinct combinations, each field in a dictionary of its own. */
import { areBelow, type ByteReader, type ByteWriter } from './bytes';
import { Dictionary, DictionaryBuilder } from './dictionary';
import type { JobMetrics } from './row';
import { storable } from './texts';

const NAMES = ['instanceType', 'availabilityZone', 'architecture'] as const;
const NUMBERS = ['vcpus', 'memoryMiB', 'attempts'] as const;
const FIELDS = [...NAMES, ...NUMBERS] as const;
export type HostName = (typeof NAMES)[number];
type HostField = (typeof FIELDS)[number];

interface HostColumn {
  /** The distinct texts, empty where one is not known. */
  texts: readonly string[];
  /** Which of them each host has. */
  entries: Uint16Array;
}

/** @returns the host of each row */
export function writeHosts(into: ByteWriter, metrics: readonly JobMetrics[]): number[] {
  const hosts = new DictionaryBuilder();
  const dictionaries = FIELDS.map(() => new DictionaryBuilder());
  const columns = FIELDS.map((): number[] => []);
  /** Each value's entry in its dictionary. */
  const entryOf = FIELDS.map(() => new Map<string | number | undefined, number>());
  const hostOf = metrics.map((job) => {
    let key = '';
    for (let n = 0; n < FIELDS.length; n++) {
      const value = job[FIELDS[n] as HostField];
      let entry = entryOf[n]?.get(value);
      if (entry === undefined) {
        entry = dictionaries[n]?.number(storable(String(value ?? ''))) ?? 0;
        entryOf[n]?.set(value, entry);
      }
      key += String.fromCharCode(entry);
    }
    const before = hosts.size;
    const host = hosts.number(key);
    if (host === before) for (const [n, column] of columns.entries()) column.push(key.charCodeAt(n));
    return host;
  });
  into.count(hosts.size);
  for (const [n, column] of columns.entries()) {
    dictionaries[n]?.write(into);
    into.pairs(column);
  }
  return hostOf;
}

export class Hosts {
  readonly size: number;
  /** What the jobs of each host asked for, 0 where it is not known. */
  readonly vcpus: Float64Array;
  readonly memoryMiB: Float64Array;
  readonly #columns: Readonly<Record<HostField, HostColumn>>;

  constructor(from: ByteReader) {
    this.size = from.count();
    const columns = FIELDS.map((field): [HostField, HostColumn] => {
      const texts = [...Dictionary.read(from).texts()];
      const entries = from.pairs(this.size);
      if (!areBelow(entries, texts.length)) throw new RangeError(`${field} has no such entry`);
      return [field, { texts, entries }];
    });
    this.#columns = Object.fromEntries(columns) as Record<HostField, HostColumn>;
    const numbers = ({ texts, entries }: HostColumn): Float64Array => {
      const values = texts.map(Number);
      const ofHost = new Float64Array(entries.length);
      for (let host = 0; host < ofHost.length; host++) ofHost[host] = values[entries[host] as number] as number;
      return ofHost;
    };
    this.vcpus = numbers(this.#columns.vcpus);
    this.memoryMiB = numbers(this.#columns.memoryMiB);
  }

  column(name: HostName): HostColumn {
    return this.#columns[name];
  }

  /** What is known of one. */
  host(number: number): JobMetrics {
    const text = (field: HostField) => this.#columns[field].texts[this.#columns[field].entries[number] ?? 0] ?? '';
    return {
      ...Object.fromEntries(NAMES.flatMap((field) => (text(field) === '' ? [] : [[field, text(field)]]))),
      ...Object.fromEntries(NUMBERS.flatMap((field) => (text(field) === '' ? [] : [[field, Number(text(field))]]))),
    };
  }
}
