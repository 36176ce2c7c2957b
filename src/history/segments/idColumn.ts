/** The ids of a segment's rows: raw uuids, an array's children by their parent and index, anything else as it is. */
import { type ByteReader, ByteWriter } from './bytes';
import type { SegmentRow } from './row';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_LENGTH = 36;
const NUMBER = /^[:#](?:0|[1-9][0-9]{0,6})$/;
const UUID_BYTES = 16;
/** The bytes of a random uuid that are not wholly random: they hold its version and its variant (RFC 9562, 5.4). */
const MARKED = [6, 8];
/** The sign between a uuid and its number: none, of an array's child, of a node. */
const SIGNS = ['', ':', '#'] as const;
const LITERAL = SIGNS.length;

interface SplitId {
  /** The number of its uuid, in the order in which they first come; undefined for an id that is not Batch's. */
  uuid: number | undefined;
  sign: number;
  number: number;
}

function splitIds(rows: readonly Pick<SegmentRow, 'id'>[]): { ids: SplitId[]; uuids: readonly string[] } {
  const numbers = new Map<string, number>();
  const ids = rows.map(({ id }): SplitId => {
    const [text, tail] = id.length <= UUID_LENGTH ? [id, ''] : [id.slice(0, UUID_LENGTH), id.slice(UUID_LENGTH)];
    let uuid = numbers.get(text);
    if ((uuid === undefined && !UUID.test(text)) || (tail !== '' && !NUMBER.test(tail))) {
      return { uuid: undefined, sign: LITERAL, number: 0 };
    }
    if (uuid === undefined) {
      uuid = numbers.size;
      numbers.set(text, uuid);
    }
    return { uuid, sign: SIGNS.indexOf(tail.slice(0, 1) as (typeof SIGNS)[number]), number: Number(tail.slice(1)) };
  });
  return { ids, uuids: [...numbers.keys()] };
}

/**
 * Each distinct uuid is written once, byte by byte in sixteen columns: those that are random in a random uuid in a stream
 * of their own, since nothing makes them smaller.
 */
export function writeIds(rows: readonly Pick<SegmentRow, 'id'>[]): ByteWriter[] {
  const [into, random] = [new ByteWriter(), new ByteWriter()];
  const { ids, uuids } = splitIds(rows);
  const raw = Buffer.from(uuids.join('').replaceAll('-', ''), 'hex');
  into.count(uuids.length);
  for (let column = 0; column < UUID_BYTES; column++) {
    const bytes = Buffer.allocUnsafe(uuids.length);
    for (let uuid = 0; uuid < bytes.length; uuid++) bytes[uuid] = raw[uuid * UUID_BYTES + column] as number;
    (MARKED.includes(column) ? into : random).bytes(bytes);
  }
  for (const { sign } of ids) into.byte(sign);
  // A new uuid is 0, one that came before is told by how many have come since.
  let met = 0;
  for (const { uuid } of ids) {
    if (uuid === undefined) continue;
    into.count(uuid === met ? 0 : met - uuid);
    if (uuid === met) met++;
  }
  const last = new Int32Array(uuids.length).fill(-1);
  for (const { uuid = 0, sign, number } of ids) {
    if (sign !== 1 && sign !== 2) continue;
    into.signed(number - (last[uuid] as number) - 1);
    last[uuid] = number;
  }
  rows.forEach(({ id }, row) => {
    if (ids[row]?.sign === LITERAL) into.text(id);
  });
  return [into, random];
}

export class IdColumn {
  /** The distinct uuids: the first bytes of all, then the second ones, and so on. */
  readonly #columns: readonly Buffer[];
  readonly #uuidOf: Uint16Array;
  readonly #sign: Buffer;
  readonly #number: Uint32Array;
  readonly #literals = new Map<number, string>();

  constructor(from: ByteReader, random: ByteReader, rowCount: number) {
    const uuids = from.count();
    this.#columns = Array.from({ length: UUID_BYTES }, (_, column) =>
      (MARKED.includes(column) ? from : random).bytes(uuids),
    );
    this.#sign = Buffer.from(from.bytes(rowCount));
    this.#uuidOf = new Uint16Array(rowCount);
    let met = 0;
    for (let row = 0; row < rowCount; row++) {
      if (this.#sign[row] === LITERAL) continue;
      const back = from.count();
      this.#uuidOf[row] = back === 0 ? met++ : met - back;
      if (back > met || met > uuids) throw new RangeError('a row has no such uuid');
    }
    this.#number = new Uint32Array(rowCount);
    const last = new Int32Array(uuids).fill(-1);
    for (let row = 0; row < rowCount; row++) {
      const sign = this.#sign[row];
      if (sign !== 1 && sign !== 2) continue;
      const uuid = this.#uuidOf[row] ?? 0;
      const number = (last[uuid] ?? -1) + 1 + from.signed();
      last[uuid] = number;
      this.#number[row] = number;
    }
    for (let row = 0; row < rowCount; row++) if (this.#sign[row] === LITERAL) this.#literals.set(row, from.text());
    if (!from.isAtEnd || !random.isAtEnd) throw new RangeError('there is more than its rows need');
  }

  get size(): number {
    return this.#sign.length;
  }

  get memoryBytes(): number {
    return (
      UUID_BYTES * (this.#columns[0]?.length ?? 0) +
      this.#sign.length +
      this.#uuidOf.byteLength +
      this.#number.byteLength
    );
  }

  id(row: number): string {
    const literal = this.#literals.get(row);
    if (literal !== undefined) return literal;
    const hex = this.#hex(this.#uuidOf[row] ?? 0);
    const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    const sign = SIGNS[this.#sign[row] ?? 0] ?? '';
    return sign === '' ? uuid : `${uuid}${sign}${this.#number[row]}`;
  }

  /**
   * The rows that pass a test of their id, 1 for each; undefined when there are none.
   * @param places where in a uuid, told in hexadecimal digits, `hex` may stand (`uuidPlaces`)
   * @param fits the same question about an id as a whole, for ids that are not Batch's
   * @param isOfChildrenOnly whether rows without an array's index are left out
   */
  find(hex: string, places: readonly number[], fits: (id: string) => boolean, isOfChildrenOnly = false) {
    const uuids = places.length === 0 ? [] : this.#findUuids(hex, places);
    const literals = [...this.#literals].filter(([, literal]) => fits(literal));
    if (uuids.length === 0 && literals.length === 0) return undefined;
    const found = new Uint8Array(this.size);
    for (const [row] of literals) found[row] = 1;
    const isFound = new Uint8Array(this.#columns[0]?.length ?? 0);
    for (const uuid of uuids) isFound[uuid] = 1;
    for (let row = 0; row < found.length; row++) {
      const sign = this.#sign[row];
      if (sign === LITERAL || (isOfChildrenOnly && sign !== 1)) continue;
      if (isFound[this.#uuidOf[row] as number] === 1) found[row] = 1;
    }
    return found.includes(1) ? found : undefined;
  }

  #hex(uuid: number): string {
    return Buffer.from(this.#columns.map((column) => column[uuid] ?? 0)).toString('hex');
  }

  #findUuids(hex: string, places: readonly number[]): number[] {
    const found: number[] = [];
    const count = this.#columns[0]?.length ?? 0;
    for (const place of places) {
      // Two digits are a byte; at an odd place the first whole byte begins one digit later.
      const skip = place % 2;
      const bytes = Buffer.from(hex.slice(skip, hex.length - ((hex.length - skip) % 2)), 'hex');
      const columns = this.#columns.slice((place + skip) / 2, (place + skip) / 2 + bytes.length);
      const [first, byte] = [columns[0], bytes[0]];
      for (let uuid = 0; uuid < count; uuid++) {
        if (first !== undefined && byte !== undefined) uuid = first.indexOf(byte, uuid);
        if (uuid < 0) break;
        let same = 1;
        while (same < bytes.length && columns[same]?.[uuid] === bytes[same]) same++;
        if (same >= bytes.length && this.#hex(uuid).startsWith(hex, place)) found.push(uuid);
      }
    }
    return found;
  }
}

/** Where a uuid has its dashes, told in hexadecimal digits before them. */
const DASHES_AFTER = [8, 12, 16, 20];

/**
 * Where in a uuid a word of digits and dashes can stand: the dashes leave few places, and often one.
 * @returns its digits, and the places told in digits before it
 */
export function uuidPlaces(word: string, onlyAtStart: boolean): { hex: string; places: number[] } {
  const hex = word.replaceAll('-', '');
  if (!/^[0-9a-f-]+$/.test(word)) return { hex, places: [] };
  const template = 'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx';
  const shape = word.replace(/[0-9a-f]/g, 'x');
  const places: number[] = [];
  for (let at = template.indexOf(shape); at >= 0; at = template.indexOf(shape, at + 1)) {
    if (onlyAtStart && at > 0) break;
    places.push(at - DASHES_AFTER.filter((digits, dash) => digits + dash < at).length);
  }
  return { hex, places };
}
