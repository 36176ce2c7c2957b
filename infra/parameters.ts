/** What a deployment chooses: read from CDK's context (`-c alertChannel=C0123456789`, or cdk.json), checked, with defaults. */
import type { Node } from 'constructs';
import * as z from 'zod';

const list = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(/[\s,]+/))])
  .transform((words) => words.filter((word) => word !== ''));
// The context of the command line is text, that of cdk.json is JSON.
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);
const holders = list.pipe(
  z.array(
    z
      .string()
      .regex(/^[UWSCG][A-Z0-9]{2,}(:\S+)?$/, 'expected Slack user ids such as U012AB3CD, user groups S…, channels C…'),
  ),
);

const schema = z.strictObject({
  alertChannel: z
    .string()
    .regex(/^[CG][A-Z0-9]{2,}$/, 'expected the id of a Slack channel such as C012AB3CD')
    .optional()
    .describe('Channel for failed and timed-out jobs; nothing is posted unasked without it'),
  admins: holders
    .default([])
    .describe('Slack ids of users, user groups and channels with the admin role, separated by commas'),
  operators: holders
    .default([])
    .describe('Slack ids of users, user groups and channels who may cancel jobs, each :queue-pattern allowed'),
  sharedChannels: list
    .default([])
    .describe('Channels (C…) in which people of other workspaces may look, separated by commas'),
  workspaces: list.default([]).describe('Further workspaces (T…) whose people are no strangers, separated by commas'),
  trackedQueues: list.default([]).describe('Job queues to follow, separated by commas, * allowed; all by default'),
  shownVariables: list
    .default([])
    .describe('Environment variables of jobs whose values may be kept and shown, separated by commas, * allowed'),
  timeoutVariable: z
    .string()
    .regex(/^[A-Za-z_]\w{0,127}$/, 'expected the name of an environment variable')
    .default('PYBATCH_TIMEOUT')
    .describe('Environment variable of jobs that holds the seconds which they may take from submission'),
  timeouts: list
    .pipe(z.array(z.enum(['native', 'environment', 'rules', 'none'])))
    .default(['native', 'environment', 'rules'])
    .describe(
      'Time limits that count where no command switched them: native, environment, rules, separated by commas; or none',
    ),
  secretArn: z
    .string()
    .regex(
      /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/,
      'expected the full ARN, with its six last characters',
    )
    .optional()
    .describe('Secrets Manager secret with {"botToken", "signingSecret"}; goes before secretName'),
  secretName: z
    .string()
    .regex(/^[\w/+=.@-]{1,512}$/, "expected a secret's name")
    .default('batchbot/slack')
    .describe('The same secret by its name, in the account and region of the stack'),
  logGroups: list
    .pipe(z.array(z.string().regex(/^[\w./#-]{1,512}\*?$/, "expected log groups' names, * at the end allowed")))
    .default(['/aws/batch/job'])
    .describe('Log groups that jobs write to and that batchbot may read'),
  alarmEmail: z.email().optional().describe("Address that CloudWatch's alarms are mailed to, without Slack in between"),
  killTag: z
    .string()
    .regex(/^[^=]{1,128}=.{0,256}$/, 'expected key=value')
    .optional()
    .describe('Tag (key=value) that a job must carry for batchbot to be able to cancel it'),
  retentionDays: z.coerce
    .number()
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe('How many days after its end a job is removed for good; all are kept without it'),
  tracing: flag.default(false).describe('Trace the functions with X-Ray'),
  deletionProtection: flag.default(true).describe('Refuse to delete the table that keeps the history'),
  reserveConcurrency: flag
    .default(true)
    .describe('Reserve one execution for tick; false where the account has only the 10 that must stay unreserved'),
});

export type Parameters = z.output<typeof schema>;
export type ParameterName = keyof Parameters;

export class ParametersError extends Error {
  override name = 'ParametersError';
}

/**
 * @param given any of the parameters, as text or JSON; the rest take their defaults
 * @throws ParametersError that lists everything wrong, each with its meaning
 */
export function readParameters(given: Readonly<Record<string, unknown>>): Parameters {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys')
      return `  There is no ${issue.keys.join(', ')}. What there is: ${parameterNames.join(', ')}.`;
    const name = String(issue.path[0]);
    return `  ${name}: ${issue.message}. ${describeParameter(name)}.`;
  });
  throw new ParametersError(`The stack can't be made from this context (cdk -c name=value):\n${lines.join('\n')}`);
}

/** Reads the parameters from the context of a construct tree, leaving CDK's own keys alone. */
export function parametersOf(node: Node): Parameters {
  const given = parameterNames.map((name) => [name, node.tryGetContext(name)] as const);
  return readParameters(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
}

const parameterNames = Object.keys(schema.shape) as ParameterName[];
const isParameterName = (name: string): name is ParameterName => name in schema.shape;
const describeParameter = (name: string): string =>
  isParameterName(name) ? (schema.shape[name].description ?? name) : name;
