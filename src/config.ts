/**
 * The environment: every setting with its meaning, and one readable failure that lists all that is wrong.
 *
 * Read without a schema library: with zod a fresh front takes 137 ms to its first answer, without it 121 (two cores, Node 20).
 */

interface Kind<T> {
  /** What a usable value is, after "must be". */
  mustBe: string;
  /** @returns undefined for what is not usable */
  parse: (text: string) => T | undefined;
}

interface Setting<T> {
  description: string;
  /** Nothing works without it. */
  needed: boolean;
  /**
   * @param text undefined when it is not set
   * @throws RangeError that says what a usable value is
   */
  parse: (text: string | undefined) => T;
}

function read<T>({ mustBe, parse }: Kind<T>, text: string): T {
  const value = parse(text);
  if (value === undefined) throw new RangeError(`must be ${mustBe}`);
  return value;
}
const defaulted = <T, F extends T | undefined>(kind: Kind<T>, fallback: F, description: string): Setting<T | F> => ({
  description,
  needed: false,
  parse: (text) => (text === undefined ? fallback : read(kind, text)),
});
const optional = <T>(kind: Kind<T>, description: string): Setting<T | undefined> =>
  defaulted(kind, undefined, description);
const needed = <T>(kind: Kind<T>, description: string): Setting<T> => ({
  description,
  needed: true,
  parse: (text) => read(kind, text ?? ''),
});

const matching = (pattern: RegExp, mustBe: string): Kind<string> => ({
  mustBe,
  parse: (text) => (pattern.test(text) ? text : undefined),
});
const oneOf = <T extends string>(...words: readonly T[]): Kind<T> => ({
  mustBe: `one of ${words.join(', ')}`,
  parse: (text) => words.find((word) => word === text),
});
/** Some of these words, all different, or the word `none`. */
const someOf = <T extends string>(...words: readonly T[]): Kind<T[]> => ({
  mustBe: `some of ${words.join(', ')}, separated by commas, or none`,
  parse: (text) => {
    if (text.trim() === 'none') return [];
    const given = new Set(text.split(/[\s,]+/).filter((word) => word !== ''));
    const found = words.filter((word) => given.delete(word));
    return given.size === 0 ? found : undefined;
  },
});
const wholeNumber = (least: number, most: number): Kind<number> => ({
  mustBe: `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`,
  parse: (text) => {
    const number = Number(text);
    return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
  },
});
const text = matching(/./s, 'a text');
const url: Kind<string> = {
  mustBe: 'an http or https address',
  parse: (address) => (/^https?:/i.test(address) && URL.canParse(address) ? address : undefined),
};
const list: Kind<string[]> = {
  mustBe: 'a list separated by commas',
  parse: (words) => words.split(/[\s,]+/).filter((word) => word !== ''),
};
const holders: Kind<string[]> = {
  mustBe: 'a list of Slack ids such as U012AB3CD, S012AB3CD or C012AB3CD:spot-*, separated by commas',
  parse: (text) => {
    const words = list.parse(text);
    return words?.every((word) => /^[UWSCG][A-Z0-9]{2,}(:\S+)?$/.test(word)) ? words : undefined;
  },
};
const flag: Kind<boolean> = {
  mustBe: 'yes or no',
  parse: (word) => (/^(1|true|yes)$/.test(word) ? true : /^(0|false|no)$/.test(word) ? false : undefined),
};

/** As in `jobs/timeouts.ts`, which the front must not load. */
const TIMEOUT_KINDS = ['native', 'environment', 'rules'] as const;

/** Every setting that batchbot knows. `npm run bot -- --help` and the README print these descriptions. */
export const settings = {
  SLACK_BOT_TOKEN: needed(
    matching(/^xoxb-/, 'a token that begins with xoxb-'),
    'Bot token of the Slack app, from its OAuth & Permissions page',
  ),
  SLACK_SIGNING_SECRET: needed(text, "The Slack app's signing secret, from its Basic Information page"),
  SLACK_APP_TOKEN: optional(
    matching(/^xapp-/, 'a token that begins with xapp-'),
    'App-level token; when set, `npm run bot` uses Socket Mode and needs no public address',
  ),
  SLACK_SECRET_ARN: optional(
    text,
    'Secrets Manager secret with {"botToken", "signingSecret"}, in place of the two settings above (Lambda)',
  ),
  SLACK_API_URL: optional(url, 'Address of the Slack Web API, if not https://slack.com/api/'),
  SLACK_COMMAND: defaulted(
    matching(/^\/[a-z0-9_-]{1,31}$/, 'a slash and up to 31 small letters, digits, - or _'),
    '/batch',
    'The slash command, if /batch is taken',
  ),
  DYNAMODB_TABLE: defaulted(
    matching(/^.{3,}$/s, 'a name of three characters or more'),
    'batchbot',
    'DynamoDB table that keeps the history',
  ),
  CREATE_TABLE: defaulted(flag, false, 'Create the table at start if it does not exist: yes or no'),
  WORK_QUEUE_URL: optional(
    url,
    'SQS queue between front and worker; without it `npm run bot` works in its own process',
  ),
  EVENTS_QUEUE_URL: optional(
    url,
    'SQS queue that EventBridge fills with Batch events; without it `npm run bot` learns of changes by sweeping every SWEEP_SECONDS',
  ),
  EVENTS_DLQ_URL: optional(url, 'SQS queue where events that cannot be understood are parked'),
  ALERT_CHANNEL: optional(text, 'Channel id (C…) for failed and timed-out jobs; without it nothing is posted unasked'),
  ADMINS: defaulted(
    holders,
    [],
    'Who has the admin role, which no command can take: Slack ids of users (U…), user groups (S…) and channels (C…), separated by commas',
  ),
  OPERATORS: defaulted(
    holders,
    [],
    'Who may cancel jobs: Slack ids as in ADMINS, each for some queues where a pattern follows (U012AB3CD:spot-*); everyone else may only look',
  ),
  SHARED_CHANNELS: defaulted(
    list,
    [],
    'Channels (C…) in which people of other workspaces, met by Slack Connect, may look; elsewhere they are refused',
  ),
  WORKSPACES: defaulted(
    list,
    [],
    'Further workspaces (T…) whose people are no strangers, as in an Enterprise Grid; the own one is asked of Slack',
  ),
  TRACKED_QUEUES: defaulted(list, [], 'Job queues to follow, separated by commas, * allowed; all by default'),
  SHOWN_VARIABLES: defaulted(
    list,
    [],
    'Environment variables of jobs whose values may be kept and shown, separated by commas, * allowed; of the others only the names are',
  ),
  TIMEOUT_VARIABLE: defaulted(
    matching(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'the name of an environment variable'),
    'PYBATCH_TIMEOUT',
    'Environment variable of jobs that holds the seconds which they may take from submission',
  ),
  TIMEOUTS: defaulted(
    someOf(...TIMEOUT_KINDS),
    [...TIMEOUT_KINDS],
    'Which time limits count where no command has switched them, separated by commas: native (Batch’s own: warnings of it), environment (TIMEOUT_VARIABLE), rules; none for none',
  ),
  RETENTION_DAYS: optional(
    wholeNumber(1, 36_500),
    'How many days after its end a job is removed for good, with where its log is; all are kept without it',
  ),
  SEARCH_SECONDS: defaulted(
    wholeNumber(1, 600),
    2,
    'How long a search may count, in seconds; past it, it says how many it found so far',
  ),
  SEARCH_READ_UNITS: defaulted(
    wholeNumber(10, Number.MAX_SAFE_INTEGER),
    1_000,
    "How many of DynamoDB's read units a search may spend on counting; past it, it says how many it found so far",
  ),
  SWEEP_SECONDS: defaulted(
    wholeNumber(10, Number.MAX_SAFE_INTEGER),
    60,
    'How often ListJobs is swept for what events missed, in seconds',
  ),
  PORT: defaulted(wholeNumber(0, 65_535), 3_000, 'Port that `npm run bot` listens on for Slack (HTTP mode)'),
  LOG_LEVEL: defaulted(oneOf('debug', 'info', 'warn', 'error'), 'info', 'Least level of the log lines written'),
  AWS_REGION: defaulted(text, 'us-east-1', 'Region of AWS Batch'),
};

export type SettingName = keyof typeof settings;
export type Config = { [K in SettingName]: (typeof settings)[K] extends Setting<infer T> ? T : never };

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
    const setting: Setting<unknown> = settings[name];
    const text = env[name] === '' ? undefined : env[name];
    if (text === undefined && setting.needed) {
      problems.push(`${name} is missing. ${setting.description}.`);
      continue;
    }
    try {
      config[name] = setting.parse(text);
      if (config[name] === undefined && needed.includes(name))
        problems.push(`${name} is missing. ${setting.description}.`);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push(`${name} ${error.message}. ${setting.description}.`);
    }
  }
  if (problems.length > 0)
    throw new ConfigError(`batchbot can't start:\n${problems.map((line) => `  ${line}\n`).join('')}`);
  return config as Pick<Config, K>;
}

/** One line a setting, for `--help` and the README. */
export function describeSettings(names: readonly SettingName[]): { name: string; meaning: string; fallback: string }[] {
  return names.map((name) => {
    const setting: Setting<unknown> = settings[name];
    const fallback = setting.needed ? 'needed' : setting.parse(undefined);
    return { name, meaning: setting.description, fallback: fallback === undefined ? '' : String(fallback) };
  });
}
