/** The bundles hold what their function needs and nothing that slows its start. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, bundle } from '../../infra/bundle';
import { slackRequest } from '../bench/slackRequest';

const outDir = mkdtempSync(join(tmpdir(), 'bundles-'));
let bundles: Bundle[];

beforeAll(async () => {
  bundles = await bundle(undefined, outDir);
});
afterAll(() => rmSync(outDir, { recursive: true, force: true }));

const inputsOf = (name: string): string[] => bundles.find((one) => one.name === name)?.inputs ?? [];
const packagesIn = (name: string): Set<string> =>
  new Set(inputsOf(name).flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));

test('there is one for each function', () => {
  expect(bundles.map(({ name }) => name)).toEqual(['front', 'worker', 'events', 'tick']);
  for (const { name } of bundles) expect(inputsOf(name)).toContain(`src/lambdas/${name}.ts`);
});

test.each(['front', 'worker', 'events', 'tick'])(
  '%s holds nothing of the local world, the browser or the deployment',
  (name) => {
    expect(inputsOf(name).filter((path) => /^(src\/local|infra|test)\//.test(path))).toEqual([]);
    const packages = packagesIn(name);
    for (const unwanted of ['dynalite', 'react', 'react-dom', 'aws-cdk-lib', 'cdk-nag', 'esbuild'])
      expect(packages).not.toContain(unwanted);
  },
);

test('the front holds no client of what only the worker asks, no schemas, and nothing of Socket Mode', () => {
  const packages = packagesIn('front');
  expect(packages).toContain('@slack/bolt');
  for (const unwanted of [
    '@aws-sdk/client-batch',
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/client-cloudwatch-logs',
    '@aws-sdk/client-ec2',
    '@aws-sdk/client-ecs',
    '@slack/socket-mode',
    '@slack/oauth',
    'undici',
    'iconv-lite',
    'mime-db',
    'zod',
  ])
    expect(packages).not.toContain(unwanted);
});

/** What a bundled function answers, in a plain Node with the settings that the stack gives it. */
function answer(name: string, event: object): unknown {
  const script = `
    const { handler } = require(${JSON.stringify(join(outDir, name, 'index.js'))});
    handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 60_000 }).then((answer) => {
      process.stdout.write('\\n' + JSON.stringify(answer), () => process.exit(0));
    });`;
  const settings = {
    SLACK_BOT_TOKEN: 'xoxb-test',
    SLACK_SIGNING_SECRET: 'signing-secret',
    DYNAMODB_TABLE: 'batchbot',
    WORK_QUEUE_URL: 'http://127.0.0.1:9/123456789012/work',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    NODE_NO_WARNINGS: '1',
  };
  const printed = execFileSync(process.execPath, ['-e', script], {
    env: { PATH: process.env.PATH, ...settings },
    encoding: 'utf8',
  });
  // Its log lines come first.
  return JSON.parse(printed.slice(printed.lastIndexOf('\n') + 1));
}

test.each(['worker', 'events'])('%s starts with all its clients, and has nothing to give back of nothing', (name) => {
  expect(answer(name, { Records: [] })).toEqual({ batchItemFailures: [] });
});

describe('the front, as Lambda starts it', () => {
  test('refuses a request that Slack did not sign', () => {
    const forged = slackRequest('search failed', 1, 'another secret');
    expect(answer('front', forged)).toMatchObject({ statusCode: 401 });
  });

  test('reads a signed one, and tells the asker when the queue cannot be reached', () => {
    const request = slackRequest('search failed', 1, 'signing-secret');
    // Nobody listens on port 9: the request was understood, so what is left is the queue's failure, said in words.
    expect(answer('front', request)).toMatchObject({ statusCode: 200, body: expect.stringContaining('try again') });
  });
});
