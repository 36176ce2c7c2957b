/** The order of test files: those that take long begin first, so that none of them is left over at the end. */
const { relative, join } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');
const { seconds } = require('./files.cjs');

class LongestFirst extends Sequencer {
  /** @param {import('@jest/test-result').Test[]} tests */
  sort(tests) {
    const file = ({ path }) => relative(join(__dirname, '..'), path).replaceAll('\\', '/');
    return [...tests].sort((a, b) => seconds(file(b)) - seconds(file(a)));
  }
}

module.exports = LongestFirst;
