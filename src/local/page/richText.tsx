/** Shows rich_text: sections, lists, quotes and preformatted text, with every inline element and style. */
import type {
  RichTextBlock,
  RichTextBlockElement,
  RichTextElement,
  RichTextStyleable,
  RichTextList as SlackList,
} from '@slack/types';
import type { CSSProperties, ReactNode } from 'react';
import { Emoji, EmojiText } from './EmojiText';
import { Broadcast, ChannelMention, Link, SlackDate, UserMention } from './Mention';

export function RichText({ block }: { block: RichTextBlock }) {
  const counts: number[] = [];
  return block.elements.map((element, index) => {
    const start = element.type === 'rich_text_list' ? countedFrom(element, counts) : 1;
    if (element.type !== 'rich_text_list') counts.length = 0;
    // biome-ignore lint/suspicious/noArrayIndexKey: rich text has no identity but its place
    return <Part key={index} element={element} start={start} />;
  });
}

/** An ordered list goes on counting after a deeper one that interrupts it. */
function countedFrom(list: SlackList, counts: number[]): number {
  const indent = list.indent ?? 0;
  const start = (counts[indent] ?? 0) + 1;
  counts[indent] = start - 1 + list.elements.length;
  counts.length = indent + 1;
  return start;
}

function Part({ element, start }: { element: RichTextBlockElement; start: number }): ReactNode {
  switch (element.type) {
    case 'rich_text_section':
      return (
        <div className="mrkdwn">
          <Elements elements={element.elements} />
        </div>
      );
    case 'rich_text_preformatted':
      return (
        <pre className="pre">
          {element.elements.map((one) => (one.type === 'link' ? (one.text ?? one.url) : one.text)).join('')}
        </pre>
      );
    case 'rich_text_quote':
      return (
        <blockquote className="quote mrkdwn">
          <Elements elements={element.elements} />
        </blockquote>
      );
    case 'rich_text_list':
      return <List list={element} start={start} />;
    default:
      return <p className="unsupported">Unsupported rich text: {(element as { type: string }).type}</p>;
  }
}

const BULLETS = ['disc', 'circle', 'square'];
const NUMBERS = ['decimal', 'lower-alpha', 'lower-roman'];

function List({ list, start }: { list: SlackList; start: number }) {
  const indent = list.indent ?? 0;
  const ordered = list.style === 'ordered';
  const marker = (ordered ? NUMBERS : BULLETS)[indent % 3] ?? 'disc';
  const style: CSSProperties = { listStyleType: marker, marginInlineStart: `${indent * 1.5}em` };
  const items = list.elements.map((section, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: rich text has no identity but its place
    <li key={index}>
      <Elements elements={section.elements} />
    </li>
  ));
  return ordered ? (
    <ol className="list mrkdwn" start={start} style={style}>
      {items}
    </ol>
  ) : (
    <ul className="list mrkdwn" style={style}>
      {items}
    </ul>
  );
}

export function Elements({ elements }: { elements: readonly RichTextElement[] }) {
  return elements.map((element, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: rich text has no identity but its place
    <Styled key={index} style={element.style}>
      <Element element={element} />
    </Styled>
  ));
}

function Styled({ style, children }: { style: RichTextStyleable['style']; children: ReactNode }): ReactNode {
  let node = children;
  if (style?.code) node = <code className="code">{node}</code>;
  if (style?.bold) node = <strong>{node}</strong>;
  if (style?.italic) node = <em>{node}</em>;
  if (style?.strike) node = <s>{node}</s>;
  if (style?.underline) node = <u>{node}</u>;
  return node;
}

function Element({ element }: { element: RichTextElement }): ReactNode {
  switch (element.type) {
    case 'text':
      return element.style?.code ? element.text : <EmojiText text={element.text} />;
    case 'link':
      return <Link url={element.url}>{element.text ? <EmojiText text={element.text} /> : element.url}</Link>;
    case 'user':
      return <UserMention id={element.user_id} />;
    case 'channel':
      return <ChannelMention id={element.channel_id} />;
    case 'usergroup':
      return <span className="mention">@{element.usergroup_id}</span>;
    case 'team':
      return <span className="mention">@{element.team_id}</span>;
    case 'broadcast':
      return <Broadcast range={element.range} />;
    case 'emoji':
      return <Emoji name={element.name} />;
    case 'date':
      return (
        <SlackDate
          timestamp={element.timestamp}
          format={element.format}
          fallback={element.fallback}
          url={element.url}
        />
      );
    case 'color':
      return (
        <span className="color">
          <i style={{ background: /^#[0-9a-f]{3,8}$/i.test(element.value) ? element.value : 'none' }} />
          {element.value}
        </span>
      );
    default:
      return <span className="unsupported">[{(element as { type: string }).type}]</span>;
  }
}
