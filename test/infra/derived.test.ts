import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { fillTables, manifestText } from '../../infra/derive';
import { commands } from '../../src/commands/index';
import { settings } from '../../src/config';
import { PLACEHOLDER_URL } from '../../src/slack/manifest';

const read = (name: string): string => readFileSync(join(__dirname, '../..', name), 'utf8');
const schema = JSON.parse(read('test/payloads/slack-manifest.schema.json'));

test('manifest.yml is what the code derives', () => {
  expect(read('manifest.yml')).toBe(manifestText(PLACEHOLDER_URL));
});

test("manifest.yml is valid by Slack's own schema", () => {
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
  expect(validate(parse(read('manifest.yml'))) ? [] : validate.errors).toEqual([]);
});

test('the schema is awake: a command without its slash and an endless name are refused', () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  const broken = parse(read('manifest.yml'));
  broken.features.slash_commands[0].command = 'batch without a slash';
  broken.display_information.name = 'x'.repeat(100);
  expect(validate(broken)).toBe(false);
});

test('the tables of the README are what the code derives, and name every verb and setting', () => {
  const readme = read('README.md');
  expect(fillTables(readme)).toBe(readme);
  for (const { name } of commands) expect(readme).toContain(`\`/batch ${name}`);
  for (const name of Object.keys(settings)) expect(readme).toContain(`\`${name}\``);
});
