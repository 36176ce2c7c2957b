/**
 * Writes a zip piece by piece, whatever the length of its files, which nobody has to know before: each is deflated as it
 * comes, and its length and checksum follow it (APPNOTE.TXT 6.3.10 of PKWARE, 4.3.9 "Data descriptor").
 */
import { once } from 'node:events';
import { createDeflateRaw } from 'node:zlib';

/** Without Zip64 no number may be greater (APPNOTE 4.4.1.4), and there may be 65,535 files. */
const MOST_BYTES = 0xffff_ffff;
const MOST_FILES = 0xffff;
/** Version 2.0: deflate. */
const VERSION = 20;
/** Bit 3: length and checksum come after the file; bit 11: names are UTF-8. */
const FLAGS = 0x0808;
const DEFLATE = 8;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as zip has it; `zlib.crc32` came with Node 20.15. @param before the checksum of what came before */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** MS-DOS time and date, in UTC, to two seconds; there is none before 1980. */
function dosTime(at: number): number {
  const moment = new Date(Math.max(at, Date.UTC(1980, 0, 1)));
  const date = ((moment.getUTCFullYear() - 1980) << 9) | ((moment.getUTCMonth() + 1) << 5) | moment.getUTCDate();
  const time = (moment.getUTCHours() << 11) | (moment.getUTCMinutes() << 5) | (moment.getUTCSeconds() >> 1);
  return ((date << 16) | time) >>> 0;
}

/** Numbers in the order and width that a record has them, little-endian. */
function record(...fields: [bytes: 2 | 4, value: number][]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of fields) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
}

interface Entry {
  name: Buffer;
  time: number;
  offset: number;
  crc: number;
  packed: number;
  plain: number;
}

/**
 * @param write takes the bytes in order, and holds back until it has room for more
 * @throws RangeError for what a zip without Zip64 can't hold
 */
export function zipTo(write: (bytes: Uint8Array) => Promise<void>) {
  const entries: Entry[] = [];
  let offset = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    offset += bytes.byteLength;
    if (offset > MOST_BYTES) throw new RangeError('a zip can not be longer than 4 GiB');
    await write(bytes);
  };

  return {
    /** Begins a file; the one before has to be ended. */
    async begin(
      name: string,
      modifiedAt: number,
    ): Promise<{ write(text: string): Promise<void>; end(): Promise<void> }> {
      if (entries.length >= MOST_FILES) throw new RangeError(`a zip can not hold more than ${MOST_FILES} files`);
      const entry: Entry = { name: Buffer.from(name), time: dosTime(modifiedAt), offset, crc: 0, packed: 0, plain: 0 };
      await put(
        record(
          [4, 0x04034b50],
          [2, VERSION],
          [2, FLAGS],
          [2, DEFLATE],
          [4, entry.time],
          [4, 0],
          [4, 0],
          [4, 0],
          [2, entry.name.length],
          [2, 0],
        ),
      );
      await put(entry.name);
      const deflate = createDeflateRaw();
      const packing = (async () => {
        for await (const packed of deflate as AsyncIterable<Buffer>) {
          entry.packed += packed.length;
          await put(packed);
        }
      })();
      // Whoever waits for it next is told; nobody may be waiting at that moment.
      packing.catch(() => undefined);
      return {
        async write(text) {
          const bytes = Buffer.from(text);
          entry.crc = crc32(bytes, entry.crc);
          entry.plain += bytes.length;
          if (entry.plain > MOST_BYTES) throw new RangeError(`${name} is longer than 4 GiB`);
          if (!deflate.write(bytes)) await Promise.race([once(deflate, 'drain'), packing]);
        },
        async end() {
          deflate.end();
          await packing;
          await put(record([4, 0x08074b50], [4, entry.crc], [4, entry.packed], [4, entry.plain]));
          entries.push(entry);
        },
      };
    },

    /** The list of files, without which a zip is none. */
    async end(): Promise<void> {
      const start = offset;
      for (const { name, time, crc, packed, plain, offset: at } of entries) {
        await put(
          record(
            [4, 0x02014b50],
            [2, VERSION],
            [2, VERSION],
            [2, FLAGS],
            [2, DEFLATE],
            [4, time],
            [4, crc],
            [4, packed],
            [4, plain],
            [2, name.length],
            [2, 0],
            [2, 0],
            [2, 0],
            [2, 0],
            [4, 0],
            [4, at],
          ),
        );
        await put(name);
      }
      const size = offset - start;
      await put(
        record(
          [4, 0x06054b50],
          [2, 0],
          [2, 0],
          [2, entries.length],
          [2, entries.length],
          [4, size],
          [4, start],
          [2, 0],
        ),
      );
    },
  };
}
