/**
 * The members of incidents. Each is put by itself, so that the same news twice is once; when there are many of them, they
 * are packed: from then on whoever reads an incident reads few items, and in a process that knows the packs only what is new.
 *
 * A member is never lost and never counted twice, whoever dies when: a pack is written before the items that it holds are
 * removed, readers read packs after items, and an item that was written anew meanwhile stays. Packs are numbered without a
 * gap and never change; a packer puts the number after those that it knew before it read, so that what it read is never put
 * over a newer writing that another packed meanwhile.
 *
 * Measured with dynalite's capacity figures: of 10,000 members that are packed, a process that knows nothing reads 82 units,
 * one that knows them 1; one by one they take about 800.
 */
import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { packJson, unpackJson } from '../smallJson';
import { type Member, memberSchema } from './incident';
import { keptUntil, keyPart } from './incidentKeys';
import { joined } from './joined';

/** From so many on they are packed: reading these costs about 40 read units, of 4 KB each. */
export const PACKED_FROM = 400;
/** An item has 400 KB at most (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html). */
const MOST_BYTES = 350_000;
const DELETES_AT_ONCE = 16;
/** Packing ends after so long, since the card's sender waits for it under a lease: the next look goes on. */
const MOST_PACKING_MS = 5_000;
/** Packers that come in between, until it is left to them. */
const MOST_RIVALS = 3;
/** Members of all packs that one process remembers, about 1 KB each. */
const MOST_REMEMBERED = 30_000;

const MEMBER = 'member#';
/** After all keys of members. */
const AFTER_MEMBERS = 'member$';
const PACK = 'pack#';
const packKey = (n: number): string => `${PACK}${String(n).padStart(6, '0')}`;

type Item = Record<string, unknown>;

/** A member that lies by itself, with its key and what tells this writing of it from a later one. */
interface Loose {
  sk: string;
  written: unknown;
  member: Member;
}

interface Packs {
  /** The number of the last one. */
  last: number;
  members: Map<string, Member>;
}

export interface MembersRead {
  /** Each once, in no order. */
  members: Member[];
  /** How many of them lie by themselves. */
  unpacked: number;
  /** What else lies under the incident's key. */
  others: Item[];
}

/** As many in each as fit in an item, however badly their words can be deflated. */
function fitting(loose: readonly Loose[]): Loose[][] {
  const packs: Loose[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const one of loose) {
    const size = Buffer.byteLength(JSON.stringify(one.member)) + 1;
    if (bytes + size > MOST_BYTES) {
      packs.push([]);
      bytes = 0;
    }
    packs.at(-1)?.push(one);
    bytes += size;
  }
  return packs;
}

export function incidentMemberItems(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const partition = (id: string) => `INCIDENT#${id}`;
  const remembered = new Map<string, Packs>();
  const packing = joined<void>();

  function packsOf(id: string): Packs {
    const known = remembered.get(id) ?? { last: 0, members: new Map<string, Member>() };
    remembered.set(id, known);
    return known;
  }

  function forgetSome(): void {
    const all = [...remembered.values()].reduce((sum, { members }) => sum + members.size, 0);
    if (all > MOST_REMEMBERED || remembered.size > MOST_REMEMBERED) remembered.clear();
  }

  async function query(id: string, condition: string, values: Record<string, string>): Promise<Item[]> {
    const found: Item[] = [];
    const pages = paginateQuery(
      { client: doc },
      {
        TableName: table,
        KeyConditionExpression: `pk = :pk AND ${condition}`,
        ExpressionAttributeValues: { ':pk': partition(id), ...values },
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages) found.push(...Items);
    return found;
  }

  /** Takes in a pack that this process did not know; two readers may come with the same. */
  function takeIn(packs: Packs, n: number, members: readonly Member[]): void {
    if (n !== packs.last + 1) return;
    for (const member of members) packs.members.set(member.member, member);
    packs.last = n;
  }

  async function readAll(id: string): Promise<{ loose: Loose[]; packs: Packs; others: Item[] }> {
    const first = await query(id, 'sk BETWEEN :from AND :to', { ':from': '-', ':to': AFTER_MEMBERS });
    // Only after that: what is not there any more was packed before it went.
    const packs = packsOf(id);
    const second = await query(id, 'sk > :last', { ':last': packKey(packs.last) });
    const [loose, others]: [Loose[], Item[]] = [[], []];
    for (const item of [...first, ...second]) {
      const sk = String(item.sk);
      if (sk.startsWith(MEMBER)) loose.push({ sk, written: item.written, member: memberSchema.parse(item) });
      else if (!sk.startsWith(PACK)) others.push(item);
      else takeIn(packs, Number(sk.slice(PACK.length)), z.array(memberSchema).parse(unpackJson(item.bytes as Buffer)));
    }
    return { loose, packs, others };
  }

  /** Removes those that a pack holds, unless they were written anew since they were read; until then (ms). */
  async function remove(id: string, packed: readonly Loose[], until: number): Promise<void> {
    const rest = packed.values();
    await Promise.all(
      Array.from({ length: DELETES_AT_ONCE }, async () => {
        for (const { sk, written } of rest) {
          if (now() >= until) return;
          try {
            await doc.send(
              new DeleteCommand({
                TableName: table,
                Key: { pk: partition(id), sk },
                ...(written === undefined
                  ? { ConditionExpression: 'attribute_not_exists(written)' }
                  : { ConditionExpression: 'written = :written', ExpressionAttributeValues: { ':written': written } }),
              }),
            );
          } catch (error) {
            if (!(error instanceof ConditionalCheckFailedException)) throw error;
          }
        }
      }),
    );
  }

  /** @returns false where somebody else wrote a pack of that number */
  async function putPack(id: string, n: number, members: readonly Member[]): Promise<boolean> {
    try {
      await doc.send(
        new PutCommand({
          TableName: table,
          Item: { pk: partition(id), sk: packKey(n), bytes: packJson(members), expiresAt: keptUntil(now()) },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function pack(id: string): Promise<void> {
    const until = now() + MOST_PACKING_MS;
    let { last } = packsOf(id);
    let { loose, packs } = await readAll(id);
    for (let rivals = 0; packs.last !== last; rivals++) {
      if (rivals === MOST_RIVALS) return;
      ({ last } = packs);
      ({ loose, packs } = await readAll(id));
    }
    const isPacked = ({ member }: Loose) => JSON.stringify(packs.members.get(member.member)) === JSON.stringify(member);
    const fresh = loose.filter((one) => !isPacked(one));
    // Of a packer that died or had no more time, or of news that came again.
    await remove(id, loose.filter(isPacked), until);
    for (const some of fitting(fresh)) {
      if (now() >= until) return;
      const members = some.map(({ member }) => member);
      if (!(await putPack(id, ++last, members))) return;
      takeIn(packs, last, members);
      await remove(id, some, until);
    }
  }

  return {
    /** All members as they are now, and what else the incident's key holds. */
    async read(id: string): Promise<MembersRead> {
      const { loose, packs, others } = await readAll(id);
      const all = new Map(packs.members);
      for (const { member } of loose) all.set(member.member, member);
      forgetSome();
      return { members: [...all.values()], unpacked: loose.length, others };
    },

    /** Writes what is known of a member over what was; the same twice is once. */
    async put(id: string, member: Member): Promise<void> {
      await doc.send(
        new PutCommand({
          TableName: table,
          Item: {
            pk: partition(id),
            sk: `${MEMBER}${keyPart(member.member)}`,
            ...member,
            written: randomUUID().slice(0, 8),
            expiresAt: keptUntil(now()),
          },
        }),
      );
    },

    /**
     * Packs those that lie by themselves, as far as its time goes. Meant for the one sender of the incident's card: one at a
     * time in a process, and of two processes at once one may do nothing.
     */
    pack: (id: string): Promise<void> => packing(id, () => pack(id)),
  };
}
