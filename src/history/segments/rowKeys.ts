/** Which group each row of a segment belongs to, grouping by grouping: worked out once, since segments never change. */
import { dayOf, type Grouping, hourOf } from '../../jobs/statistics';
import type { MetricsColumns } from './metricsColumns';
import type { TextPart } from './segment';
import { joinSkeleton, RUN, TAG_END, TAG_OWNER } from './texts';

/** What the rows are grouped by. */
export interface RowKeys {
  /** The distinct keys. */
  texts: readonly string[];
  /** Which of them each row has. */
  ofRow: Uint16Array;
}

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 24 * MS_PER_HOUR;

const known = new WeakMap<TextPart, Map<Grouping, RowKeys>>();

export function rowKeys(grouping: Grouping, text: TextPart, metrics: MetricsColumns): RowKeys {
  const ofSegment = known.get(text) ?? new Map<Grouping, RowKeys>();
  known.set(text, ofSegment);
  const keys = ofSegment.get(grouping) ?? readKeys(grouping, text, metrics);
  ofSegment.set(grouping, keys);
  return keys;
}

function readKeys(grouping: Grouping, text: TextPart, metrics: MetricsColumns): RowKeys {
  const { combinations } = text;
  switch (grouping) {
    case 'queue':
    case 'definition': {
      const texts = [...combinations.dictionaries[grouping].texts()];
      return { texts, ofRow: through(text.columns.combinationOf, combinations.entries[grouping]) };
    }
    case 'status': {
      const isFailed = combinations.outcomes.map((outcome) => Number(outcome.isFailed));
      const ofCombination = Uint16Array.from(combinations.entries.outcome, (outcome) => isFailed[outcome] ?? 0);
      return { texts: ['SUCCEEDED', 'FAILED'], ofRow: through(text.columns.combinationOf, ofCombination) };
    }
    case 'instanceType':
    case 'availabilityZone':
    case 'architecture': {
      const { texts, entries } = metrics.hosts.column(grouping);
      return { texts, ofRow: through(metrics.hostOf, entries) };
    }
    case 'user':
      return users(text);
    case 'day':
      return spans(text.columns.createdAt, MS_PER_DAY, dayOf);
    case 'hour':
      return spans(text.columns.createdAt, MS_PER_HOUR, hourOf);
  }
}

function through(ofRow: Uint16Array, entries: Uint16Array): Uint16Array {
  const found = new Uint16Array(ofRow.length);
  for (let row = 0; row < found.length; row++) found[row] = entries[ofRow[row] as number] as number;
  return found;
}

/** Rows come in the order of time. */
function spans(createdAt: Float64Array, spanMs: number, name: (at: number) => string): RowKeys {
  const texts: string[] = [];
  const ofRow = new Uint16Array(createdAt.length);
  let end = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < createdAt.length; row++) {
    const at = createdAt[row] as number;
    if (at >= end) {
      texts.push(name(at));
      // 0 is the time of a job that does not tell when it was created.
      end = at === 0 ? 1 : (Math.floor(at / spanMs) + 1) * spanMs;
    }
    ofRow[row] = texts.length - 1;
  }
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
  const runsBefore = combinations.runsBefore('tags');
  const ofRow = Uint16Array.from(columns.combinationOf, (combination, row) => {
    const entry = combinations.entries.tags[combination] ?? 0;
    if (isWhole[entry] === true) return numberOfOwner[entry] ?? 0;
    const runs = text.runs(row).slice(runsBefore[combination] ?? 0);
    return numberOf(joinSkeleton(owners[entry] ?? '', runs));
  });
  return { texts: [...numbers.keys()], ofRow };
}
