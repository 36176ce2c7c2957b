/** The order of test files: those that take long begin first, so that none of them is left over at the end. */
const { default: Sequencer } = require('@jest/test-sequencer');

/** Seconds of their own on two quiet cores, where it is more than the size of a file would tell. */
const LONG = ['history/model', 'commands/cancelReliability', 'lambdas/terminal', 'history/reconcile', 'history/pack'];

class LongestFirst extends Sequencer {
  /** @param {import('@jest/test-result').Test[]} tests */
  async sort(tests) {
    const place = ({ path }) => {
      const found = LONG.findIndex((name) => path.replaceAll('\\', '/').endsWith(`test/${name}.test.ts`));
      return found < 0 ? LONG.length : found;
    };
    const sorted = await super.sort(tests);
    return [...sorted].sort((a, b) => place(a) - place(b));
  }
}

module.exports = LongestFirst;
