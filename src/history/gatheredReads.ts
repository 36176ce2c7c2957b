/**
 * Reads of single items that come faster than they are answered go together, a BatchGetItem for up to a hundred: a batch of
 * events asks for the same few groups and the jobs of a hundred others, and a call each would cost more than all the rest.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand, type DynamoDBDocumentClient, GetCommand, type GetCommandOutput } from '@aws-sdk/lib-dynamodb';

/** BatchGetItem's most (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html). */
const KEYS_PER_CALL = 100;
/** As long as no more are under way, each goes alone and at once. */
const MOST_UNDER_WAY = 4;
/** What a batch left out (it was throttled, or above 16 MB) is asked for again after so long, twice as long each time. */
const LEFT_OUT_WAIT_MS = 25;
const MOST_TRIES = 8;

type Key = Record<string, unknown>;
type Item = Record<string, unknown>;
interface Waiting {
  table: string;
  key: Key;
  done: ((item: Item | undefined) => void)[];
  failed: ((error: unknown) => void)[];
}

const nameOf = (table: string, key: Key): string => JSON.stringify([table, key.pk, key.sk]);

/** The same client, whose consistent reads of whole items are gathered; each still begins after it was asked for. */
export function gatheredReads(doc: DynamoDBDocumentClient): DynamoDBDocumentClient {
  const send = doc.send.bind(doc);
  const waiting = new Map<string, Waiting>();
  let underWay = 0;

  async function readBatch(asked: readonly Waiting[]): Promise<void> {
    const left = new Map(asked.map((one) => [nameOf(one.table, one.key), one]));
    for (let tries = 0; left.size > 0; tries++) {
      if (tries === MOST_TRIES) throw new Error(`BatchGetItem left out ${left.size} items ${MOST_TRIES} times`);
      if (tries > 0) await sleep(LEFT_OUT_WAIT_MS * 2 ** tries);
      const tables: Record<string, { Keys: Key[]; ConsistentRead: true }> = {};
      for (const { table, key } of left.values()) {
        const request = tables[table] ?? { Keys: [], ConsistentRead: true };
        request.Keys.push(key);
        tables[table] = request;
      }
      const { Responses = {}, UnprocessedKeys = {} } = await send(new BatchGetCommand({ RequestItems: tables }));
      const found = new Map<string, Item>();
      for (const [table, items] of Object.entries(Responses))
        for (const item of items) found.set(nameOf(table, item), item);
      const unread = new Set(
        Object.entries(UnprocessedKeys).flatMap(([table, { Keys = [] }]) => Keys.map((key) => nameOf(table, key))),
      );
      for (const [name, one] of left) {
        if (unread.has(name)) continue;
        left.delete(name);
        for (const done of one.done) done(found.get(name));
      }
    }
  }

  async function readAll(asked: readonly Waiting[]): Promise<void> {
    underWay++;
    try {
      const [only] = asked;
      if (asked.length === 1 && only !== undefined) {
        const input = { TableName: only.table, Key: only.key, ConsistentRead: true };
        const { Item } = await send(new GetCommand(input));
        for (const done of only.done) done(Item);
      } else await readBatch(asked);
    } catch (error) {
      // Those that were answered before it are settled already.
      for (const { failed } of asked) for (const fail of failed) fail(error);
    } finally {
      underWay--;
      readNext();
    }
  }

  function readNext(): void {
    while (underWay < MOST_UNDER_WAY && waiting.size > 0) {
      const names = [...waiting.keys()].slice(0, KEYS_PER_CALL);
      const asked = names.flatMap((name) => waiting.get(name) ?? []);
      for (const name of names) waiting.delete(name);
      void readAll(asked);
    }
  }

  const get = (table: string, key: Key): Promise<Item | undefined> =>
    new Promise((done, failed) => {
      const name = nameOf(table, key);
      const known = waiting.get(name);
      if (known === undefined) waiting.set(name, { table, key, done: [done], failed: [failed] });
      else {
        known.done.push(done);
        known.failed.push(failed);
      }
      readNext();
    });

  doc.send = (async (command: Parameters<typeof send>[0], ...rest: []) => {
    if (!(command instanceof GetCommand)) return await send(command, ...rest);
    const { TableName, Key, ConsistentRead, ...more } = command.input;
    if (TableName === undefined || Key === undefined || !ConsistentRead || Object.keys(more).length > 0)
      return await send(command, ...rest);
    const Item = await get(TableName, Key);
    return { $metadata: {}, ...(Item === undefined ? {} : { Item }) } satisfies GetCommandOutput;
  }) as typeof doc.send;
  return doc;
}
