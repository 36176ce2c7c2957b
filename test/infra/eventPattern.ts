/** Whether EventBridge would match an event: the parts of its pattern language that our rules use. */

type Json = unknown;

const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `*` stands for any characters: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );

function matchesValue(allowed: Json, value: Json): boolean {
  if (!isObject(allowed)) return allowed === value;
  if (typeof allowed.wildcard === 'string') return typeof value === 'string' && wildcard(allowed.wildcard).test(value);
  throw new Error(`this matcher does not know ${JSON.stringify(allowed)}`);
}

/** Every field of the pattern must be in the event with one of the listed values; what the pattern leaves out is free. */
export function matchesPattern(pattern: Json, event: Json): boolean {
  if (!isObject(pattern) || !isObject(event)) return false;
  return Object.entries(pattern).every(([key, wanted]) => {
    const value = event[key];
    if (!Array.isArray(wanted)) return matchesPattern(wanted, value);
    const values = Array.isArray(value) ? value : [value];
    return values.some((one) => wanted.some((allowed) => matchesValue(allowed, one)));
  });
}
