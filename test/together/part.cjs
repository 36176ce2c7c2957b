/** Declares the tests of a part's files, each under the file's name: `npx jest <name>` runs that file by itself. */
const { filesOf } = require('./files.cjs');

module.exports = function part(n) {
  for (const file of filesOf(n)) describe(`test/${file}`, () => void require(`../${file}`));
};
