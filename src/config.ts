/** The environment as one zod schema: every setting with its meaning, and one readable failure that lists all that is wrong. */
import * as z from 'zod';

const flag = z
  .enum(['1', 'true', 'yes', '0', 'false', 'no'])
  .transform((value) => ['1', 'true', 'yes'].includes(value));
const list = z.string().transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''));
const url = z.url({ protocol: /^https?$/ });

/** Every setting that batchbot knows. `npm run bot -- --help` and the README print these descriptions. */
export const settings = {
  SLACK_BOT_TOKEN: z
    .string()
    .startsWith('xoxb-')
    .describe('Bot token of the Slack app, from its OAuth & Permissions page'),
  SLACK_SIGNING_SECRET: z.string().min(1).describe("The Slack app's signing secret, from its Basic Information page"),
  SLACK_APP_TOKEN: z
    .string()
    .startsWith('xapp-')
    .optional()
    .describe('App-level token; when set, `npm run bot` uses Socket Mode and needs no public address'),
  SLACK_SECRET_ARN: z
    .string()
    .min(1)
    .optional()
    .describe('Secrets Manager secret with {"botToken", "signingSecret"}, in place of the two settings above (Lambda)'),
  SLACK_API_URL: url.optional().describe('Address of the Slack Web API, if not https://slack.com/api/'),
  SLACK_COMMAND: z
    .string()
    .regex(/^\/[a-z0-9_-]{1,31}$/)
    .default('/batch')
    .describe('The slash command, if /batch is taken'),
  DYNAMODB_TABLE: z.string().min(3).default('batchbot').describe('DynamoDB table that keeps the history'),
  CREATE_TABLE: flag.default(false).describe('Create the table at start if it does not exist: yes or no'),
  WORK_QUEUE_URL: url
    .optional()
    .describe('SQS queue between front and worker; without it `npm run bot` works in its own process'),
  EVENTS_QUEUE_URL: url
    .optional()
    .describe(
      'SQS queue that EventBridge fills with Batch events; without it `npm run bot` learns of changes by sweeping every SWEEP_SECONDS',
    ),
  EVENTS_DLQ_URL: url.optional().describe('SQS queue where events that cannot be understood are parked'),
  ALERT_CHANNEL: z
    .string()
    .min(1)
    .optional()
    .describe('Channel id (C…) for failed and timed-out jobs; without it nothing is posted unasked'),
  ADMINS: list.default([]).describe('Slack user ids (U…) with the admin role, separated by commas'),
  OPERATORS: list
    .default([])
    .describe('Slack user ids (U…) who may cancel jobs, separated by commas; everyone else may only look'),
  TRACKED_QUEUES: list.default([]).describe('Job queues to follow, separated by commas, * allowed; all by default'),
  SWEEP_SECONDS: z.coerce
    .number()
    .int()
    .min(10)
    .default(60)
    .describe('How often ListJobs is swept for what events missed, in seconds'),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(3000)
    .describe('Port that `npm run bot` listens on for Slack (HTTP mode)'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least level of the log lines written'),
  AWS_REGION: z.string().min(1).default('us-east-1').describe('Region of AWS Batch'),
} as const;

export type SettingName = keyof typeof settings;
export type Config = { [K in SettingName]: z.output<(typeof settings)[K]> };

export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads the settings that a door needs.
 * @param needed settings that must be there although others can do without them
 * @throws ConfigError that lists everything missing or malformed, each with its meaning
 */
export function readConfig<K extends SettingName>(
  env: Record<string, string | undefined>,
  names: readonly K[],
  needed: readonly K[] = [],
): Pick<Config, K> {
  const config: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name of names) {
    const schema: z.ZodType = settings[name];
    const value = env[name] === '' ? undefined : env[name];
    const parsed = schema.safeParse(value);
    const missing = value === undefined && (!parsed.success || (needed.includes(name) && parsed.data === undefined));
    if (missing) problems.push(`${name} is missing. ${schema.description}.`);
    else if (!parsed.success)
      problems.push(`${name} is not usable: ${parsed.error.issues[0]?.message}. ${schema.description}.`);
    else config[name] = parsed.data;
  }
  if (problems.length > 0)
    throw new ConfigError(`batchbot can't start:\n${problems.map((line) => `  ${line}\n`).join('')}`);
  return config as Pick<Config, K>;
}

/** One line a setting, for `--help` and the README. */
export function describeSettings(names: readonly SettingName[]): { name: string; meaning: string; fallback: string }[] {
  return names.map((name) => {
    const schema: z.ZodType = settings[name];
    const withDefault = schema.safeParse(undefined);
    const value = withDefault.success ? withDefault.data : undefined;
    const fallback = !withDefault.success
      ? 'needed'
      : value === undefined || (Array.isArray(value) && value.length === 0)
        ? ''
        : String(value);
    return { name, meaning: schema.description ?? '', fallback };
  });
}
