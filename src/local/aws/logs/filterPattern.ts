/** CloudWatch's filter patterns for unstructured lines: words, "phrases", ?either ?or, -without, and %regular expressions%. */
import { AwsError } from '../awsError';

const TERM = /([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"%]+))/g;

/** Terms are case-sensitive and must all be there; of those with `?` one suffices (CloudWatch Logs user guide, *Filter pattern syntax*). */
export function linesThatMatch(pattern: string): (message: string) => boolean {
  const all: ((message: string) => boolean)[] = [];
  const either: ((message: string) => boolean)[] = [];
  for (const [, sign, phrase, expression, word] of pattern.trim().matchAll(TERM)) {
    const text = (phrase ?? word ?? '').replace(/\\(.)/g, '$1');
    let test = (message: string) => message.includes(text);
    if (expression !== undefined) {
      try {
        const regex = new RegExp(expression);
        test = (message) => regex.test(message);
      } catch {
        throw new AwsError('InvalidParameterException', `Invalid filter pattern: ${pattern}`);
      }
    }
    if (sign === '?') either.push(test);
    else if (sign === '-') all.push((message) => !test(message));
    else all.push(test);
  }
  return (message) =>
    all.every((test) => test(message)) &&
    // With plain terms beside them, CloudWatch ignores the ones with a question mark.
    (either.length === 0 || all.length > 0 || either.some((test) => test(message)));
}
