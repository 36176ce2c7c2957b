/**
 * DynamoDB in memory at the place of the document client: the commands and expressions that `src/history` uses, and no more,
 * so that thousands of histories can be told in seconds. A property holds it against dynalite (`memoryTable.test.ts`).
 */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LIVE_INDEX_COLUMNS } from '../../src/history/table';

type Item = Record<string, unknown>;
type Values = Record<string, unknown>;
interface Input {
  Key?: Item;
  Item?: Item;
  ConditionExpression?: string;
  UpdateExpression?: string;
  KeyConditionExpression?: string;
  FilterExpression?: string;
  ExpressionAttributeValues?: Values;
  ExpressionAttributeNames?: Record<string, string>;
  ExclusiveStartKey?: Item;
  IndexName?: string;
  Limit?: number;
  RequestItems?: Record<string, { Keys: Item[] }>;
  ReturnValues?: string;
}

/** A deep copy, as the wire makes one. */
function copy(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null) return value;
  const made: Item = {};
  for (const [key, member] of Object.entries(value)) if (member !== undefined) made[key] = copy(member);
  return made;
}
const copied = (item: Item): Item => copy(item) as Item;
const compare = (a: unknown, b: unknown): number =>
  typeof a === 'number' && typeof b === 'number'
    ? a - b
    : Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));

const TESTS: [RegExp, (item: Item, name: string, a: unknown, b: unknown) => boolean][] = [
  [/^attribute_not_exists\(([\w#]+)\)$/, (item, name) => item[name] === undefined],
  [/^attribute_exists\(([\w#]+)\)$/, (item, name) => item[name] !== undefined],
  [/^begins_with\(([\w#]+), (:\w+)\)$/, (item, name, a) => String(item[name] ?? '').startsWith(String(a))],
  [
    /^([\w#]+) BETWEEN (:\w+) AND (:\w+)$/,
    (i, n, a, b) => i[n] !== undefined && compare(i[n], a) >= 0 && compare(i[n], b) <= 0,
  ],
  [/^([\w#]+) = (:\w+)$/, (item, name, a) => item[name] !== undefined && compare(item[name], a) === 0],
  [/^([\w#]+) <> (:\w+)$/, (item, name, a) => compare(item[name], a) !== 0],
  [/^([\w#]+) < (:\w+)$/, (item, name, a) => item[name] !== undefined && compare(item[name], a) < 0],
  [/^([\w#]+) > (:\w+)$/, (item, name, a) => item[name] !== undefined && compare(item[name], a) > 0],
  [/^([\w#]+) >= (:\w+)$/, (item, name, a) => item[name] !== undefined && compare(item[name], a) >= 0],
];

/** Parts that `by` joins, outside of brackets. */
function split(expression: string, by: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let at = 0; at < expression.length; at++) {
    if (expression[at] === '(') depth++;
    if (expression[at] === ')') depth--;
    const isBetween = by === ' AND ' && /BETWEEN :\w+$/.test(expression.slice(from, at));
    if (depth > 0 || isBetween || !expression.startsWith(by, at)) continue;
    parts.push(expression.slice(from, at));
    from = at + by.length;
  }
  return [...parts, expression.slice(from)];
}

function holds(expression: string | undefined, item: Item, input: Input): boolean {
  if (expression === undefined) return true;
  const either = split(expression, ' OR ');
  if (either.length > 1) return either.some((part) => holds(part, item, input));
  const all = split(expression, ' AND ');
  if (all.length > 1) return all.every((part) => holds(part, item, input));
  if (expression.startsWith('(')) return holds(expression.slice(1, -1), item, input);
  for (const [pattern, test] of TESTS) {
    const [, name = '', a = '', b = ''] = pattern.exec(expression) ?? [];
    if (name === '') continue;
    const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = input;
    return test(item, names?.[name] ?? name, values?.[a], values?.[b]);
  }
  throw new Error(`the table in memory knows no condition ${expression}`);
}

function update(item: Item, input: Input): Item {
  const { ExpressionAttributeValues: values = {}, ExpressionAttributeNames: names = {} } = input;
  const UpdateExpression = (input.UpdateExpression ?? '').replace(/#\w+/g, (name) => names[name] ?? name);
  const next = { ...item };
  const sum = (name: string, value: string) => Number(item[name] ?? 0) + Number(values[value]);
  const known = (name: string): string => {
    if (item[name] !== undefined) return name;
    throw Object.assign(new Error(`the item has no attribute ${name}`), { name: 'ValidationException' });
  };
  for (const [, verb, list = ''] of UpdateExpression.matchAll(/(SET|ADD|REMOVE) (.+?)(?= SET | ADD | REMOVE |$)/g)) {
    for (const part of list.split(', ')) {
      const [name = '', , value = '', , added] = part.split(' ');
      if (verb === 'REMOVE') delete next[part];
      else if (verb === 'ADD') next[name] = sum(name, part.split(' ')[1] ?? '');
      else next[name] = added === undefined ? copy(values[value]) : sum(known(value), added);
    }
  }
  return next;
}

const keyOf = ({ pk, sk }: Item): string => `${String(pk)}\n${String(sk)}`;

export class MemoryTable {
  readonly items = new Map<string, Item>();
  /** Items a page of a Query or a Scan, for DynamoDB's 1 MB. */
  pageSize = 1_000;
  /** Items a BatchGetItem answers at once, for DynamoDB's 16 MB. */
  batchSize = 100;
  /** Items that Queries and Scans gave. */
  itemsRead = 0;

  run(command: string, input: Input): Record<string, unknown> {
    switch (command) {
      case 'GetCommand': {
        const found = this.items.get(keyOf(input.Key ?? {}));
        return found === undefined ? {} : { Item: copied(found) };
      }
      case 'BatchGetCommand': {
        const [[table, { Keys }] = ['', { Keys: [] }]] = Object.entries(input.RequestItems ?? {});
        if (Keys.length > 100) throw new Error('Too many items requested for the BatchGetItem call');
        const [now, later] = [Keys.slice(0, this.batchSize), Keys.slice(this.batchSize)];
        const found = now.map((key) => this.items.get(keyOf(key))).filter((item) => item !== undefined);
        return {
          Responses: { [table]: found.map(copied) },
          UnprocessedKeys: later.length === 0 ? {} : { [table]: { Keys: later } },
        };
      }
      case 'PutCommand':
        this.#check(keyOf(input.Item ?? {}), input);
        this.#refuse(input.Item ?? {});
        this.items.set(keyOf(input.Item ?? {}), copied(input.Item ?? {}));
        return {};
      case 'UpdateCommand': {
        const before = this.#check(keyOf(input.Key ?? {}), input);
        const after = update({ ...input.Key, ...before }, input);
        this.items.set(keyOf(after), after);
        return input.ReturnValues === 'ALL_NEW' ? { Attributes: copied(after) } : {};
      }
      case 'DeleteCommand':
        this.#check(keyOf(input.Key ?? {}), input);
        this.items.delete(keyOf(input.Key ?? {}));
        return {};
      case 'QueryCommand':
      case 'ScanCommand':
        return this.#page(input);
      default:
        throw new Error(`the table in memory knows no ${command}`);
    }
  }

  /** 400 KB with its names: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
  #refuse({ bytes }: Item): void {
    if (bytes instanceof Uint8Array && bytes.length > 400 * 1024 - 100)
      throw new Error('Item size has exceeded the maximum allowed size');
  }

  #check(key: string, input: Input): Item | undefined {
    const item = this.items.get(key);
    if (holds(input.ConditionExpression, item ?? {}, input)) return item;
    throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
  }

  #page(input: Input): Record<string, unknown> {
    const { IndexName, KeyConditionExpression, FilterExpression, ExclusiveStartKey: from } = input;
    const range = IndexName === undefined ? 'sk' : 'changedAt';
    const isIn = (item: Item) => IndexName === undefined || item.live !== undefined;
    const order = (a: Item, b: Item) =>
      (KeyConditionExpression === undefined ? compare(a.pk, b.pk) : compare(a[range], b[range])) ||
      compare(keyOf(a), keyOf(b));
    const all = [...this.items.values()].filter((item) => isIn(item) && holds(KeyConditionExpression, item, input));
    all.sort(order);
    const rest = from === undefined ? all : all.filter((item) => order(item, from) > 0);
    const page = rest.slice(0, input.Limit ?? this.pageSize);
    const last = page.at(-1);
    this.itemsRead += page.length;
    const shown = page.filter((item) => holds(FilterExpression, item, input)).map(copied);
    const next = last === undefined || page.length === rest.length ? undefined : this.#place(last, IndexName);
    return {
      Items: IndexName === undefined ? shown : shown.map((item) => this.#projected(item)),
      ...(next === undefined ? {} : { LastEvaluatedKey: next }),
    };
  }

  #place({ pk, sk, live, changedAt }: Item, index: string | undefined): Item {
    return index === undefined ? { pk, sk } : { pk, sk, live, changedAt };
  }

  #projected(item: Item): Item {
    const names = ['pk', 'sk', 'live', 'changedAt', ...LIVE_INDEX_COLUMNS];
    return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
  }
}

/** What a client does at each command before the table sees it: wait, or die. */
export type Before = (command: string, input: unknown) => Promise<void> | void;

const nowhere = new DynamoDBClient({ region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });

/** The paginators of the SDK want an instance of its class. */
export class MemoryClient extends DynamoDBDocumentClient {
  readonly #table: MemoryTable;
  readonly #before: Before;

  constructor(table: MemoryTable, before: Before = () => undefined) {
    super(nowhere);
    this.#table = table;
    this.#before = before;
  }

  override send = (async (command: { constructor: { name: string }; input: unknown }) => {
    await this.#before(command.constructor.name, command.input);
    return { $metadata: {}, ...this.#table.run(command.constructor.name, command.input as Input) };
  }) as DynamoDBDocumentClient['send'];
}
