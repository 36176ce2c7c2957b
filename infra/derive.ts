/**
 * `npm run manifest`: writes what is derived from the code, manifest.yml and the README's tables; with `--check` it only
 * tells whether they are stale, and with `--url https://…` it prints the manifest with the deployed bot's address in it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { alertsVerbs } from '../src/commands/alerts';
import { commands } from '../src/commands/index';
import { describeSettings, type SettingName, settings } from '../src/config';
import { tellCauses } from '../src/jobs/causes';
import { occasions } from '../src/notices';
import { manifest, PLACEHOLDER_URL, SCOPES } from '../src/slack/manifest';

const SLASH = settings.SLACK_COMMAND.parse(undefined);
const root = join(__dirname, '..');

const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

const tables: Readonly<Record<string, () => string>> = {
  commands: () =>
    table(
      ['command', 'what it does'],
      commands.map(({ name, usage, summary, changes }) => [
        `\`${`${SLASH} ${name} ${usage}`.trim()}\``,
        `${summary}${changes ? ' Operators only; asks to confirm.' : ''}`,
      ]),
    ),
  alerts: () =>
    table(
      ['after `/batch alerts`', 'what it does'],
      alertsVerbs.map(({ name, usage, summary }) => [`\`${`${name} ${usage}`.trim()}\``, summary]),
    ),
  occasions: () =>
    table(
      ['occasion', 'told when', 'at first'],
      occasions().map(({ name, summary, isOn }) => [`\`${name}\``, summary, isOn ? 'on' : 'off']),
    ),
  causes: () =>
    table(
      ['cause', 'what the card says, for example', 'the next step'],
      tellCauses().map(({ headline, sentence, nextStep }) => [headline, sentence, nextStep]),
    ),
  scopes: () =>
    table(
      ['scope', 'what for'],
      SCOPES.map(({ scope, why }) => [`\`${scope}\``, why]),
    ),
  settings: () =>
    table(
      ['setting', 'meaning', 'default'],
      describeSettings(Object.keys(settings) as SettingName[]).map(({ name, meaning, fallback }) => [
        `\`${name}\``,
        meaning,
        fallback === 'needed' ? '(needed)' : fallback,
      ]),
    ),
};

/** Replaces what stands between `<!-- derived:NAME -->` and `<!-- /derived -->`. */
export function fillTables(text: string): string {
  return text.replace(
    /(<!-- derived:(\w+) -->\n)[\s\S]*?(<!-- \/derived -->)/g,
    (whole, open: string, name: string, close: string) => {
      const make = tables[name];
      return make === undefined ? whole : `${open}${make()}\n${close}`;
    },
  );
}

export const manifestText = (url: string): string =>
  `# Derived from src/commands by \`npm run manifest\`: change the code, not this file.\n${stringify(manifest(commands, SLASH, url), { lineWidth: 0 })}`;

function main(): void {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, url: { type: 'string' } } });
  if (values.url !== undefined) {
    process.stdout.write(manifestText(new URL('/slack/events', values.url).href));
    return;
  }
  const files: [string, (text: string) => string][] = [
    ['manifest.yml', () => manifestText(PLACEHOLDER_URL)],
    ['README.md', fillTables],
  ];
  const stale = files.filter(([name, derive]) => {
    const path = join(root, name);
    let before = '';
    try {
      before = readFileSync(path, 'utf8');
    } catch {
      // Not there yet: it is written below.
    }
    const after = derive(before);
    if (before === after) return false;
    if (!values.check) writeFileSync(path, after);
    return true;
  });
  const names = stale.map(([name]) => name).join(', ');
  if (values.check && stale.length > 0) {
    process.stderr.write(`stale: ${names}. Run npm run manifest and commit.\n`);
    process.exitCode = 1;
  } else {
    process.stdout.write(stale.length === 0 ? 'nothing was stale\n' : `written: ${names}\n`);
  }
}

if (require.main === module) main();
