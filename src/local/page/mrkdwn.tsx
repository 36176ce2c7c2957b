/** Shows mrkdwn: the tree that `mrkdwnParse.ts` reads, as elements. */
import { type ReactNode, useMemo } from 'react';
import { Emoji, EmojiText } from './EmojiText';
import { Broadcast, ChannelMention, Link, SlackDate, UserMention } from './Mention';
import { type Inline, type MrkdwnBlock, parseMrkdwn } from './mrkdwnParse';

export function Mrkdwn({ text }: { text: string }) {
  const blocks = useMemo(() => parseMrkdwn(text), [text]);
  return blocks.map((block, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: parsed text has no identity but its place
    return <Block key={index} block={block} />;
  });
}

function Block({ block }: { block: MrkdwnBlock }): ReactNode {
  if (block.kind === 'pre') return <pre className="pre">{block.text}</pre>;
  if (block.kind === 'quote') {
    return (
      <blockquote className="quote mrkdwn">
        <Inlines inlines={block.inlines} />
      </blockquote>
    );
  }
  return (
    <div className="mrkdwn">
      <Inlines inlines={block.inlines} />
    </div>
  );
}

export function Inlines({ inlines }: { inlines: readonly Inline[] }) {
  return inlines.map((inline, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: parsed text has no identity but its place
    return <InlineNode key={index} inline={inline} />;
  });
}

function InlineNode({ inline }: { inline: Inline }): ReactNode {
  switch (inline.kind) {
    case 'text':
      return <EmojiText text={inline.text} />;
    case 'bold':
      return (
        <strong>
          <Inlines inlines={inline.children} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <Inlines inlines={inline.children} />
        </em>
      );
    case 'strike':
      return (
        <s>
          <Inlines inlines={inline.children} />
        </s>
      );
    case 'code':
      return <code className="code">{inline.text}</code>;
    case 'emoji':
      return <Emoji name={inline.name} />;
    case 'link':
      return (
        <Link url={inline.url}>
          {inline.label ? <EmojiText text={inline.label} shortcodes /> : inline.url.replace(/^mailto:/, '')}
        </Link>
      );
    case 'user':
      return <UserMention id={inline.id} label={inline.label} />;
    case 'channel':
      return <ChannelMention id={inline.id} label={inline.label} />;
    case 'usergroup':
      return <span className="mention">{inline.label ?? `@${inline.id}`}</span>;
    case 'broadcast':
      return <Broadcast range={inline.range} />;
    case 'date':
      return (
        <SlackDate timestamp={inline.timestamp} format={inline.format} fallback={inline.fallback} url={inline.url} />
      );
  }
}
