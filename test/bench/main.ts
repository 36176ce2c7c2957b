/** `npm run bench -- <name> [options] [--json]`: runs one benchmark and prints its figures, with the machine they were taken on. */
import { nearest } from '../../src/jobs/nearest';
import { cancel } from './cancel';
import { doors } from './doors';
import { statistics } from './jobStatistics';
import { logs } from './logs';
import { machine } from './machine';
import { search } from './search';
import { storms } from './storm';

export interface Benchmark {
  /** What it measures and how, for whoever reads the figures. */
  about: string;
  /** The options that it takes, each with what it means; those whose value is a number have `N`. */
  options: Readonly<Record<string, string>>;
  /** @param say tells people how far it is */
  run(options: readonly string[], say: (line: string) => void): Promise<object>;
}

const benchmarks: Readonly<Record<string, Benchmark>> = { cancel, doors, logs, search, statistics, storm: storms };

/** One line a figure, nested names joined by dots. */
function table(figures: object, prefix = ''): [name: string, value: string][] {
  return Object.entries(figures).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? table(value, `${prefix}${name}.`)
      : [[`${prefix}${name}`, String(value)] as [string, string]],
  );
}

const optionLines = (options: Benchmark['options']): string[] =>
  Object.entries({ ...options, '--json': 'print the figures as JSON' }).map(
    ([name, what]) => `    ${name.padEnd(20)} ${what}`,
  );

const usage = (asked: Readonly<Record<string, Benchmark>>): string =>
  [
    'Usage: npm run bench -- <name> [options]',
    ...Object.entries(asked).flatMap(([name, { options }]) => ['', `  ${name}`, ...optionLines(options)]),
  ].join('\n');

/** Typed wrong, told in a sentence; undefined for what goes. */
function misuse(options: readonly string[], known: Benchmark['options']): string | undefined {
  const names = new Map(
    Object.keys({ ...known, '--json': '' }).map((each): [name: string, value: string] => {
      const [option = '', value = ''] = each.split(' ');
      return [option, value];
    }),
  );
  for (let at = 0; at < options.length; at++) {
    const option = options[at] ?? '';
    if (!names.has(option)) {
      const near = nearest(option, names.keys());
      return `There is no option ${option} here.${near === undefined ? '' : ` Did you mean ${near}?`}`;
    }
    const kind = names.get(option) ?? '';
    if (kind === '') continue;
    const value = options[++at];
    if (value === undefined || value.startsWith('--')) return `${option} needs a value: ${option} ${kind}.`;
    if (kind === 'N' && !/^[1-9]\d{0,9}$/.test(value))
      return `${option} needs a number from 1 on, and ${value} is none.`;
  }
  return undefined;
}

async function main([name, ...options]: readonly string[]): Promise<void> {
  const benchmark = name === undefined ? undefined : benchmarks[name];
  const shown = name === undefined || benchmark === undefined ? benchmarks : { [name]: benchmark };
  const asksHelp = [name, ...options].some((word) => word === '--help' || word === '-h');
  const wrong = asksHelp || benchmark === undefined ? undefined : misuse(options, benchmark.options);
  if (asksHelp) {
    console.log(usage(shown));
    return;
  }
  if (name === undefined || benchmark === undefined || wrong !== undefined) {
    console.error(`${wrong === undefined ? '' : `${wrong}\n\n`}${usage(shown)}`);
    process.exitCode = 2;
    return;
  }
  const json = options.includes('--json');
  const figures = await benchmark.run(
    options.filter((option) => option !== '--json'),
    (line) => console.error(line),
  );
  if (json) {
    console.log(JSON.stringify({ bench: name, machine: machine(), figures }));
    return;
  }
  const rows = table({ ...figures, machine: machine() });
  const width = Math.max(...rows.map(([label]) => label.length));
  console.log(`${benchmark.about}\n`);
  for (const [label, value] of rows) console.log(`${label.padEnd(width)}  ${value}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const { code, path } = error as NodeJS.ErrnoException;
  console.error(code === 'ENOENT' && path !== undefined ? `There is no file ${path}.` : error);
  process.exitCode = 1;
});
