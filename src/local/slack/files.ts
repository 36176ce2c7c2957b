/** Files: the upload that Slack asks for (an address, the bytes, the completion), kept on disk so that long ones need no memory. */
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SharedFile } from './message';

/** Slack takes 1 GB (https://slack.com/help/articles/201330736). */
export const LARGEST_BYTES = 1_000_000_000;

const TYPES: Record<string, string> = {
  '.json': 'application/json',
  '.csv': 'text/csv',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.gz': 'application/gzip',
  '.zip': 'application/zip',
};

interface Offer {
  readonly id: string;
  readonly name: string;
  /** In bytes. */
  readonly length: number;
  isReceived: boolean;
}

const newId = (): string => `F${randomBytes(5).toString('hex').toUpperCase()}`;

export class Files {
  private readonly pending = new Map<string, Offer>();
  private readonly kept = new Map<string, SharedFile>();
  private folder: string | undefined;

  /** `folder`: where files outlive a restart; without one they are gone when it is closed. */
  constructor(
    private readonly baseUrl: () => string,
    private readonly lasting?: string,
  ) {
    this.folder = lasting;
  }

  close(): void {
    if (this.folder !== undefined && this.lasting === undefined) rmSync(this.folder, { recursive: true, force: true });
  }

  private pathOf(id: string): string {
    this.folder ??= mkdtempSync(join(tmpdir(), 'local-slack-files-'));
    mkdirSync(this.folder, { recursive: true });
    return join(this.folder, id);
  }

  /** `files.getUploadURLExternal`: where to send `length` bytes. */
  offer(name: string, length: number): { upload_url: string; file_id: string } {
    const id = newId();
    const token = randomBytes(12).toString('hex');
    this.pending.set(token, { id, name, length, isReceived: false });
    return { upload_url: `${this.baseUrl()}/upload/v1/${token}`, file_id: id };
  }

  /** The bytes arrive; false when nobody was offered this address or the length is another than was said. */
  async receive(token: string, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<boolean> {
    const offer = this.pending.get(token);
    if (!offer) return false;
    let length = 0;
    const counted = async function* () {
      for await (const chunk of content) {
        length += chunk.length;
        if (length > offer.length) return;
        yield chunk;
      }
    };
    await pipeline(Readable.from(counted()), createWriteStream(this.pathOf(offer.id)));
    offer.isReceived = length === offer.length;
    return offer.isReceived;
  }

  /** `files.completeUploadExternal` for one file; undefined when its bytes never came. */
  complete(id: string, title: string | undefined): SharedFile | undefined {
    const [token, offer] = [...this.pending].find(([, known]) => known.id === id) ?? [];
    if (!token || !offer?.isReceived) return undefined;
    this.pending.delete(token);
    return this.keep(id, offer.name, offer.length, title);
  }

  /** A file that a person brings. */
  bring(name: string, content: Buffer): SharedFile {
    const id = newId();
    writeFileSync(this.pathOf(id), content);
    return this.keep(id, name, content.length, undefined);
  }

  private keep(id: string, name: string, size: number, title: string | undefined): SharedFile {
    const url = `/files/${id}/${encodeURIComponent(name)}`;
    const file: SharedFile = {
      id,
      name,
      title: title ?? name,
      mimetype: TYPES[extname(name).toLowerCase()] ?? 'text/plain',
      size,
      url_private: `${this.baseUrl()}${url}`,
      url,
    };
    this.kept.set(id, file);
    if (this.lasting) writeFileSync(`${this.pathOf(id)}.json`, JSON.stringify(file));
    return file;
  }

  /** With where its bytes are on disk. */
  get(id: string): (SharedFile & { path: string }) | undefined {
    const known = this.kept.get(id) ?? this.ofBefore(id);
    return known && { ...known, path: this.pathOf(id) };
  }

  /** A file from before a restart. */
  private ofBefore(id: string): SharedFile | undefined {
    if (!this.lasting || !/^F[0-9A-F]+$/.test(id)) return undefined;
    try {
      return JSON.parse(readFileSync(join(this.lasting, `${id}.json`), 'utf8')) as SharedFile;
    } catch {
      return undefined;
    }
  }
}
