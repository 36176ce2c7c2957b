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
  /** Every call is answered 503. */
  down?: boolean | undefined;
}

interface Bucket {
  tokens: number;
  at: number;
}

export class RateLimits {
  private readonly buckets = new Map<string, Bucket>();
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

  /** Seconds for `Retry-After` when this call is one too many. */
  retryAfterSeconds(method: string, tier: Tier | 'posts' | 'none', channel: string): number | undefined {
    if (this.random() < (this.faults.rate_limited ?? 0)) return 1;
    if (tier === 'none') return undefined;
    if (tier === 'posts') return this.take(`${method} ${channel}`, POSTS.perSecond, POSTS.burst);
    return this.take(method, TIERS[tier] / 60, TIERS[tier]);
  }
}
