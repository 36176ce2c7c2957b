/** A Slack on one local port: it sends the bot what Slack sends, and takes and refuses what Slack takes and refuses. */
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Dispatch } from './dispatch';
import { Doors, type Settled } from './doors';
import { Files } from './files';
import { isFromHere, readBody, sendBytes, sendJson, TooLargeError, uploadedBytes } from './http';
import type { LocalUser } from './identity';
import { type AwsSide, countsOf, type Faults, type LocalRoom, localRoute, setFaults } from './localRoutes';
import type { Message } from './message';
import { RateLimits } from './rateLimits';
import { ResponseUrls } from './responseUrls';
import { keepState } from './slackState';
import type { Command } from './speech';
import { Triggers } from './triggers';
import type { View } from './view';
import { argsOf, type Call, HANG_UP, WebApi } from './webApi/answer';
import { World } from './world';

export type { Settled } from './doors';
export type { LocalUser } from './identity';
export type { AwsSide, Faults } from './localRoutes';
export type { Message } from './message';
export type { View } from './view';
export type { Call } from './webApi/answer';

/** One file of the page; `/` is its front page, which also answers for permalinks. */
export interface PageAsset {
  readonly path: string;
  readonly contentType: string;
  readonly body: string | Buffer;
}

export interface LocalSlackOptions {
  /** 0 for any free one. */
  port: number;
  /** Where to listen: 127.0.0.1 unless said otherwise. The `/local/` doors answer this machine only, wherever. */
  host?: string;
  signingSecret: string;
  botToken: string;
  /** The clock of message ids, signatures, expiries and rate limits, in ms. */
  now?: () => number;
  /** Where the bot listens: `<url>/slack/events` unless said otherwise. */
  requestUrl?: string;
  /** The bot's own HTTP app, which gets every request under `/slack/`. */
  bot?: RequestListener;
  page?: () => Promise<PageAsset[]>;
  /** The AWS side of the world: behind `/local/events`, `pause`, `resume`, `faults`. */
  aws?: AwsSide;
  /** Messages, Homes and files outlive a restart here (files in a folder beside it). */
  stateFile?: string;
  users?: LocalUser[];
  /** Names of the public channels, all with the bot in them. */
  channels?: string[];
  /** The slash commands that the bot has. */
  commands?: Command[];
  /** Whether the bot is still at work on what it has acknowledged; say and press then go on waiting. */
  isBusy?: () => boolean;
  /** How long an answer must be quiet before say and press take it as whole: 400 ms. */
  quietMs?: number;
  /** When an event that was not acknowledged is sent again, in ms after the try before. */
  eventRetryMs?: readonly number[];
}

export interface LocalSlack {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
  /** The doors, in process. They throw the sentence that the door would answer as its error. */
  say: Doors['say'];
  press: Doors['press'];
  submit: Doors['submit'];
  closeView(what: { user: string; view_id: string }): Promise<Settled>;
  openHome(what: { user: string }): Promise<Settled>;
  /** Oldest first. With a reader, only what that user sees. */
  channel(name: string, reader?: string): Message[];
  dm(user: string): Message[];
  home(user: string): View | undefined;
  setFaults(faults: Faults): void;
  /** Makes a user group, or gives it other members, by their names or ids. */
  setGroup(handle: string, users: readonly string[]): void;
  counts(): ReturnType<typeof countsOf>;
  /** The newest calls of the Web API, oldest first. */
  calls(): readonly Call[];
}

/** A form or JSON body may hold 50 blocks of text several times over. */
const LARGEST_CALL_BYTES = 4 * 1024 * 1024;
/** A form is read into memory whole, unlike plain bytes. */
const LARGEST_FORM_BYTES = 64 * 1024 * 1024;
/** The commands that there are when nobody says otherwise. */
const COMMANDS: Command[] = [
  {
    command: '/batch',
    usage_hint: 'search align status:failed since:7d',
    description: 'Ask for and act on AWS Batch jobs',
  },
];

interface Site extends LocalRoom {
  readonly responseUrls: ResponseUrls;
  readonly bot: RequestListener | undefined;
  readonly page: () => Promise<PageAsset[]>;
}

const parsedBody = (contentType: string, body: string): unknown => {
  if (contentType.includes('application/x-www-form-urlencoded')) {
    const form = Object.fromEntries(new URLSearchParams(body));
    return parsedBody('application/json', form.payload ?? JSON.stringify(form));
  }
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

type Route = (site: Site, request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void;

const ROUTES: Record<string, Route> = {
  slack: (site, request, response) => {
    if (site.bot) site.bot(request, response);
    else sendJson(response, 404, { ok: false, error: 'there is no bot on this port' });
  },
  local: (site, request, response, url) => {
    if (isFromHere(request)) return localRoute(site, request, response, url);
    sendJson(response, 403, { ok: false, error: 'the /local/ doors are for this machine only' });
  },
  api: async (site, request, response, url) => {
    const body = (await readBody(request, LARGEST_CALL_BYTES)).toString('utf8');
    const args = argsOf(request.headers['content-type'] ?? '', body, url.searchParams);
    const method = url.pathname.slice('/api/'.length);
    const answer = site.webApi.answer(method, args, request.headers.authorization);
    if (answer.status === HANG_UP) response.destroy();
    else sendJson(response, answer.status, answer.body, answer.headers);
  },
  hooks: async (site, request, response, url) => {
    const body = (await readBody(request, LARGEST_CALL_BYTES)).toString('utf8');
    if (site.limits.faults.down) return sendJson(response, 503, { ok: false, error: 'service_unavailable' });
    const payload = parsedBody(request.headers['content-type'] ?? '', body);
    const answer = site.responseUrls.use(url.pathname.slice('/hooks/'.length), payload);
    response.writeHead(answer.status, { 'content-type': answer.body === 'ok' ? 'text/plain' : 'application/json' });
    response.end(answer.body);
  },
  upload: async (site, request, response, url) => {
    const type = request.headers['content-type'] ?? '';
    const isForm = type.startsWith('multipart/form-data');
    const content = isForm ? [await uploadedBytes(type, await readBody(request, LARGEST_FORM_BYTES))] : request;
    const isTaken = await site.files.receive(url.pathname.split('/').at(-1) ?? '', content);
    response.writeHead(isTaken ? 200 : 400, { 'content-type': 'text/plain' });
    response.end(isTaken ? 'OK' : 'no upload of this length was asked for here');
  },
  files: (site, _request, response, url) => {
    const file = site.files.get(url.pathname.split('/')[2] ?? '');
    if (!file) return sendJson(response, 404, { ok: false, error: 'file_not_found' });
    response.setHeader('content-disposition', `inline; filename*=UTF-8''${encodeURIComponent(file.name)}`);
    // A file is anybody's text: the browser must not take it for a page of this origin.
    response.setHeader('x-content-type-options', 'nosniff');
    const type = file.mimetype.startsWith('text/') ? `${file.mimetype}; charset=utf-8` : file.mimetype;
    response.writeHead(200, { 'content-type': type, 'content-length': file.size, 'cache-control': 'no-store' });
    createReadStream(file.path).pipe(response);
  },
};

const showPage: Route = async (site, _request, response, url) => {
  const assets = await site.page();
  const isPermalink = url.pathname.startsWith('/archives/');
  const asset = assets.find(({ path }) => path === (isPermalink ? '/' : url.pathname));
  if (asset) sendBytes(response, asset.contentType, asset.body);
  else sendJson(response, 404, { ok: false, error: `nothing at ${url.pathname}` });
};

function answerWith(site: Site): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://local');
    const route = ROUTES[url.pathname.split('/')[1] ?? ''] ?? showPage;
    const fail = (error: unknown): void => {
      const status = error instanceof TooLargeError ? 413 : 500;
      const sentence = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, status, { ok: false, error: sentence });
    };
    Promise.resolve()
      .then(() => route(site, request, response, url))
      .catch(fail);
  };
}

const listening = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

/** @throws the listening error (`EADDRINUSE`…) when the port can't be had */
export async function startLocalSlack(options: LocalSlackOptions): Promise<LocalSlack> {
  const { now = Date.now, host = '127.0.0.1', stateFile, commands = COMMANDS } = options;
  let url = '';
  const baseUrl = () => url;
  const world = new World({ now, users: options.users, channels: options.channels });
  const saveState = stateFile ? keepState(world, stateFile) : () => {};
  const files = new Files(baseUrl, stateFile ? `${stateFile}.files` : undefined);
  const triggers = new Triggers(now);
  const responseUrls = new ResponseUrls(world, baseUrl);
  const dispatch = new Dispatch({
    signingSecret: options.signingSecret,
    requestUrl: () => options.requestUrl ?? `${url}/slack/events`,
    now,
    eventRetryMs: options.eventRetryMs,
  });
  const limits = new RateLimits(now);
  const doors = new Doors({ world, dispatch, triggers, responseUrls }, files, commands, {
    quietMs: options.quietMs ?? 400,
    // A bot that tells when it is at work, and is not, has little left to say.
    firstMs: options.isBusy ? 1000 : 10_000,
    mostMs: 10_000,
    isBusy: () => dispatch.outstanding > 0 || (options.isBusy?.() ?? false),
  });
  const webApi = new WebApi({ world, files, triggers, baseUrl }, limits, options.botToken);
  let page: Promise<PageAsset[]> | undefined;
  const site: Site = {
    ...{ world, doors, files, limits, webApi, dispatch, commands, responseUrls },
    aws: options.aws,
    bot: options.bot,
    page: () => {
      page ??= options.page?.() ?? Promise.resolve([]);
      return page;
    },
  };
  const server = createServer(answerWith(site));
  const port = await listening(server, options.port, host);
  url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  return {
    url,
    port,
    close: async () => {
      dispatch.close();
      saveState();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      files.close();
    },
    say: (what) => doors.say(what),
    press: (what) => doors.press(what),
    submit: (what) => doors.submit(what),
    closeView: (what) => doors.close(what),
    openHome: (what) => doors.openHome(what),
    channel: (name, reader) => doors.messages(doors.channelOf(name), reader),
    dm: (user) => doors.dm(user),
    home: (user) => doors.home(user),
    setFaults: (faults) => setFaults(site, faults),
    setGroup: (handle, users) => {
      site.world.setGroup(
        handle,
        users.map((user) => site.doors.user(user).id),
      );
    },
    counts: () => countsOf(site),
    calls: () => webApi.calls,
  };
}
