/** A whole run takes the parts; where files are named, it takes these, each by itself as Jest does. */
const { allFiles } = require('./files.cjs');

const isPart = (path) => path.endsWith('.test.cjs');

module.exports = async (paths) => {
  const named = paths.filter((path) => !isPart(path));
  const isWhole = named.length === allFiles().length;
  return { filtered: isWhole ? paths.filter(isPart) : named };
};
