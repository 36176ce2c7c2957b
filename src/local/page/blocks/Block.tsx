/** Any Block Kit block, by its type, and lists of them. */
import type { KnownBlock } from '@slack/types';
import type { ReactNode } from 'react';
import { Element } from '../elements/Element';
import { RichText } from '../richText';
import { Alert } from './Alert';
import { Card, Carousel, Container } from './Card';
import { Context } from './Context';
import { DataTable } from './DataTable';
import { File, Image, Video } from './Image';
import { Input } from './Input';
import { Markdown } from './Markdown';
import { Plan, TaskCard } from './Plan';
import { Section } from './Section';
import { Table } from './Table';

export function Blocks({ blocks }: { blocks: readonly KnownBlock[] }) {
  return (
    <div className="blocks">
      {blocks.map((block, index) => (
        <div className={`block block-${block.type}`} key={block.block_id ?? `${index} ${block.type}`}>
          <Block block={block} />
        </div>
      ))}
    </div>
  );
}

function Block({ block }: { block: KnownBlock }): ReactNode {
  switch (block.type) {
    case 'section':
      return <Section block={block} />;
    case 'header':
      return <h3 className="header-text">{block.text.text}</h3>;
    case 'context':
      return <Context block={block} />;
    case 'actions':
    case 'context_actions':
      return (
        <div className="actions">
          {block.elements.map((element, index) => (
            <Element key={element.action_id ?? index} element={element} blockId={block.block_id} />
          ))}
        </div>
      );
    case 'divider':
      return <hr className="divider" />;
    case 'image':
      return <Image block={block} />;
    case 'input':
      return <Input block={block} />;
    case 'rich_text':
      return <RichText block={block} />;
    case 'table':
      return <Table block={block} />;
    case 'data_table':
      return <DataTable block={block} />;
    case 'markdown':
      return <Markdown text={block.text} />;
    case 'alert':
      return <Alert block={block} />;
    case 'card':
      return <Card block={block} />;
    case 'carousel':
      return <Carousel block={block} />;
    case 'container':
      return (
        <Container block={block}>
          <Blocks blocks={block.child_blocks} />
        </Container>
      );
    case 'plan':
      return <Plan block={block} />;
    case 'task_card':
      return <TaskCard block={block} />;
    case 'file':
      return <File block={block} />;
    case 'video':
      return <Video block={block} />;
    default:
      return <p className="unsupported">Unsupported block: {(block as { type: string }).type}</p>;
  }
}
