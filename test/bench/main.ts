/** `npm run bench -- <name> [options] [--json]`: runs one benchmark and prints its figures, with the machine they were taken on. */
import { cancel } from './cancel';
import { doors } from './doors';
import { statistics } from './jobStatistics';
import { logs } from './logs';
import { machine } from './machine';
import { search } from './search';

export interface Benchmark {
  /** What it measures and how, for whoever reads the figures. */
  about: string;
  /** @param say tells people how far it is */
  run(options: readonly string[], say: (line: string) => void): Promise<object>;
}

const benchmarks: Readonly<Record<string, Benchmark>> = { cancel, doors, logs, search, statistics };

/** One line a figure, nested names joined by dots. */
function table(figures: object, prefix = ''): [name: string, value: string][] {
  return Object.entries(figures).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? table(value, `${prefix}${name}.`)
      : [[`${prefix}${name}`, String(value)] as [string, string]],
  );
}

async function main([name, ...options]: readonly string[]): Promise<void> {
  const benchmark = name === undefined ? undefined : benchmarks[name];
  if (name === undefined || benchmark === undefined) {
    console.error(`Usage: npm run bench -- <name> [options] [--json]\nNames: ${Object.keys(benchmarks).join(', ')}`);
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
  console.error(error);
  process.exitCode = 1;
});
