/** What the page makes of a markdown block. */
import * as fc from 'fast-check';
import { parseMarkdown } from '../../../src/local/page/markdownParse';

test('headings, lists, code, quotes, tables and rules are told apart', () => {
  const source =
    '# Title\ntext **bold**\n\n1. one\n2. two\n  - deeper\n\n```ts\n# code\n```\n> said\n\n---\n| a | b |\n|---|---|\n| 1 | 2 |';
  expect(parseMarkdown(source).map(({ kind }) => kind)).toEqual([
    'heading',
    'paragraph',
    'list',
    'code',
    'quote',
    'rule',
    'table',
  ]);
});

test('spans nest, and an escaped mark is itself', () => {
  expect(parseMarkdown('**a [b](https://c.example)** \\*d\\*')).toEqual([
    {
      kind: 'paragraph',
      inlines: [
        {
          kind: 'bold',
          children: [
            { kind: 'text', text: 'a ' },
            { kind: 'link', url: 'https://c.example', children: [{ kind: 'text', text: 'b' }] },
          ],
        },
        { kind: 'text', text: ' ' },
        { kind: 'text', text: '*' },
        { kind: 'text', text: 'd' },
        { kind: 'text', text: '*' },
      ],
    },
  ]);
});

test('a fence hides the name of its language; code between backticks on one line is no fence', () => {
  expect(parseMarkdown('```sh\nls\n```')).toEqual([{ kind: 'code', text: 'ls' }]);
  expect(parseMarkdown('```ls``` lists')).toEqual([
    {
      kind: 'paragraph',
      inlines: [
        { kind: 'code', text: 'ls' },
        { kind: 'text', text: ' lists' },
      ],
    },
  ]);
});

test('no letter or digit is lost or moved, whatever marks stand between', () => {
  const pieces = fc.constantFrom('*', '_', '~~', '`', '>', '- ', '# ', '|', '\n', ' ', '\\', 'a', 'b', 'é');
  const letters = (text: string): string => text.replace(/[^\p{L}]/gu, '');
  const values = (tree: unknown): string =>
    typeof tree === 'string' ? tree : Array.isArray(tree) ? tree.map(values).join('') : valuesOfNode(tree);
  const valuesOfNode = (node: unknown): string => {
    const { text, inlines, items, rows, children } = (node ?? {}) as Record<string, unknown>;
    return [text, inlines, items, rows, children].map((part) => (part === undefined ? '' : values(part))).join('');
  };
  void fc.assert(
    fc.property(fc.array(pieces, { maxLength: 50 }), (parts) => {
      const source = parts.join('');
      fc.pre(!/^\s*(```|~~~)/m.test(source));
      expect(letters(values(parseMarkdown(source)))).toBe(letters(source));
    }),
  );
});
