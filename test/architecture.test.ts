/** Holds the house's arrows: who may import whom, who may look at the clock and the environment, and how files begin. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';

const SRC = join(__dirname, '../src');

interface Import {
  from: string;
  /** `jobs/job`, or a package's name. */
  to: string;
  isPackage: boolean;
  typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(tsx?|css)$/.test(path) && !path.endsWith('.d.ts'))
  .sort();
const code = files.filter((path) => /\.tsx?$/.test(path));
const text = new Map(files.map((path) => [path, readFileSync(join(SRC, path), 'utf8')]));
const textOf = (path: string): string => text.get(path) ?? '';

/** `import { type A, type B } from` leaves nothing behind either. */
const onlyTypes = (clause: string): boolean =>
  /^type\b/.test(clause) ||
  (/^\{[^}]*\}$/.test(clause) && [...clause.slice(1, -1).split(',')].every((part) => /^\s*(type\s.*)?$/s.test(part)));

function importsOf(path: string): Import[] {
  const found: Import[] = [];
  const statement = /^(?:import|export)\s+(?:([^'";]*?)\s+from\s+)?'([^']+)'|(?:import|require)\(\s*'([^']+)'/gm;
  for (const [, clause = '', fixed, called] of textOf(path).matchAll(statement)) {
    const name = fixed ?? called ?? '';
    const isPackage = !name.startsWith('.');
    const [scope = '', rest = ''] = name.split('/');
    found.push({
      from: path,
      to: isPackage
        ? name.startsWith('@')
          ? `${scope}/${rest}`
          : scope
        : relative(SRC, join(SRC, dirname(path), name)),
      isPackage,
      typeOnly: onlyTypes(clause.trim()),
    });
  }
  return found;
}

const imports = code.flatMap(importsOf);
const room = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : path.replace(/\.tsx?$/, ''));
const isBuiltin = (name: string): boolean => name.startsWith('node:') || builtinModules.includes(name);
const told = ({ from, to, typeOnly }: Import): string => `${from} imports ${typeOnly ? 'types of ' : ''}${to}`;
const packages = imports.filter(({ isPackage, to }) => isPackage && !isBuiltin(to));

test('there is something to look at', () => {
  expect(code.length).toBeGreaterThan(100);
  expect(imports.filter(({ from }) => from === 'app.ts').length).toBeGreaterThan(8);
  expect(importsOf('commands/operations/cancelJobs.ts')).toContainEqual({
    from: 'commands/operations/cancelJobs.ts',
    to: '@aws-sdk/client-batch',
    isPackage: true,
    typeOnly: true,
  });
});

describe('arrows between rooms point one way', () => {
  /** What a room may import, and what it may know the types of. */
  const ARROWS: Record<string, { values: string[]; types?: string[] }> = {
    errors: { values: [] },
    log: { values: [] },
    config: { values: [] },
    jobs: { values: ['jobs'] },
    views: { values: ['views', 'jobs'], types: ['aws', 'history', 'slack'] },
    history: { values: ['history', 'jobs', 'errors'], types: ['aws', 'log'] },
    aws: { values: ['aws'], types: ['jobs'] },
    slack: { values: ['slack', 'views', 'errors', 'log'], types: ['commands'] },
    commands: { values: ['commands', 'notices', 'history', 'views', 'jobs', 'aws', 'slack', 'errors'], types: ['log'] },
    notices: { values: ['notices', 'history', 'views', 'jobs', 'slack', 'errors'], types: ['aws', 'commands'] },
    app: { values: ['tick', 'commands', 'notices', 'history', 'views', 'jobs', 'slack', 'errors'] },
    tick: { values: ['commands', 'notices', 'history', 'errors'] },
    lambdas: {
      values: ['lambdas', 'app', 'config', 'log', 'errors', 'aws', 'commands', 'history', 'jobs', 'slack', 'views'],
    },
  };
  /** Single steps against an arrow, each with its reason. */
  const EXCEPTIONS = new Set([
    // The manifest is derived from the verbs.
    'slack/manifest.ts imports commands/usage',
  ]);

  test.each(Object.entries(ARROWS))('%s', (name, { values, types = [] }) => {
    const wrong = imports
      .filter(({ from, isPackage }) => !isPackage && room(from) === name)
      .filter(({ to, typeOnly }) => !values.includes(room(to)) && !(typeOnly && types.includes(room(to))))
      .map(told)
      .filter((line) => !EXCEPTIONS.has(line));
    expect(wrong).toEqual([]);
  });

  test('every room is held by an arrow, but the local world, which may know all', () => {
    expect([...new Set(code.map(room))].sort()).toEqual([...Object.keys(ARROWS), 'local'].sort());
  });

  test('only the doors, the local world and tests open the house', () => {
    const openers = imports.filter(({ to, typeOnly }) => (to === 'app' || to === 'lambdas/open') && !typeOnly);
    expect([...new Set(openers.map(({ from }) => room(from)))].sort()).toEqual(['lambdas', 'local']);
  });
});

describe('packages stay where they belong', () => {
  const users = (is: (name: string) => boolean, withTypes = true): string[] =>
    [
      ...new Set(
        packages.filter(({ to, typeOnly }) => is(to) && (withTypes || !typeOnly)).map(({ from }) => room(from)),
      ),
    ].sort();

  test('jobs import zod and a spelling helper, nothing else and nothing of Node', () => {
    const outside = imports.filter(({ from, isPackage }) => room(from) === 'jobs' && isPackage);
    expect([...new Set(outside.map(({ to }) => to))].sort()).toEqual(['fastest-levenshtein', 'zod']);
  });

  test('views import no package that runs, only the types of blocks', () => {
    expect(packages.filter(({ from, typeOnly }) => room(from) === 'views' && !typeOnly).map(told)).toEqual([]);
  });

  test('Bolt and Slack’s Web API are known to slack/ and the doors alone', () => {
    expect(users((name) => /^@slack\/(bolt|web-api|socket-mode)$/.test(name))).toEqual(['lambdas', 'slack']);
  });

  test('block types are types wherever they are used', () => {
    expect(packages.filter(({ to, typeOnly }) => to === '@slack/types' && !typeOnly).map(told)).toEqual([]);
  });

  test('AWS’s clients run in aws/, history/, the doors and the local world; elsewhere they are types', () => {
    const isSdk = (name: string) => name.startsWith('@aws-sdk/');
    expect(users(isSdk, false)).toEqual(['aws', 'history', 'lambdas', 'local']);
    expect(users(isSdk)).toEqual(['aws', 'commands', 'history', 'lambdas', 'local']);
  });

  test('DynamoDB is history’s, but for the doors that hand it its client', () => {
    const users = packages.filter(({ to, typeOnly }) => /dynamodb/.test(to) && !typeOnly).map(({ from }) => room(from));
    expect([...new Set(users)].sort()).toEqual(['history', 'lambdas', 'local']);
    expect(packages.filter(({ to, from }) => to.includes('lib-dynamodb') && room(from) === 'lambdas')).toEqual([]);
  });
});

describe('the outside is met at the doors', () => {
  const withoutComments = (path: string): string =>
    textOf(path)
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/(^|\s)\/\/.*$/gm, '');
  const using = (pattern: RegExp, but: (path: string) => boolean): string[] =>
    code.filter((path) => !but(path) && pattern.test(withoutComments(path)));

  test('the environment is read in lambdas/, and in the local world’s own start', () => {
    // The page's bundle has React's NODE_ENV written into it as a text.
    const doors = ['local/main.ts', 'local/page/assets.ts'];
    expect(
      using(/process\.env|\benv\b.*from 'node:process'/, (path) => room(path) === 'lambdas' || doors.includes(path)),
    ).toEqual([]);
  });

  test('the clock is read in lambdas/ and the local world; everybody else is told the time', () => {
    const clock = /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\)|performance\.now|process\.hrtime/;
    expect(using(clock, (path) => ['lambdas', 'local'].includes(room(path)))).toEqual([]);
  });

  test('nothing is printed but by the log, the doors and the local world', () => {
    const printing = /\bconsole\.(log|debug|info|warn|error)\b|process\.std(out|err)/;
    expect(using(printing, (path) => ['lambdas', 'local', 'log'].includes(room(path)))).toEqual([]);
  });
});

test.each(['front', 'worker', 'events', 'tick', 'bot'])('the local world is not in what %s reaches', (door) => {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { to, isPackage, typeOnly } of importsOf(path)) {
      if (isPackage || typeOnly) continue;
      const file = [`${to}.ts`, `${to}.tsx`, `${to}/index.ts`].find((candidate) => text.has(candidate));
      if (file === undefined) throw new Error(`${path} imports ${to}, which is nowhere`);
      visit(file);
    }
  };
  visit(`lambdas/${door}.ts`);
  expect(reached.size).toBeGreaterThan(5);
  expect([...reached].filter((path) => room(path) === 'local')).toEqual([]);
});

describe('every file', () => {
  test('opens by saying what it is for', () => {
    expect(code.filter((path) => !/^\/\*\*[\s*]+\S[\s\S]{15,}?\*\//.test(textOf(path)))).toEqual([]);
  });

  test('is named after what it holds', () => {
    const vague = /(^|\/)(utils?|helpers?|commons?|managers?|services?|misc|shared)(\/|\.|$)/i;
    expect(files.filter((path) => vague.test(path))).toEqual([]);
  });

  test('can be held in the head', () => {
    expect(files.filter((path) => textOf(path).split('\n').length > 301)).toEqual([]);
  });
});
