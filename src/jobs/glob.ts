/** Names with `*` in them, as people write sets of queues and definitions; case never matters. */

/** Whether a name fits any of the patterns; without `*`, a pattern fits only itself. */
export function globMatcher(patterns: readonly string[]): (name: string) => boolean {
  const tests = patterns.map((pattern) => globTest(pattern.toLowerCase()));
  return (name) => {
    const folded = name.toLowerCase();
    return tests.some((fits) => fits(folded));
  };
}

/** Takes each part at its first place, in one pass: an expression of `.*` would try all places, for hours. */
function globTest(pattern: string): (name: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (name) => name === first;
  return (name) => {
    if (!name.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return name.length - last.length >= at && name.endsWith(last);
  };
}
