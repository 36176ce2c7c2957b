/** Slack's two secrets, from the settings or from Secrets Manager, read once per process. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Config, ConfigError, readConfig } from '../config';

export interface SlackSecrets {
  botToken: string;
  signingSecret: string;
}

function secretsIn(text: string): SlackSecrets | undefined {
  let value: Partial<Record<keyof SlackSecrets, unknown>> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { botToken, signingSecret } = value ?? {};
  return typeof botToken === 'string' &&
    botToken.startsWith('xoxb-') &&
    typeof signingSecret === 'string' &&
    signingSecret !== ''
    ? { botToken, signingSecret }
    : undefined;
}

type Environment = Record<string, string | undefined>;
const inSecretsManager = (env: Environment): string | undefined => env.SLACK_SECRET_ARN || undefined;

/** The settings that hold the secrets where Secrets Manager does not, so that one failure lists them with all others. */
export const secretSettings = (env: Environment): readonly ('SLACK_BOT_TOKEN' | 'SLACK_SIGNING_SECRET')[] =>
  inSecretsManager(env) === undefined ? ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'] : [];

/** @throws ConfigError that says which of the settings is missing, or that the secret is malformed (never what is in it) */
export async function slackSecrets(env: Environment): Promise<SlackSecrets> {
  const arn = inSecretsManager(env);
  if (arn === undefined) {
    const config: Pick<Config, 'SLACK_BOT_TOKEN' | 'SLACK_SIGNING_SECRET'> = readConfig(env, [
      'SLACK_BOT_TOKEN',
      'SLACK_SIGNING_SECRET',
    ]);
    return { botToken: config.SLACK_BOT_TOKEN, signingSecret: config.SLACK_SIGNING_SECRET };
  }
  const { SecretString } = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: arn }));
  const secrets = secretsIn(SecretString ?? '');
  if (secrets === undefined)
    throw new ConfigError(`The secret ${arn} must be JSON {"botToken": "xoxb-…", "signingSecret": "…"}`);
  return secrets;
}
