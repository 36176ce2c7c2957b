/** A slash command as Slack signs it and a Lambda function URL passes it on. */
import { createHmac } from 'node:crypto';

/** The parts of a function URL's event (payload format 2.0) that a handler may look at. */
export interface FunctionUrlEvent {
  version: '2.0';
  routeKey: '$default';
  rawPath: string;
  rawQueryString: string;
  headers: Record<string, string>;
  requestContext: {
    domainName: string;
    http: { method: 'POST'; path: string; protocol: 'HTTP/1.1'; sourceIp: string; userAgent: string };
    requestId: string;
    routeKey: '$default';
    stage: '$default';
    timeEpoch: number;
  };
  body: string;
  isBase64Encoded: boolean;
}

export interface FunctionUrlAnswer {
  statusCode: number;
  body?: string;
}

export type FunctionUrlHandler = (
  event: FunctionUrlEvent,
  context: Record<string, unknown>,
) => Promise<FunctionUrlAnswer>;

/** @param turn makes the request different from all others */
export function slackRequest(text: string, turn: number, signingSecret: string): FunctionUrlEvent {
  const now = Date.now();
  const body = new URLSearchParams({
    token: 'verification_token',
    team_id: 'T012AB3CD',
    team_domain: 'example',
    channel_id: 'C012AB3CD',
    channel_name: 'batch-alerts',
    user_id: 'U012AB3CD',
    user_name: 'jane',
    command: '/batch',
    text,
    api_app_id: 'A012AB3CD',
    response_url: `https://hooks.slack.com/commands/T012AB3CD/${turn}/abcdefghijklmnop`,
    trigger_id: `${now}.${turn}.abcdef`,
  }).toString();
  const timestamp = Math.floor(now / 1000);
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/slack/events',
    rawQueryString: '',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
      host: 'example.lambda-url.us-east-1.on.aws',
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': `v0=${signature}`,
    },
    requestContext: {
      domainName: 'example.lambda-url.us-east-1.on.aws',
      http: {
        method: 'POST',
        path: '/slack/events',
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: 'Slackbot 1.0',
      },
      requestId: `bench-${turn}`,
      routeKey: '$default',
      stage: '$default',
      timeEpoch: now,
    },
    // Function URLs pass a form's body in base64.
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
}
