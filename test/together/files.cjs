/** All test files, and how they are shared out among the parts of a whole run. */
const { readdirSync, statSync } = require('node:fs');
const { join } = require('node:path');

const TESTS = join(__dirname, '..');

/**
 * How many part files stand here. Files of a part share a process and what it has loaded and compiled, the AWS SDK and Bolt
 * before all: alone, each of them takes a third longer. More parts share less; fewer leave a machine of many cores idle.
 */
const PARTS = readdirSync(__dirname).filter((name) => name.endsWith('.test.cjs')).length;

/** Seconds on two quiet cores, where it is more than the size of a file would tell. */
const LONG = {
  'history/model.test.ts': 80,
  'notices/conditions.test.ts': 70,
  'history/reconcile.test.ts': 50,
  'commands/retryCrash.test.ts': 40,
  'lambdas/terminal.test.ts': 35,
  'commands/cancelReliability.test.ts': 35,
  'local/main.test.ts': 35,
  'notices/sending/storm.test.ts': 35,
};
const BYTES_PER_SECOND = 1_000;
const LONGEST_OF_OTHERS = 25;

/** About how long it takes, in seconds. */
function seconds(file) {
  return LONG[file] ?? Math.min(LONGEST_OF_OTHERS, statSync(join(TESTS, file)).size / BYTES_PER_SECOND);
}

/** Their paths from here, with `/` on every system; the longest first. */
function allFiles() {
  const names = readdirSync(TESTS, { recursive: true }).map((name) => name.replaceAll('\\', '/'));
  const files = names.filter((name) => /\.test\.tsx?$/.test(name)).sort();
  return files.sort((a, b) => seconds(b) - seconds(a));
}

/** @param n from 1 to the number of parts, all of which take about equally long */
function filesOf(n) {
  const parts = Array.from({ length: PARTS }, () => ({ seconds: 0, files: [] }));
  for (const file of allFiles()) {
    const shortest = parts.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    shortest.seconds += seconds(file);
    shortest.files.push(file);
  }
  return parts[n - 1].files;
}

module.exports = { allFiles, filesOf };
