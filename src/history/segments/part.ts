/**
 * The frame of every packed item: two letters that say what it is, the version of its format, a checksum, and one or more
 * streams, compressed where that helps, that are unpacked only when they are needed.
 */
import { createHash } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { ByteReader, ByteWriter, MalformedBytesError } from './bytes';

export const FORMAT_VERSION = 3;

/** What a packed item holds. */
export type PartKind = 'text' | 'ids' | 'metrics' | 'manifest' | 'vocabulary' | 'digits';
const KIND_BYTES: Record<PartKind, number> = {
  text: 0x54,
  ids: 0x49,
  metrics: 0x4d,
  manifest: 0x46,
  vocabulary: 0x56,
  digits: 0x44,
};
const MAGIC = 0xbb;
const CHECKSUM_BYTES = 6;
const HEADER_BYTES = 3 + CHECKSUM_BYTES;
/** Node's zlib takes none that is smaller. */
const SMALLEST_CHUNK = 64;
/** Incompressible bytes grow by less than this. */
const MOST_OVERHEAD = 1_024;

/** A packed item that can't be trusted; the message names the item. No search answers from one. */
export class DamagedPartError extends Error {
  override name = 'DamagedPartError';
  constructor(
    readonly item: string,
    why: string,
  ) {
    super(
      `Item ${item} of the search index can't be read: ${why}. \`npm run reindex\` rebuilds the index from the jobs.`,
    );
  }
}

/** What is hardly smaller when it is compressed is kept as it is: bytes that are nearly random are then read for nothing. */
const WORTHWHILE = 0.88;

/** Quality 6: 9 and more take 8 times as long for some hundredths of the size. */
function compress(bytes: Buffer): Buffer {
  const packed = brotliCompressSync(bytes, {
    chunkSize: bytes.length + MOST_OVERHEAD,
    params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  return packed.length < WORTHWHILE * bytes.length ? packed : bytes;
}

/** @throws RangeError when there is more or less than its length */
function decompress(packed: Buffer, length: number): Buffer {
  if (packed.length === length) return packed;
  // One byte more, or zlib asks for a second chunk.
  const bytes = brotliDecompressSync(packed, {
    chunkSize: Math.max(SMALLEST_CHUNK, length + 1),
    maxOutputLength: length,
  });
  if (bytes.length !== length) throw new RangeError(`it unpacks to ${bytes.length} bytes instead of ${length}`);
  return bytes;
}

const checksum = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest().subarray(0, CHECKSUM_BYTES);

/** The streams of a part, compressed and framed. */
export function writePart(kind: PartKind, streams: readonly Buffer[]): Buffer {
  const packed = streams.map(compress);
  const body = new ByteWriter();
  body.count(packed.length);
  for (const [n, stream] of packed.entries()) {
    body.count(streams[n]?.length ?? 0);
    body.count(stream.length);
  }
  for (const stream of packed) body.bytes(stream);
  const bytes = body.finish();
  return Buffer.concat([Buffer.from([MAGIC, KIND_BYTES[kind], FORMAT_VERSION]), checksum(bytes), bytes]);
}

/**
 * The streams of a part, each unpacked when it is asked for.
 * @param item how to name the item when it is damaged
 * @throws DamagedPartError for bytes that are no such part, or of another version
 */
export function readPart(kind: PartKind, bytes: Uint8Array, item: string): (() => ByteReader)[] {
  const part = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (part.length <= HEADER_BYTES || part[0] !== MAGIC) throw new DamagedPartError(item, 'it is no packed item');
  if (part[1] !== KIND_BYTES[kind]) throw new DamagedPartError(item, `it holds no ${kind}`);
  if (part[2] !== FORMAT_VERSION) {
    throw new DamagedPartError(
      item,
      `its format is version ${part[2]}, and this program knows version ${FORMAT_VERSION}`,
    );
  }
  const body = part.subarray(HEADER_BYTES);
  if (!checksum(body).equals(part.subarray(3, HEADER_BYTES))) throw new DamagedPartError(item, 'its checksum is wrong');
  return guard(item, () => {
    const reader = new ByteReader(body);
    const lengths = Array.from({ length: reader.count() }, () => [reader.count(), reader.count()] as const);
    return lengths.map(([length, packedLength]) => {
      const packed = reader.bytes(packedLength);
      return () => guard(item, () => new ByteReader(decompress(packed, length)));
    });
  });
}

/** Runs a decoder; whatever it stumbles over is damage of that item. */
export function guard<T>(item: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DamagedPartError) throw error;
    const known = error instanceof MalformedBytesError || error instanceof RangeError || error instanceof TypeError;
    if (known || (error instanceof Error && 'code' in error)) throw new DamagedPartError(item, error.message);
    throw error;
  }
}
