/** The table in memory does what an embedded DynamoDB does, for all that `src/history` asks of it. */
import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { MemoryClient, MemoryTable } from './memoryTable';
import { startTables, type Tables } from './tables';

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const key = fc.record({
  pk: fc.constantFrom('JOB#aa', 'JOB#bb', 'SEGMENTS'),
  sk: fc.constantFrom('-', 'a', 'ab', 'b', 'é'),
});
const n = fc.integer({ min: 0, max: 3 });
const item = fc
  .tuple(
    key,
    fc.record({ version: n, packed: n, fence: n, live: fc.constantFrom('LIVE#0', 'LIVE#1') }, { requiredKeys: [] }),
    n,
  )
  .map(([{ pk, sk }, fields, at]) => ({
    pk,
    sk,
    ...fields,
    changedAt: at,
    bytes: new Uint8Array([at]),
    row: { id: sk },
  }));
const condition = fc.constantFrom(
  undefined,
  'attribute_not_exists(pk)',
  'version = :a',
  'fence = :a AND attribute_not_exists(packed)',
  'fence = :a AND version = :b',
  'attribute_not_exists(fence) OR fence < :a',
  'attribute_exists(live) AND (attribute_not_exists(packed) OR packed <> :a)',
);
const change = fc.constantFrom(
  'SET packed = :a, version = version + :b REMOVE live',
  'SET packed = :b ADD fence :a',
  'SET fence = :a, packed = :b REMOVE version',
);
const operation = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), item, condition, a: n, b: n }),
  fc.record({ kind: fc.constant('update' as const), key, change, condition, a: n, b: n }),
  fc.record({ kind: fc.constant('delete' as const), key, condition, a: n, b: n }),
  fc.record({ kind: fc.constant('get' as const), key }),
  fc.record({
    kind: fc.constant('many' as const),
    keys: fc.uniqueArray(key, { selector: ({ pk, sk }) => pk + sk, minLength: 1 }),
  }),
  fc.record({
    kind: fc.constant('query' as const),
    pk: fc.constantFrom('JOB#aa', 'SEGMENTS'),
    prefix: fc.constantFrom('a', 'ab', 'é'),
  }),
  fc.record({ kind: fc.constant('between' as const), from: fc.constantFrom('-', 'a'), to: fc.constantFrom('ab', 'b') }),
  fc.record({ kind: fc.constant('live' as const), shard: fc.constantFrom('LIVE#0', 'LIVE#1'), since: n }),
  fc.record({ kind: fc.constant('scan' as const) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** DynamoDB refuses values that no expression names. */
const valuesOf = (expressions: (string | undefined)[], a: number, b: number) => {
  const all = expressions.join(' ');
  const values = { ...(all.includes(':a') ? { ':a': a } : {}), ...(all.includes(':b') ? { ':b': b } : {}) };
  return Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values };
};

async function answer(doc: DynamoDBDocumentClient, TableName: string, one: Operation): Promise<unknown> {
  const checked = (expression: string | undefined) =>
    expression === undefined ? {} : { ConditionExpression: expression };
  switch (one.kind) {
    case 'put':
      await doc.send(
        new PutCommand({
          TableName,
          Item: one.item,
          ...checked(one.condition),
          ...valuesOf([one.condition], one.a, one.b),
        }),
      );
      return 'put';
    case 'update': {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName,
          Key: one.key,
          UpdateExpression: one.change,
          ...checked(one.condition),
          ...valuesOf([one.change, one.condition], one.a, one.b),
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes;
    }
    case 'delete':
      await doc.send(
        new DeleteCommand({
          TableName,
          Key: one.key,
          ...checked(one.condition),
          ...valuesOf([one.condition], one.a, one.b),
        }),
      );
      return 'deleted';
    case 'get':
      return (await doc.send(new GetCommand({ TableName, Key: one.key }))).Item;
    case 'many': {
      const { Responses } = await doc.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: one.keys } } }));
      return inOrder(Responses?.[TableName]);
    }
    case 'query':
    case 'between': {
      const isPrefix = one.kind === 'query';
      const { Items } = await doc.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: isPrefix ? 'pk = :pk AND begins_with(sk, :a)' : 'pk = :pk AND sk BETWEEN :a AND :b',
          ExpressionAttributeValues: isPrefix
            ? { ':pk': one.pk, ':a': one.prefix }
            : { ':pk': 'JOB#aa', ':a': one.from, ':b': one.to },
        }),
      );
      return Items;
    }
    case 'live': {
      const { Items } = await doc.send(
        new QueryCommand({
          TableName,
          IndexName: 'live',
          KeyConditionExpression: '#live = :live AND changedAt >= :since',
          ExpressionAttributeNames: { '#live': 'live' },
          ExpressionAttributeValues: { ':live': one.shard, ':since': one.since },
        }),
      );
      // Items of one moment come in no order that DynamoDB promises.
      return [Items?.map(({ changedAt }) => changedAt), inOrder(Items)];
    }
    case 'scan': {
      const { Items } = await doc.send(
        new ScanCommand({
          TableName,
          FilterExpression: 'begins_with(pk, :job)',
          ExpressionAttributeValues: { ':job': 'JOB#' },
        }),
      );
      return inOrder(Items);
    }
  }
}

const inOrder = (items: Record<string, unknown>[] = []) =>
  [...items].sort((a, b) => (`${a.pk} ${a.sk}` < `${b.pk} ${b.sk}` ? -1 : 1));

test('the same operations have the same answers and the same refusals', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 25 }), async (operations) => {
      const { table, client } = await tables.open();
      const [real, made] = [client(), new MemoryClient(new MemoryTable())];
      for (const one of operations) {
        const [theirs, ours] = await Promise.all(
          [real, made].map((doc) => answer(doc, table, one).catch((error: Error) => error.name)),
        );
        expect(ours).toEqual(theirs);
      }
    }),
    { numRuns: 25 },
  );
});
