/** Answers `POST /api/<method>`: token, faults and rate limits first, then the method itself; counts every call. */
import type { RateLimits } from '../rateLimits';
import { chatMethods } from './chat';
import { conversationMethods } from './conversations';
import { fileMethods } from './files';
import type { Answer, Args, Method, Workspace } from './method';
import { stringOf } from './method';
import { userMethods } from './users';
import { viewMethods } from './views';

const METHODS: Record<string, Method> = {
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
  ...userMethods,
  ...viewMethods,
};

/** Arguments that come as JSON inside a form (docs.slack.dev, apis/web-api: POST bodies). */
const JSON_ARGS = ['blocks', 'view', 'files', 'attachments', 'metadata', 'users'];

/** The arguments of a request; undefined for a body that is not what its type says. */
export function argsOf(contentType: string, body: string, query: URLSearchParams): Args | undefined {
  const args: Args = Object.fromEntries(query);
  if (contentType.includes('application/json')) {
    try {
      return { ...args, ...(JSON.parse(body || '{}') as Args) };
    } catch {
      return undefined;
    }
  }
  Object.assign(args, Object.fromEntries(new URLSearchParams(body)));
  for (const name of JSON_ARGS) {
    const value = args[name];
    if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) continue;
    try {
      args[name] = JSON.parse(value);
    } catch {
      // Left as a string, which the method then refuses as Slack does (`invalid_blocks_format`…).
    }
  }
  return args;
}

export interface MethodCounts {
  calls: number;
  refused: number;
  /** How often each error was the answer. */
  errors: Record<string, number>;
}

/** A call as it came. */
export interface Call {
  /** ms by the world's clock. */
  readonly at: number;
  readonly method: string;
  readonly channel: string;
  /** How it was refused; absent for one that was carried out. */
  readonly error?: string;
}

/** The newest calls are remembered. */
const MOST_CALLS = 20_000;
/** In place of an answer: the connection breaks. */
export const HANG_UP = 0;

export interface WebAnswer {
  /** `HANG_UP` for none. */
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: Record<string, unknown>;
}

/** Slack's shape of a refusal: the lines twice, once with their level. */
const bodyOf = (answer: Answer): Record<string, unknown> => {
  if (answer.ok || !answer.messages) return { ...answer };
  const { messages, ...rest } = answer;
  const errors = messages.map((line) => line.replace(/^\[ERROR\] /, ''));
  return { ...rest, errors, response_metadata: { messages } };
};

export class WebApi {
  readonly counts: Record<string, MethodCounts> = {};
  private readonly log: Call[] = [];

  constructor(
    private readonly workspace: Workspace,
    private readonly limits: RateLimits,
    private readonly botToken: string,
  ) {}

  private count(method: string, error: string | undefined): void {
    const counts = this.counts[method] ?? { calls: 0, refused: 0, errors: {} };
    this.counts[method] = counts;
    counts.calls += 1;
    if (error === undefined) return;
    counts.refused += 1;
    counts.errors[error] = (counts.errors[error] ?? 0) + 1;
  }

  answer(name: string, args: Args | undefined, authorization: string | undefined): WebAnswer {
    const answer = this.decide(name, args, authorization);
    const { error } = answer.body;
    const refused = typeof error === 'string' ? error : undefined;
    this.count(name, refused);
    const call = { at: this.workspace.world.now(), method: name, channel: stringOf(args ?? {}, 'channel') ?? '' };
    this.log.push(refused === undefined ? call : { ...call, error: refused });
    if (this.log.length > 2 * MOST_CALLS) this.log.splice(0, MOST_CALLS);
    return answer.status === 200 && this.limits.isAnswerLost(name) ? { status: HANG_UP, body: {} } : answer;
  }

  /** Oldest first. */
  get calls(): readonly Call[] {
    return this.log;
  }

  private decide(name: string, args: Args | undefined, authorization: string | undefined): WebAnswer {
    if (this.limits.faults.down) return { status: 503, body: { ok: false, error: 'service_unavailable' } };
    const method = METHODS[name];
    if (!method) return { status: 200, body: { ok: false, error: 'unknown_method', req_method: name } };
    if (!args) return { status: 200, body: { ok: false, error: 'invalid_json' } };
    const token = authorization?.replace(/^Bearer /i, '') ?? stringOf(args, 'token');
    if (name !== 'api.test') {
      if (!token) return { status: 200, body: { ok: false, error: 'not_authed' } };
      if (token !== this.botToken) return { status: 200, body: { ok: false, error: 'invalid_auth' } };
    }
    const seconds = this.limits.retryAfterSeconds(name, method.tier, stringOf(args, 'channel') ?? '');
    if (seconds !== undefined) {
      return {
        status: 429,
        headers: { 'retry-after': String(seconds) },
        body: { ok: false, error: 'ratelimited' },
      };
    }
    return { status: 200, body: bodyOf(method.run(args, this.workspace)) };
  }
}
