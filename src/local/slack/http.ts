/** Bodies in, answers out, and who may knock: the few things that every route of the local Slack needs of HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request body was longer than its route takes. */
export class TooLargeError extends Error {}

export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw new TooLargeError(`the body is longer than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The bytes of an upload: the body itself, or the first file of a multipart form. */
export async function uploadedBytes(contentType: string, body: Buffer): Promise<Buffer> {
  if (!contentType.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  for (const value of form.values()) {
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  }
  return Buffer.alloc(0);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

export function sendBytes(response: ServerResponse, contentType: string, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
  response.end(body);
}

const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address);

/** Whether a request comes from this machine, and not from some web page that its browser happens to show. */
export function isFromHere(request: IncomingMessage): boolean {
  const { host = '', origin } = request.headers;
  const isLocalName = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host);
  const isSameOrigin = origin === undefined || origin === `http://${host}`;
  return isLoopback(request.socket.remoteAddress) && isLocalName && isSameOrigin;
}
