/** Everything that people paste to name a job. */
import fc from 'fast-check';
import { parseReference, repairedReference } from '../../src/jobs/reference';

const ID = '4c7599ae-0a82-49aa-ba5a-4727fcce14a8';
const id = (text: string, region?: string, account?: string) => ({
  ...{ kind: 'id', id: text },
  ...(region && { region }),
  ...(account && { account }),
});
const prefix = (text: string) => ({ kind: 'prefix', prefix: text });

test.each([
  [ID, id(ID)],
  [` ${ID.toUpperCase()} `, id(ID)],
  [`${ID}:12`, id(`${ID}:12`)],
  [`${ID}#1`, id(`${ID}#1`)],
  ['4c7599ae', prefix('4c7599ae')],
  ['4C7599AE-0a', prefix('4c7599ae-0a')],
  ['4c7599ae-', prefix('4c7599ae-')],
  [ID.slice(0, 35), prefix(ID.slice(0, 35))],
  // Eight digits are hexadecimal too.
  ['20260315', prefix('20260315')],
  [`arn:aws:batch:us-east-1:123456789012:job/${ID}`, id(ID, 'us-east-1', '123456789012')],
  [`arn:aws-cn:batch:cn-north-1:123456789012:job/${ID}:3`, id(`${ID}:3`, 'cn-north-1', '123456789012')],
  [`arn:aws-us-gov:batch:us-gov-west-1:123456789012:job/${ID}#0`, id(`${ID}#0`, 'us-gov-west-1', '123456789012')],
  [`arn:aws:batch:us-west-2:************:job/${ID}`, id(ID, 'us-west-2')],
])('%s', (text, reference) => {
  expect(parseReference(text)).toEqual(reference);
});

// The forms of addresses that tools print and people paste, as found in public repositories.
describe('a link to the console', () => {
  const home = 'console.aws.amazon.com/batch/home';
  test.each([
    ['new', `https://us-east-1.${home}?region=us-east-1#jobs/detail/${ID}`, id(ID, 'us-east-1')],
    ['without a region in its host', `https://${home}?region=eu-west-1#jobs/detail/${ID}`, id(ID, 'eu-west-1')],
    ['without any region', `https://${home}#jobs/detail/${ID}`, id(ID)],
    ['with its region in the host alone', `https://us-west-2.${home}#jobs/detail/${ID}`, id(ID, 'us-west-2')],
    [
      'v2',
      `https://ap-northeast-2.console.aws.amazon.com/batch/v2/home?region=ap-northeast-2#jobs/detail/${ID}`,
      id(ID, 'ap-northeast-2'),
    ],
    ['by platform', `https://us-east-1.${home}?region=us-east-1#jobs/fargate/detail/${ID}`, id(ID, 'us-east-1')],
    ['to an array’s child', `https://${home}?region=us-east-1#jobs/detail/${ID}:7`, id(`${ID}:7`, 'us-east-1')],
    [
      'with the child’s colon encoded',
      `https://${home}?region=us-east-1#jobs/detail/${ID}%3A7`,
      id(`${ID}:7`, 'us-east-1'),
    ],
    ['to a node', `https://${home}?region=us-east-1#jobs/detail/${ID}#1`, id(`${ID}#1`, 'us-east-1')],
    [
      'old, through the queue',
      `https://console.aws.amazon.com/batch/home?region=us-east-1#/jobs/queue/arn:aws:batch:us-east-1:123456789012:job-queue~2Fprod/job/${ID}?state=FAILED`,
      id(ID, 'us-east-1'),
    ],
    [
      'with its ampersand as Slack sends it',
      `https://${home}?a=1&amp;region=us-east-1#jobs/detail/${ID}`,
      id(ID, 'us-east-1'),
    ],
    ['in Slack’s brackets', `<https://${home}?region=us-east-1#jobs/detail/${ID}>`, id(ID, 'us-east-1')],
    ['with a label', `<https://${home}?region=us-east-1#jobs/detail/${ID}|my job>`, id(ID, 'us-east-1')],
    [
      'through the sign-in portal',
      `https://d-1.awsapps.com/start/#/console?destination=${encodeURIComponent(`https://${home}?region=eu-west-1#jobs/detail/${ID}`)}`,
      id(ID, 'eu-west-1'),
    ],
  ])('%s', (_what, text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });
});

test.each([
  ...[
    '',
    ' ',
    '<>',
    '|',
    'cafe',
    '4c7599a',
    '4c7599ag',
    'align-prod',
    'deadbeefcafe',
    '4c7599ae-0a82a',
    `${ID}0`,
    `${ID}:`,
  ],
  ...[`${ID}:x`, `x${ID}`, '4c7599ae:3', `arn:aws:sqs:us-east-1:123456789012:job/${ID}`, 'https://example.com/jobs'],
  ...['arn:aws:batch:us-east-1:123456789012:job-queue/prod', '<@U012AB3CD|ada>', 'status:failed'],
])('%j names no job', (text) => {
  expect(parseReference(text)).toBeUndefined();
});

test('the first characters of any id name it, from eight on', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 1, max: 36 }), (uuid, length) => {
      const reference = length === 36 ? id(uuid) : length >= 8 ? prefix(uuid.slice(0, length)) : undefined;
      expect(parseReference(uuid.slice(0, length))).toEqual(reference);
    }),
  );
});

test('any text is read without harm', () => {
  const piece = fc.oneof(
    fc.constantFrom('<', '>', '|', 'https://', ID, ':', '#', 'arn:aws:batch:', '%3A'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const reference = parseReference(pieces.join(''));
      if (reference?.kind === 'id') expect(reference.id).toMatch(/^[0-9a-f-]{36}(?:[:#]\d+)?$/);
    }),
  );
});

describe('a text that is nearly an id', () => {
  test.each([
    ['dashes left out', ID.replaceAll('-', '')],
    ['long dashes', ID.replaceAll('-', '—')],
    ['an O for a 0', ID.replaceAll('0', 'O')],
    ['an l for a 1', ID.replaceAll('1', 'l')],
    ['quotes round it', `“${ID}”`],
    ['code marks and a full stop', `\`${ID}\`.`],
    ['a letter too many', `${ID}x`],
  ])('is repaired: %s', (_what, text) => {
    expect(parseReference(text)).toBeUndefined();
    expect(repairedReference(text)).toBe(ID);
  });

  test('keeps its child or node', () => {
    expect(repairedReference(`"${ID}:12"`)).toBe(`${ID}:12`);
    expect(repairedReference(`(${ID}#3)`)).toBe(`${ID}#3`);
  });

  test.each(['nightly', 'align-3', '', '12', 'goodfood', '<!channel>'])('%s is none', (text) => {
    expect(repairedReference(text)).toBeUndefined();
  });

  test('whatever is made of a text can be looked up', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcdefoil-:#.`"—') }), (text) => {
        const repaired = repairedReference(text);
        if (repaired !== undefined) expect(parseReference(repaired)).toBeDefined();
      }),
    );
  });
});
