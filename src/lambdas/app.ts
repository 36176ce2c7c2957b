/** The app as the three Lambdas behind the queues and the clock share it: opened once per process. */
import type { App } from '../app';
import { readConfig } from '../config';
import { APP_SETTINGS, openApp } from './open';
import { secretSettings, slackSecrets } from './secrets';

let opened: Promise<App> | undefined;

async function open(): Promise<App> {
  const config = readConfig(process.env, [...APP_SETTINGS, ...secretSettings(process.env)], ['WORK_QUEUE_URL']);
  const { botToken } = await slackSecrets(process.env);
  return openApp({ ...config, SLACK_BOT_TOKEN: botToken });
}

export function theApp(): Promise<App> {
  opened ??= open().catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}
