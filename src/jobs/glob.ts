/** Names with `*` in them, as people write sets of queues and definitions; case never matters. */

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Whether a name fits any of the patterns; without `*`, a pattern fits only itself. */
export function globMatcher(patterns: readonly string[]): (name: string) => boolean {
  const sources = patterns.map((pattern) => pattern.split('*').map(escapeRegExp).join('.*'));
  const expression = new RegExp(`^(?:${sources.join('|')})$`, 'isu');
  return (name) => patterns.length > 0 && expression.test(name);
}
