/** Files: the upload that Slack asks for (an address, the bytes, the completion) and where the bytes are kept. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { SharedFile } from './message';

/** Slack takes 1 GB; this holds files in memory. */
export const LARGEST_BYTES = 64 * 1024 * 1024;

const TYPES: Record<string, string> = {
  '.json': 'application/json',
  '.csv': 'text/csv',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.gz': 'application/gzip',
};

interface KeptFile extends SharedFile {
  readonly content: Buffer;
}

export class Files {
  private readonly pending = new Map<string, { id: string; name: string; length: number; content?: Buffer }>();
  private readonly kept = new Map<string, KeptFile>();

  /** `folder`: where files outlive a restart; in memory only without one. */
  constructor(
    private readonly baseUrl: () => string,
    private readonly folder?: string,
  ) {}

  /** `files.getUploadURLExternal`: where to send `length` bytes. */
  offer(name: string, length: number): { upload_url: string; file_id: string } {
    const id = `F${randomBytes(5).toString('hex').toUpperCase()}`;
    const token = randomBytes(12).toString('hex');
    this.pending.set(token, { id, name, length });
    return { upload_url: `${this.baseUrl()}/upload/v1/${token}`, file_id: id };
  }

  /** The bytes arrive; false when nobody was offered this address or the length is another than was said. */
  receive(token: string, content: Buffer): boolean {
    const offer = this.pending.get(token);
    if (!offer || offer.length !== content.length) return false;
    offer.content = content;
    return true;
  }

  /** `files.completeUploadExternal` for one file; undefined when its bytes never came. */
  complete(id: string, title: string | undefined): SharedFile | undefined {
    const [token, offer] = [...this.pending].find(([, known]) => known.id === id) ?? [];
    if (!token || !offer?.content) return undefined;
    this.pending.delete(token);
    return this.keep(id, offer.name, offer.content, title);
  }

  /** A file that a person brings. */
  bring(name: string, content: Buffer): SharedFile {
    return this.keep(`F${randomBytes(5).toString('hex').toUpperCase()}`, name, content, undefined);
  }

  private keep(id: string, name: string, content: Buffer, title: string | undefined): SharedFile {
    const url = `/files/${id}/${encodeURIComponent(name)}`;
    const file: SharedFile = {
      id,
      name,
      title: title ?? name,
      mimetype: TYPES[extname(name).toLowerCase()] ?? 'text/plain',
      size: content.length,
      url_private: `${this.baseUrl()}${url}`,
      url,
    };
    this.kept.set(id, { ...file, content });
    if (this.folder) {
      mkdirSync(this.folder, { recursive: true });
      writeFileSync(join(this.folder, id), content);
      writeFileSync(join(this.folder, `${id}.json`), JSON.stringify(file));
    }
    return file;
  }

  get(id: string): (SharedFile & { content: Buffer }) | undefined {
    const known = this.kept.get(id);
    if (known || !this.folder || !/^F[0-9A-F]+$/.test(id)) return known;
    try {
      const file = JSON.parse(readFileSync(join(this.folder, `${id}.json`), 'utf8')) as SharedFile;
      return { ...file, content: readFileSync(join(this.folder, id)) };
    } catch {
      return undefined;
    }
  }
}
