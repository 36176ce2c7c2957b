/** What people call a job: its id, the beginning of it, its ARN, a link to the console, `parent:index` or `uuid#node`. */

export type JobReference =
  | { kind: 'id'; id: string; region?: string; account?: string }
  /** The first 8 or more characters of an id. */
  | { kind: 'prefix'; prefix: string };

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const ID = new RegExp(`^${UUID}(?::\\d{1,5}|#\\d{1,4})?$`, 'i');
/** The console's addresses keep the id after `#jobs/…/`, an array's child as `:index` or as one more step. */
const IN_LINK = new RegExp(`(${UUID})(?:(?::|%3A|/)(\\d{1,5})|(?:#|%23)(\\d{1,4}))?(?![0-9a-f-])`, 'i');
/** As a parameter, also inside of a sign-in link where it is percent-encoded, or as the console's own host. */
const REGION_IN_LINK =
  /(?:[?&;]|%3F|%26)region(?:=|%3D)([a-z]{2}[a-z0-9-]+)|^https?:\/\/([a-z]{2}[a-z-]*-\d)\.console\./i;
const ARN = new RegExp(
  `^arn:aws[\\w-]*:batch:([a-z0-9-]+):(\\d{12}|\\*{12})?:job/(${UUID}(?::\\d{1,5}|#\\d{1,4})?)$`,
  'i',
);
/** The first part of an id alone may be 8 characters; a longer beginning has its dashes where an id has them. */
const PREFIX =
  /^[0-9a-f]{8}(?:$|-(?:[0-9a-f]{0,4}$|[0-9a-f]{4}-(?:[0-9a-f]{0,4}$|[0-9a-f]{4}-(?:[0-9a-f]{0,4}$|[0-9a-f]{4}-[0-9a-f]{0,11}$))))/i;

/** Undefined for a text that can be no job's name of these kinds: it is a word to search for. */
export function parseReference(text: string): JobReference | undefined {
  const bare = text
    .trim()
    .replace(/^<(.*)>$/, '$1')
    .split('|')[0]
    ?.trim();
  if (bare === undefined || bare === '') return undefined;
  if (ID.test(bare)) return { kind: 'id', id: bare.toLowerCase() };
  const [, arnRegion, account, arnId] = ARN.exec(bare) ?? [];
  if (arnRegion !== undefined && arnId !== undefined)
    return {
      kind: 'id',
      id: arnId.toLowerCase(),
      region: arnRegion,
      ...(account?.startsWith('*') === false ? { account } : {}),
    };
  if (/^https?:\/\//i.test(bare)) {
    const [, id, index, node] = IN_LINK.exec(bare) ?? [];
    if (id === undefined) return undefined;
    const region = REGION_IN_LINK.exec(bare)
      ?.slice(1)
      .find((found) => found !== undefined);
    const whole = index !== undefined ? `${id}:${index}` : node !== undefined ? `${id}#${node}` : id;
    return { kind: 'id', id: whole.toLowerCase(), ...(region === undefined ? {} : { region }) };
  }
  return PREFIX.test(bare) ? { kind: 'prefix', prefix: bare.toLowerCase() } : undefined;
}

/** Whether a text is an id as Batch gives it. */
export function isJobId(text: string): boolean {
  const reference = parseReference(text);
  return reference?.kind === 'id' && reference.id === text;
}

/** The first letters of an id in a text that is nearly one: a letter for a digit, a dash that a phone made long, none at all. */
const NEARLY = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})(?:([:#])(\d{1,5}))?/;

/**
 * The id, or the beginning of one, that a text with a slip most likely means: quotes or a bracket round it, `O` for `0`,
 * a long dash, dashes left out, a letter too many. Undefined for a text that is no slip away from an id.
 */
export function repairedReference(text: string): string | undefined {
  const bare = text
    .trim()
    .toLowerCase()
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/^[^0-9a-z]+|[^0-9a-z]+$/g, '')
    .replace(/o/g, '0')
    .replace(/[il]/g, '1');
  const [, a, b, c, d, e, mark, part] = NEARLY.exec(bare) ?? [];
  if (a !== undefined) return `${[a, b, c, d, e].join('-')}${mark === undefined ? '' : `${mark}${part}`}`;
  return PREFIX.test(bare) && /\d/.test(bare) ? bare : undefined;
}
