/** Slack's two secrets, from the settings or from Secrets Manager, read once per process. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { type Config, ConfigError, readConfig } from '../config';

const secretSchema = z.object({ botToken: z.string().startsWith('xoxb-'), signingSecret: z.string().min(1) });
export type SlackSecrets = z.infer<typeof secretSchema>;

/** @throws ConfigError that says which of the settings is missing, or that the secret is malformed (never what is in it) */
export async function slackSecrets(env: Record<string, string | undefined>): Promise<SlackSecrets> {
  const arn = env.SLACK_SECRET_ARN;
  if (arn === undefined || arn === '') {
    const config: Pick<Config, 'SLACK_BOT_TOKEN' | 'SLACK_SIGNING_SECRET'> = readConfig(env, [
      'SLACK_BOT_TOKEN',
      'SLACK_SIGNING_SECRET',
    ]);
    return { botToken: config.SLACK_BOT_TOKEN, signingSecret: config.SLACK_SIGNING_SECRET };
  }
  const { SecretString } = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: arn }));
  let value: unknown;
  try {
    value = JSON.parse(SecretString ?? '');
  } catch {
    value = undefined;
  }
  const parsed = secretSchema.safeParse(value);
  if (!parsed.success)
    throw new ConfigError(`The secret ${arn} must be JSON {"botToken": "xoxb-…", "signingSecret": "…"}`);
  return parsed.data;
}
