/** The older, form-encoded protocol: `Entry.1.Id=a` in, XML out. */

type Tree = { [key: string]: Tree | string };

/** `InstanceId.1=i-1&Filter.1.Value.1=x` → `{ InstanceId: ['i-1'], Filter: [{ Value: ['x'] }] }`. */
export function queryInput(form: URLSearchParams): Record<string, unknown> {
  const root: Tree = Object.create(null);
  for (const [key, value] of form) {
    if (key === 'Action' || key === 'Version') continue;
    const path = key.split('.');
    const last = path.pop() ?? key;
    let node = root;
    for (const step of path) {
      const next = node[step];
      const child: Tree = typeof next === 'object' ? next : Object.create(null);
      node[step] = child;
      node = child;
    }
    node[last] = value;
  }
  return plain(root) as Record<string, unknown>;
}

/** Objects whose keys are all numbers are lists. */
function plain(node: Tree | string): unknown {
  if (typeof node === 'string') return node;
  const entries = Object.entries(node);
  if (entries.length && entries.every(([key]) => /^\d+$/.test(key))) {
    return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => plain(value));
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, plain(value)]));
}

const listed = (value: unknown): unknown[] | undefined =>
  value === undefined ? undefined : Array.isArray(value) ? value : [value];

/** SQS's form-encoded names as the JSON protocol has them. */
export function sqsInput(input: Record<string, unknown>): Record<string, unknown> {
  const pairs = (value: unknown) =>
    Object.fromEntries(
      (listed(value) ?? []).map((pair) => {
        const { Name, Value } = pair as { Name: string; Value: unknown };
        return [Name, Value];
      }),
    );
  const renamed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(input)) {
    if (key === 'Attribute') renamed.Attributes = pairs(value);
    else if (key === 'MessageAttribute') renamed.MessageAttributes = pairs(value);
    else if (key === 'AttributeName' || key === 'MessageAttributeName') renamed[`${key}s`] = listed(value);
    else if (key.endsWith('RequestEntry')) {
      renamed.Entries = (listed(value) ?? []).map((entry) => sqsInput(entry as Record<string, unknown>));
    } else if (/^(DelaySeconds|VisibilityTimeout|MaxNumberOfMessages|WaitTimeSeconds)$/.test(key)) {
      renamed[key] = Number(value);
    } else renamed[key] = value;
  }
  return renamed;
}

const escaped = (text: string): string =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    // A carriage return that is written as itself comes back as a line feed.
    .replace(/\r/g, '&#xD;');

/** Element names of SQS's flattened lists and maps. */
const FLAT: Record<string, string> = {
  Messages: 'Message',
  QueueUrls: 'QueueUrl',
  Attributes: 'Attribute',
  MessageAttributes: 'MessageAttribute',
};

/** `item`: the element that a list's members get, one inside the list's own; without it lists are flattened. */
export function xmlOf(value: unknown, item?: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return escaped(String(value));
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]: [string, unknown]) => {
      if (item !== undefined) {
        const inner = Array.isArray(member)
          ? member.map((each) => `<${item}>${xmlOf(each, item)}</${item}>`).join('')
          : xmlOf(member, item);
        return `<${key}>${inner}</${key}>`;
      }
      const name = FLAT[key] ?? key;
      if (Array.isArray(member)) return member.map((each) => `<${name}>${xmlOf(each)}</${name}>`).join('');
      if (FLAT[key] && typeof member === 'object' && member !== null) {
        return Object.entries(member)
          .map(([Name, Value]) => `<${name}><Name>${escaped(Name)}</Name><Value>${xmlOf(Value)}</Value></${name}>`)
          .join('');
      }
      return `<${name}>${xmlOf(member)}</${name}>`;
    })
    .join('');
}
