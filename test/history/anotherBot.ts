/** A second bot on the same AWS and Slack, with a memory of its own. */
import type { App } from '../../src/app';
import { createTable } from '../../src/history/table';
import { type AppConfig, type OpenOptions, openApp } from '../../src/lambdas/open';
import type { Scene } from '../scene';
import { dynamo } from './dynamo';

/** Its alerts go to #genomics, since those of the scene's own bot go to #batch-alerts. */
export const ALERTS = { id: 'C0GENOMIC1', name: 'genomics' };

/** @param table a new one, unless another bot has it too */
export async function anotherBot(
  here: Scene,
  table: string,
  config: Partial<AppConfig> = {},
  options: OpenOptions = {},
): Promise<App> {
  await createTable(dynamo(here), table);
  return openApp(
    {
      SLACK_BOT_TOKEN: 'xoxb-local',
      SLACK_API_URL: `${here.world.slack.url}/api/`,
      SLACK_COMMAND: '/batch',
      DYNAMODB_TABLE: table,
      WORK_QUEUE_URL: undefined,
      EVENTS_DLQ_URL: undefined,
      ALERT_CHANNEL: ALERTS.id,
      ADMINS: [],
      OPERATORS: [],
      SHARED_CHANNELS: [],
      WORKSPACES: [],
      TRACKED_QUEUES: [],
      SHOWN_VARIABLES: [],
      TIMEOUT_VARIABLE: 'PYBATCH_TIMEOUT',
      TIMEOUTS: ['native', 'environment', 'rules'],
      RETENTION_DAYS: undefined,
      SEARCH_SECONDS: 2,
      SEARCH_READ_UNITS: 1_000,
      LOG_LEVEL: 'error',
      AWS_REGION: 'us-east-1',
      ...config,
    },
    {
      endpoint: here.world.aws.url,
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      enqueue: async () => undefined,
      write: () => undefined,
      ...options,
    },
  );
}
