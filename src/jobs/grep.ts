/**
 * What somebody looks for in a log, as a pattern for FilterLogEvents: text in any case, or a regular expression.
 *
 * CloudWatch's words and phrases mind the case, and its regular expressions (between `%`) have no flag against that, so
 * that `disk` is asked for as `%[dD][iI][sS][kK]%`. They take letters, digits, `: _ # = @ / ; , -`, the operators
 * `^ $ ? [ ] { } | \ * + .` and any other ASCII character as `\xhh`; neither parentheses nor anything beyond ASCII
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html).
 */

/** FilterLogEvents takes 1,024 characters (API reference); two are the percent signs. */
const MOST_PATTERN = 1_022;
export const MOST_GREP = 200;

export interface Grep {
  /** As it was typed. */
  typed: string;
  /** For FilterLogEvents; undefined where CloudWatch has no way to say it, so that every line is looked at here. */
  pattern: string | undefined;
  /** Whether a line that came back is one of those meant: CloudWatch may have been asked for a part of the text only. */
  matches(line: string): boolean;
}

/** What is wrong with what was typed, in a sentence. */
export class GrepError extends Error {
  override name = 'GrepError';
}

const PLAIN = /[A-Za-z0-9:_#=@/;,-]/;
const OPERATORS = '^$?[]{}|\\*+.';

function literal(character: string): string {
  if (/[a-z]/i.test(character)) return `[${character.toLowerCase()}${character.toUpperCase()}]`;
  if (PLAIN.test(character)) return character;
  return `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** `[a-f]` → `[a-fA-F]`: every letter and every range of letters in its other case, too. */
function classInAnyCase(inner: string): string {
  const other = [...inner.matchAll(/\\.|([a-zA-Z])-([a-zA-Z])|([a-zA-Z])/g)].map(([, from, to, letter]) => {
    const flip = (text: string) => (text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase());
    if (letter !== undefined) return flip(letter);
    return from === undefined || to === undefined ? '' : `${flip(from)}-${flip(to)}`;
  });
  // What CloudWatch does not take as it is, such as a space, it takes by its number.
  const own = inner.replace(/\\.|[^A-Za-z0-9:_#=@/;,^$?[{}|\\*+.-]/g, (part) =>
    part.length > 1 ? part : literal(part),
  );
  return own + other.join('');
}

function expressionInAnyCase(source: string): string {
  let pattern = '';
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at);
    const [token = ''] = /^(?:\\x[0-9a-fA-F]{2}|\\.|\[\^?(?:\\.|[^\]\\])*\]|[\s\S])/.exec(rest) ?? [];
    if (token.length > 1 && token.startsWith('[')) {
      const negated = token.startsWith('[^') ? '^' : '';
      pattern += `[${negated}${classInAnyCase(token.slice(1 + negated.length, -1))}]`;
    } else if (token === '\\t') pattern += literal('\t');
    else if (/^\\[^A-Za-z0-9]$/.test(token) && !OPERATORS.includes(token.charAt(1))) {
      pattern += literal(token.charAt(1));
    } else if (token.length > 1 || OPERATORS.includes(token)) pattern += token;
    else pattern += literal(token);
    at += token.length;
  }
  return pattern;
}

function expression(typed: string, source: string): Grep {
  const wrong = (why: string) => new GrepError(`grep:${typed} is a regular expression gone wrong: ${why}.`);
  const untaken = (why: string) =>
    new GrepError(`grep:${typed} is a regular expression that CloudWatch does not take: ${why}.`);
  if (source === '') throw wrong('there is nothing between its slashes');
  try {
    new RegExp(source);
  } catch (error) {
    // V8 says `Invalid regular expression: /a(/: Unterminated group`.
    const why = error instanceof Error ? (error.message.split(': ').at(-1) ?? error.message) : String(error);
    throw wrong(why.charAt(0).toLowerCase() + why.slice(1));
  }
  if (/(?<!\\)(?:\\\\)*[()]/.test(source.replace(/\[(?:\\.|[^\]\\])*\]/g, '')))
    throw untaken('it knows no parentheses; write \\( for one in the text, and a|b for either');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
  if (/[^\x00-\x7f]/.test(source))
    throw untaken('it takes ASCII characters only; without the slashes any text can be found');
  if (/(?<!\\)(?:\\\\)*\\(?:[^dDsSwWxt\W]|x(?![0-9a-fA-F]{2}))/.test(source))
    throw untaken('of letters after a backslash it knows d, D, s, S, w, W and xhh alone');
  const pattern = expressionInAnyCase(source);
  if (pattern.length > MOST_PATTERN) throw untaken('it is too long');
  // CloudWatch alone decides: to try it here could take for ever with the right line.
  return { typed, pattern: `%${pattern}%`, matches: () => true };
}

function text(typed: string): Grep {
  const wanted = typed.toLowerCase();
  const runs = typed.match(/[\x20-\x7e]+/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  let pattern = '';
  for (const character of longest) {
    const next = literal(character);
    if (pattern.length + next.length > MOST_PATTERN) break;
    pattern += next;
  }
  return {
    typed,
    pattern: pattern === '' ? undefined : `%${pattern}%`,
    matches: (line) => line.toLowerCase().includes(wanted),
  };
}

/** What a text that looks like a regular expression, and was found nowhere as it stands, would be as one. */
export function asExpression(typed: string): string | undefined {
  if (!/\w\|\w|\.[*+]|\\[dDsSwW]|\[[^\]]+\]|^\^|\$$/.test(typed) || /^([/%]).*\1$/s.test(typed)) return undefined;
  try {
    return parseGrep(`/${typed}/`).typed;
  } catch {
    return undefined;
  }
}

/** @throws GrepError for a regular expression, `/…/` or CloudWatch's own `%…%`, that is none */
export function parseGrep(typed: string): Grep {
  if (typed.trim() === '') throw new GrepError('grep: needs a text to look for, for example grep:error.');
  if (typed.length > MOST_GREP)
    throw new GrepError(`grep: takes ${MOST_GREP} characters, and this has ${typed.length}.`);
  const [, source] = /^([/%])(.*)\1$/su.exec(typed)?.slice(1) ?? [];
  return source !== undefined && typed.length > 1 ? expression(typed, source) : text(typed);
}
