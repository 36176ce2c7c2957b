/** A file from the disk to Slack, piece by piece: asked for with its length, sent, and then shared where it is to be seen. */
import { createReadStream } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { WebClient } from '@slack/web-api';
import { escaped } from '../views/kit';

export interface Upload {
  path: string;
  /** Its length in bytes; Slack takes neither an empty file nor one of more than 1 GB. */
  bytes: number;
  name: string;
  title: string;
  /** Channel or user ids: to a user it comes as a direct message. */
  to: string;
  /** A sentence that stands over it; foreign text in it is escaped here. */
  comment: string;
}

/** A connection over which nothing goes for so long is dead. */
const IDLE_MS = 30_000;
/** Longer than any worker lives. */
const MOST_MS = 15 * 60_000;

class UploadError extends Error {
  override name = 'UploadError';
}

/** Sends the bytes as they are, which Slack takes as well as a form (https://docs.slack.dev/messaging/working-with-files). */
async function send(url: string, { path, bytes }: Upload, remainingMs: () => number): Promise<void> {
  const start = url.startsWith('https:') ? httpsRequest : httpRequest;
  const signal = AbortSignal.timeout(Math.max(1, Math.round(Math.min(MOST_MS, remainingMs()))));
  const request = start(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'content-length': bytes },
    timeout: IDLE_MS,
    signal,
  });
  request.on('timeout', () => request.destroy(new UploadError(`nothing was sent for ${IDLE_MS} ms`)));
  const answered = new Promise<void>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200
          ? resolve()
          : reject(new UploadError(`the upload was answered ${response.statusCode}`)),
      );
    });
  });
  // Slack may answer, with a refusal, before it has read all: that answer counts, not the pipe that broke.
  const sent = pipeline(createReadStream(path), request);
  await Promise.all([answered, sent.catch(() => answered)]);
}

/** @param call waits and tries again as all calls to Slack do; it is told of a broken upload by an error without a code */
export function fileUploads(
  client: WebClient,
  call: <T>(remainingMs: () => number, work: () => Promise<T>) => Promise<T>,
) {
  /** @throws WebAPIPlatformError where Slack says no: `not_in_channel`, `missing_scope`, `file_uploads_disabled`… */
  return async (upload: Upload, remainingMs: () => number): Promise<void> => {
    const offer = await call(remainingMs, () =>
      client.files.getUploadURLExternal({ filename: upload.name, length: upload.bytes }),
    );
    const { upload_url: url, file_id: id } = offer;
    if (url === undefined || id === undefined)
      throw new Error('files.getUploadURLExternal answered without an address');
    await call(remainingMs, () => send(url, upload, remainingMs));
    await call(remainingMs, () =>
      client.apiCall('files.completeUploadExternal', {
        files: [{ id, title: upload.title }],
        // Unlike channel_id, it takes ids of users, too, to whom it comes as a direct message.
        channels: upload.to,
        initial_comment: escaped(upload.comment),
      }),
    );
  };
}
