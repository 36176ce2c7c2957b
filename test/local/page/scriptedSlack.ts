/** A stand-in for the local Slack's server: serves the page and a stream that a test writes, and keeps what the page sent. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type PageAsset, pageAssets } from '../../../src/local/page/assets';
import type { Message, Snapshot, StreamEvent, User } from '../../../src/local/page/contract';

export const ADA: User = { id: 'U01', name: 'ada', real_name: 'Ada Park', role: 'operator', tz: 'Europe/Berlin' };
export const BO: User = { id: 'U02', name: 'bo', real_name: 'Bo Lind', role: 'viewer', tz: 'America/New_York' };
export const BOT: User = { id: 'UBOT', name: 'batchbot', real_name: 'batchbot', is_bot: true, color: '0e6f69' };

export interface Knock {
  path: string;
  body: Record<string, unknown>;
}

type Reply = (knock: Knock) => object | Promise<object>;

export class ScriptedSlack {
  readonly knocks: Knock[] = [];
  /** Answers a door; a test replaces it to play the bot. */
  reply: Reply = () => ({ ok: true });
  readonly state: Snapshot = {
    type: 'snapshot',
    team: { id: 'T01', name: 'Genome Works' },
    users: [ADA, BO, BOT],
    channels: [
      { id: 'C01', name: 'general', topic: 'Everything that runs on AWS Batch' },
      { id: 'C02', name: 'batch-alerts', topic: 'Jobs that failed, one card an incident' },
      { id: 'C03', name: 'ops', is_private: true },
      { id: 'D01', name: 'batchbot', is_private: true },
    ],
    messages: [],
    views: [],
    home: null,
    commands: [
      {
        command: '/batch',
        usage_hint: 'search | job | logs | cancel | queues | help [verb]',
        description: 'Find, read and stop AWS Batch jobs',
      },
    ],
  };
  private readonly streams = new Set<ServerResponse>();
  private readonly server: Server;
  private lastTs = Date.now() / 1000 - 3600;

  private constructor(private readonly assets: PageAsset[]) {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  static async start(): Promise<ScriptedSlack> {
    const slack = new ScriptedSlack(await pageAssets());
    await new Promise<void>((done) => slack.server.listen(0, '127.0.0.1', done));
    return slack;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.dropStreams();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  dropStreams(): void {
    for (const stream of this.streams) stream.destroy();
    this.streams.clear();
  }

  /** Puts an event on every open stream, and into the snapshot of the next. */
  tell(event: StreamEvent): void {
    if (event.type === 'message') {
      const { message } = event;
      const others = this.state.messages.filter(({ channel, ts }) => channel !== message.channel || ts !== message.ts);
      this.state.messages = [...others, message];
    } else if (event.type === 'home') {
      this.state.home = event.view;
    } else if (event.type === 'view') {
      this.state.views = [...this.state.views.filter((view) => view.id !== event.view.id), event.view];
    } else if (event.type === 'view_closed') {
      this.state.views = this.state.views.filter((view) => view.id !== event.view_id);
    }
    for (const stream of this.streams) stream.write(`data: ${JSON.stringify(event)}\n\n`);
  }

  /** The bot says something; gives the message, to change later. */
  says(channel: string, message: Partial<Message>): Message {
    this.lastTs += 1;
    const whole = { ts: this.lastTs.toFixed(6), channel, user: BOT.id, text: '', ...message };
    this.tell({ type: 'message', message: whole });
    return whole;
  }

  /** The body of the last knock at a door, once there has been one. @throws Error after 4 s without */
  async knocked(path: string): Promise<Record<string, unknown>> {
    for (let waits = 0; waits < 200; waits += 1) {
      const knock = this.knocks.findLast((one) => one.path === path);
      if (knock) return knock.body;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error(
      `nobody knocked at ${path}; knocks: ${this.knocks.map((knock) => knock.path).join(', ') || 'none'}`,
    );
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    const asset = this.assets.find(({ path }) => path === pathname);
    if (asset) {
      response.setHeader('content-type', asset.contentType).end(asset.body);
    } else if (pathname === '/local/stream') {
      response.setHeader('content-type', 'text/event-stream');
      response.write(`retry: 200\ndata: ${JSON.stringify(this.state)}\n\n`);
      this.streams.add(response);
    } else if (pathname === '/local/users') {
      response.end(JSON.stringify({ ok: true, users: this.state.users }));
    } else if (pathname.startsWith('/local/files/')) {
      response.end(Array.from({ length: 30 }, (_, line) => `09:41:${10 + line}  read ${line * 160_000}`).join('\n'));
    } else if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      const knock = { path: pathname.replace('/local/', ''), body: JSON.parse(body) as Record<string, unknown> };
      this.knocks.push(knock);
      response.end(JSON.stringify(await this.reply(knock)));
    } else {
      response.writeHead(404).end();
    }
  }
}
