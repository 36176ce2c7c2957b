/** Block Kit's markdown: the tree that `markdownParse.ts` reads, as elements. */
import { type ReactNode, useMemo } from 'react';
import { EmojiText } from '../EmojiText';
import { Link } from '../Mention';
import { type MarkdownBlock, type MarkdownInline, parseMarkdown } from '../markdownParse';

export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parsed text has no identity but its place
        <Part key={index} block={block} />
      ))}
    </div>
  );
}

function Part({ block }: { block: MarkdownBlock }): ReactNode {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p className="mrkdwn">
          <Inlines inlines={block.inlines} />
        </p>
      );
    case 'quote':
      return (
        <blockquote className="quote mrkdwn">
          <Inlines inlines={block.inlines} />
        </blockquote>
      );
    case 'heading':
      return (
        <h4 className={`markdown-heading markdown-heading-${block.level}`}>
          <Inlines inlines={block.inlines} />
        </h4>
      );
    case 'code':
      return <pre className="pre">{block.text}</pre>;
    case 'rule':
      return <hr className="divider" />;
    case 'list': {
      const items = block.items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parsed text has no identity but its place
        <li key={index} style={{ marginInlineStart: `${item.indent * 1.5}em` }}>
          <Inlines inlines={item.inlines} />
        </li>
      ));
      return block.ordered ? (
        <ol className="list" start={block.start}>
          {items}
        </ol>
      ) : (
        <ul className="list">{items}</ul>
      );
    }
    case 'table':
      return <MarkdownTable rows={block.rows} />;
  }
}

function MarkdownTable({ rows }: { rows: readonly MarkdownInline[][][] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls has to be reachable by keyboard
    <section className="table-frame" aria-label="Table" tabIndex={0}>
      <table className="table">
        <tbody>
          {rows.map((row, index) => {
            const Tag = index === 0 ? 'th' : 'td';
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: parsed text has no identity but its place
              <tr key={index}>
                {row.map((cell, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: parsed text has no identity but its place
                  <Tag key={column}>
                    <Inlines inlines={cell} />
                  </Tag>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Inlines({ inlines }: { inlines: readonly MarkdownInline[] }): ReactNode {
  return inlines.map((inline, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: parsed text has no identity but its place
    return <InlineNode key={index} inline={inline} />;
  });
}

const TAGS = { bold: 'strong', italic: 'em', strike: 's' } as const;

function InlineNode({ inline }: { inline: MarkdownInline }): ReactNode {
  if ('text' in inline) {
    return inline.kind === 'code' ? (
      <code className="code">{inline.text}</code>
    ) : (
      <EmojiText text={inline.text} shortcodes />
    );
  }
  const children = <Inlines inlines={inline.children} />;
  if (inline.kind === 'link') return <Link url={inline.url}>{children}</Link>;
  const Tag = TAGS[inline.kind];
  return <Tag>{children}</Tag>;
}
