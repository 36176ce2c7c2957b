/** What a command from a person's terminal begins and ends with: whose table, a clean Ctrl-C, and failures as sentences. */
import type { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ConfigError, readConfig } from '../config';
import { openHistory } from '../history/history';
import { DamagedItemError } from '../history/jobs';
import { damagedItem } from '../history/searching/damage';
import { nearest } from '../jobs/nearest';
import { QueryError } from '../jobs/query';

/** The command was typed wrong: the sentence is followed by its usage. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** It can't go on, for a reason that a person can do something about. */
export class CommandError extends Error {
  override name = 'CommandError';
}

const text = { type: 'string' } as const;
const on = { type: 'boolean' } as const;
/** The flags of every command on a table. */
export const TABLE_FLAGS = {
  table: text,
  region: text,
  local: on,
  'aws-port': text,
  help: { ...on, short: 'h' },
} as const;

export const TABLE_USAGE = `  --table NAME     the history's table; DYNAMODB_TABLE or "batchbot" by default (the stack's output TableName)
  --region NAME    its region, if not that of AWS_REGION or your AWS profile
  --local          the table of a running npm start; --aws-port N if that was given another one
  --help           this
`;

/** Throttled writes and reads are tried again with jitter; the SDK waits up to 20 seconds between two tries. */
const MOST_TRIES = 12;
/** The port and the credentials of `npm start`'s AWS. */
const LOCAL_PORT = '4566';
const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

type Flags = ReturnType<typeof parseArgs<{ options: typeof TABLE_FLAGS }>>['values'];

export interface Opened {
  history: ReturnType<typeof openHistory>;
  table: string;
  /** Where, for people: `table batchbot in eu-west-1`. */
  place: string;
  close: () => void;
}

export async function openTable(flags: Flags): Promise<Opened> {
  // The SDK announces the end of Node 20's support at every start, in the middle of the progress line.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const port = flags['aws-port'] ?? LOCAL_PORT;
  if (!/^\d{1,5}$/.test(port)) throw new UsageError('--aws-port must be a number.');
  if (flags['aws-port'] !== undefined && flags.local !== true) throw new UsageError('--aws-port goes with --local.');
  // The table of another world than the local one may be what the environment names.
  const { DYNAMODB_TABLE: _, ...local } = process.env;
  const { DYNAMODB_TABLE, RETENTION_DAYS } = readConfig(flags.local === true ? local : process.env, [
    'DYNAMODB_TABLE',
    'RETENTION_DAYS',
  ]);
  const table = flags.table ?? DYNAMODB_TABLE;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient({
    maxAttempts: flags.local === true ? 3 : MOST_TRIES,
    ...(flags.region === undefined ? {} : { region: flags.region }),
    ...(flags.local === true ? { endpoint, region: 'us-east-1', credentials: LOCAL_CREDENTIALS } : {}),
  });
  try {
    const place = flags.local === true ? endpoint : await client.config.region();
    return {
      history: openHistory(client, table, Date.now, RETENTION_DAYS),
      table,
      place: `table ${table} ${flags.local === true ? 'at' : 'in'} ${place}`,
      close: () => client.destroy(),
    };
  } catch {
    throw new CommandError('No AWS region is set: give --region, or set AWS_REGION or a profile that has one.');
  }
}

/** What AWS's and Node's own errors come to, as a sentence with the next step. */
const SENTENCES: readonly [name: RegExp, sentence: (opened: Opened | undefined, error: Error) => string][] = [
  [
    /^ResourceNotFoundException$/,
    (opened) =>
      `There is no ${opened?.place ?? 'such table'}: name it with --table (the stack's output TableName), and its region with --region.`,
  ],
  [
    /^(?:CredentialsProviderError|TokenProviderError)$/,
    () =>
      'No AWS credentials were found: set AWS_PROFILE, or sign in with aws sso login. For the table of npm start, add --local.',
  ],
  [
    /^(?:UnrecognizedClientException|ExpiredToken(?:Exception)?|InvalidSignatureException|IncompleteSignatureException)$/,
    (_, { message }) => `AWS does not take these credentials (${message}): sign in again, or set AWS_PROFILE.`,
  ],
  [
    /^AccessDenied(?:Exception)?$/,
    (_, { message }) =>
      `These credentials lack a permission: ${message} The README lists what each command needs (Moving a history in and out).`,
  ],
  [
    /^(?:ECONNREFUSED|ENOTFOUND|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|TimeoutError)$/,
    (opened) =>
      `Nothing answers for ${opened?.place ?? 'the table'}: is the network up, and npm start running if it is --local?`,
  ],
  [/^ENOENT$/, (_, error) => `There is no file ${pathOf(error)}.`],
  [/^EISDIR$/, (_, error) => `${pathOf(error)} is a folder: name a file.`],
  [/^EACCES$/, (_, error) => `${pathOf(error)} may not be read.`],
];
const pathOf = (error: Error): string => String((error as NodeJS.ErrnoException).path ?? '');

function sentenceOf(error: unknown, opened: Opened | undefined): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof CommandError || error instanceof ConfigError || error instanceof QueryError)
    return error.message;
  if (damagedItem(error) !== undefined || error instanceof DamagedItemError) return error.message;
  const names = [error.name, String((error as NodeJS.ErrnoException).code)];
  return SENTENCES.find(([name]) => names.some((one) => name.test(one)))?.[1](opened, error);
}

/** What was typed wrong, in a sentence; undefined for what is no matter of typing. */
function misuse(error: unknown, usage: string): string | undefined {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('ERR_PARSE_ARGS'))
    return undefined;
  // Node's own sentence goes on with advice for who writes a program.
  const [, unknown] = /^Unknown option '([^']+)'/.exec(error.message) ?? [];
  if (unknown === undefined) return `${error.message.split('\n')[0]?.replace(/\.?$/, '.')}`;
  const near = nearest(unknown, new Set(usage.match(/--[a-z][a-z-]+/g)));
  return `There is no option ${unknown}.${near === undefined ? '' : ` Did you mean ${near}?`}`;
}

export interface Command {
  usage: string;
  /** @returns the exit code */
  run: (args: string[], open: (flags: Flags) => Promise<Opened>, stop: { asked: boolean }) => Promise<number>;
}

/** A command that was stopped by Ctrl-C ends with 128 and the signal's number, as shells have it. */
export const STOPPED = 130;

/** Runs a command with the arguments of this process; 1 is a failure, 2 a wrong usage. */
export async function runAtTerminal({ usage, run }: Command): Promise<void> {
  const stop = { asked: false };
  // npm passes a Ctrl-C on that the terminal has sent to the whole group already, so that it comes twice.
  let askedAt = 0;
  const ask = () => {
    if (stop.asked && Date.now() - askedAt > 1_000) process.exit(STOPPED);
    if (!stop.asked) askedAt = Date.now();
    stop.asked = true;
  };
  process.on('SIGINT', ask).on('SIGTERM', ask);
  let opened: Opened | undefined;
  try {
    const args = process.argv.slice(2);
    if (args.includes('--help') || args.includes('-h')) {
      process.stdout.write(usage);
      return;
    }
    process.exitCode = await run(args, async (flags) => (opened = await openTable(flags)), stop);
  } catch (error) {
    const wrong = misuse(error, usage);
    const sentence = wrong === undefined ? sentenceOf(error, opened) : `${wrong}\n\n${usage.trimEnd()}`;
    process.stderr.write(`${sentence ?? (error instanceof Error ? error.stack : String(error))}\n`);
    process.exitCode = wrong === undefined ? 1 : 2;
  } finally {
    opened?.close();
    process.off('SIGINT', ask).off('SIGTERM', ask);
  }
}
