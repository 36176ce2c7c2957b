/** Rate limits of the Web API: a bucket a method, and for posts a bucket a channel; and the faults that a test asks for. */

/** Requests a minute (docs.slack.dev, apis/web-api/rate-limits). A full bucket is the burst that Slack tolerates. */
export const TIERS = { 1: 1, 2: 20, 3: 50, 4: 100 } as const;
export type Tier = keyof typeof TIERS;
/** `chat.postMessage`: 1 a second a channel, "short bursts >1 allowed" (same page); how short is not documented. */
export const POSTS = { perSecond: 1, burst: 10 } as const;

/** What Slack does wrong from now on. */
export interface SlackFaults {
  /** The share of calls, 0 to 1, that are answered 429. */
  rate_limited?: number | undefined;
  /** Every so manieth call is answered 429. */
  rate_limited_every?: number | undefined;
  /** Every call is answered 503. */
  down?: boolean | undefined;
  /** So many of the next `chat.*` calls are carried out, and the connection breaks before the answer. */
  lost_answers?: number | undefined;
}

interface Bucket {
  tokens: number;
  at: number;
}

export class RateLimits {
  private readonly buckets = new Map<string, Bucket>();
  private asked = 0;
  faults: SlackFaults = {};

  constructor(
    private readonly now: () => number,
    private readonly random: () => number = Math.random,
  ) {}

  /** Takes one request's worth; the seconds to wait when there is none left. */
  private take(key: string, perSecond: number, burst: number): number | undefined {
    const now = this.now();
    const known = this.buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, known.tokens + (Math.max(0, now - known.at) / 1000) * perSecond);
    const isTaken = tokens >= 1;
    this.buckets.set(key, { tokens: isTaken ? tokens - 1 : tokens, at: now });
    return isTaken ? undefined : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  }

  /** Whether the answer to this call gets lost. */
  isAnswerLost(method: string): boolean {
    const { lost_answers: left = 0 } = this.faults;
    if (left === 0 || !method.startsWith('chat.')) return false;
    this.faults = { ...this.faults, lost_answers: left - 1 };
    return true;
  }

  /** Seconds for `Retry-After` when this call is one too many. */
  retryAfterSeconds(method: string, tier: Tier | 'posts' | 'none', channel: string): number | undefined {
    const { rate_limited = 0, rate_limited_every: every } = this.faults;
    this.asked += 1;
    if (every !== undefined && this.asked % every === 0) return 1;
    if (this.random() < rate_limited) return 1;
    if (tier === 'none') return undefined;
    if (tier === 'posts') return this.take(`${method} ${channel}`, POSTS.perSecond, POSTS.burst);
    return this.take(method, TIERS[tier] / 60, TIERS[tier]);
  }
}
