/** The files of a message: name and size, the first lines of a text, a picture as it is, and a way to download. */
import { useEffect, useState } from 'react';
import type { SharedFile } from './contract';
import { Icon } from './Icon';

const PREVIEW_LINES = 8;
/** A preview of a larger file would load all of it for its first lines. */
const PREVIEW_BYTES = 2_000_000;

export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const isText = (file: SharedFile): boolean =>
  /^text\/|json|csv|xml|yaml/.test(file.mimetype) || /\.(txt|log|csv|tsv|json|jsonl|md|ya?ml)$/i.test(file.name);

export function Files({ files }: { files: readonly SharedFile[] }) {
  return (
    <ul className="files" aria-label="Files">
      {files.map((file) => (
        <li className="file" key={file.id}>
          <div className="file-head">
            <Icon name="file" />
            <span className="file-name">{file.name}</span>
            <span className="hint">{byteSize(file.size)}</span>
            <a className="icon-button" href={file.url} download={file.name} aria-label={`Download ${file.name}`}>
              <Icon name="download" />
            </a>
          </div>
          {file.mimetype.startsWith('image/') && <img className="file-image" src={file.url} alt={file.name} />}
          {isText(file) && file.size <= PREVIEW_BYTES && <TextPreview file={file} />}
        </li>
      ))}
    </ul>
  );
}

function TextPreview({ file }: { file: SharedFile }) {
  const [text, setText] = useState<string>();
  const [whole, setWhole] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    fetch(file.url, { signal: stop.signal })
      .then(async (response) => setText(response.ok ? await response.text() : undefined))
      .catch(() => undefined);
    return () => stop.abort();
  }, [file.url]);
  if (text === undefined) return null;
  const lines = text.replace(/\n$/, '').split('\n');
  const shown = whole ? lines : lines.slice(0, PREVIEW_LINES);
  return (
    <>
      <pre className="file-text">{shown.join('\n')}</pre>
      {lines.length > PREVIEW_LINES && (
        <button type="button" className="file-more" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? 'Show less' : `Show all ${lines.length.toLocaleString('en-US')} lines`}
        </button>
      )}
    </>
  );
}
