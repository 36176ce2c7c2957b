/** Which key each row of a segment has, grouping by grouping. */
import { dayOf, type Grouping, hourOf } from '../../jobs/statistics';
import type { MetricsColumns } from './metricsColumns';
import type { TextPart } from './segment';
import { joinSkeleton, RUN, TAG_END, TAG_OWNER } from './texts';

/** What the rows are grouped by. */
export interface RowKeys {
  /** The distinct keys. */
  texts: readonly string[];
  /** Which of them each row has; with `entries`, which of these, and they have the keys. */
  ofRow: Uint16Array;
  entries?: Uint16Array;
}

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 24 * MS_PER_HOUR;

/** Those whose names hold digits are put together row by row: once. */
const usersOf = new WeakMap<TextPart, RowKeys>();

export function rowKeys(grouping: Grouping, text: TextPart, metrics: MetricsColumns): RowKeys {
  const { combinations, columns } = text;
  switch (grouping) {
    case 'queue':
    case 'definition': {
      const texts = [...combinations.dictionaries[grouping].texts()];
      return { texts, ofRow: columns.combinationOf, entries: combinations.entries[grouping] };
    }
    case 'status':
      return { texts: ['SUCCEEDED', 'FAILED'], ofRow: columns.combinationOf, entries: combinations.failures };
    case 'instanceType':
    case 'availabilityZone':
    case 'architecture': {
      const { texts, entries } = metrics.hosts.column(grouping);
      return { texts, ofRow: metrics.hostOf, entries };
    }
    case 'user': {
      const keys = usersOf.get(text) ?? users(text);
      usersOf.set(text, keys);
      return keys;
    }
    case 'day':
      return spans(columns.createdAt, MS_PER_DAY, dayOf);
    case 'hour':
      return spans(columns.createdAt, MS_PER_HOUR, hourOf);
    case 'endHour':
      return endHours(metrics.stages.stoppedAt);
  }
}

/** Rows come in the order of time. */
function spans(createdAt: Float64Array, spanMs: number, name: (at: number) => string): RowKeys {
  const texts: string[] = [];
  const ofRow = new Uint16Array(createdAt.length);
  let row = 0;
  while (row < createdAt.length) {
    const at = createdAt[row] as number;
    // 0 is the time of a job that does not tell when it was created.
    const end = at === 0 ? 1 : (Math.floor(at / spanMs) + 1) * spanMs;
    const first = row;
    let above = createdAt.length;
    while (row < above) {
      const middle = (row + above) >> 1;
      if ((createdAt[middle] as number) < end) row = middle + 1;
      else above = middle;
    }
    ofRow.fill(texts.length, first, row);
    texts.push(name(at));
  }
  return { texts, ofRow };
}

/** Rows end in any order; NaN is the end of one that does not tell. */
function endHours(stoppedAt: Float64Array): RowKeys {
  const texts: string[] = [];
  const numbers = new Map<number, number>();
  const ofRow = Uint16Array.from(stoppedAt, (at) => {
    const hour = at === 0 ? Number.NaN : Math.floor(at / MS_PER_HOUR);
    const known = numbers.get(hour);
    if (known !== undefined) return known;
    numbers.set(hour, texts.length);
    return texts.push(hourOf(Number.isNaN(at) ? undefined : at)) - 1;
  });
  return { texts, ofRow };
}

/** The owner is the first part of the tags' text; one with digits has these with the rows. */
function users(text: TextPart): RowKeys {
  const { combinations, columns } = text;
  const numbers = new Map<string, number>();
  const numberOf = (user: string): number => {
    const number = numbers.get(user) ?? numbers.size;
    numbers.set(user, number);
    return number;
  };
  const owners = [...combinations.dictionaries.tags.texts()].map((tags) =>
    tags.startsWith(TAG_OWNER) ? tags.slice(TAG_OWNER.length, tags.indexOf(TAG_END)) : '',
  );
  const isWhole = owners.map((owner) => !owner.includes(RUN));
  const numberOfOwner = owners.map((owner, entry) => (isWhole[entry] === true ? numberOf(owner) : 0));
  if (isWhole.every(Boolean)) {
    const entries = combinations.entries.tags.map((entry) => numberOfOwner[entry] ?? 0);
    return { texts: [...numbers.keys()], ofRow: columns.combinationOf, entries };
  }
  const runsBefore = combinations.runsBefore('tags');
  const ofRow = Uint16Array.from(columns.combinationOf, (combination, row) => {
    const entry = combinations.entries.tags[combination] ?? 0;
    if (isWhole[entry] === true) return numberOfOwner[entry] ?? 0;
    const runs = text.runs(row).slice(runsBefore[combination] ?? 0);
    return numberOf(joinSkeleton(owners[entry] ?? '', runs));
  });
  return { texts: [...numbers.keys()], ofRow };
}
