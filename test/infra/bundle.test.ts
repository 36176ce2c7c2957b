/** The bundles hold what their function needs and nothing that slows its start. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, bundle } from '../../infra/bundle';

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

test('the front holds no client of what only the worker asks, and nothing of Socket Mode', () => {
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
  ])
    expect(packages).not.toContain(unwanted);
});
