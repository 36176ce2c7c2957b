/** Block Kit's frames round other things: card, carousel of cards, and container of blocks. */
import type { CardBlock, CarouselBlock, ContainerBlock } from '@slack/types';
import { type ReactNode, useState } from 'react';
import { Element } from '../elements/Element';
import { ImageElement } from '../elements/ImageElement';
import { Icon } from '../Icon';
import { RichText } from '../richText';
import { TextObject } from '../TextObject';

export function Card({ block }: { block: CardBlock }) {
  const { hero_image: hero, icon, title, subtitle, body, actions } = block;
  return (
    <article className="card">
      {hero && <ImageElement element={hero} />}
      <div className="card-head">
        {icon && <ImageElement element={icon} small />}
        <div>
          {title && (
            <div className="card-title">
              <TextObject text={title} />
            </div>
          )}
          {subtitle && (
            <div className="hint">
              <TextObject text={subtitle} />
            </div>
          )}
        </div>
      </div>
      {body && <TextObject text={body} />}
      {actions && (
        <div className="actions">
          {actions.map((button, index) => (
            <Element key={button.action_id ?? index} element={button} blockId={block.block_id} />
          ))}
        </div>
      )}
    </article>
  );
}

export function Carousel({ block }: { block: CarouselBlock }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls has to be reachable by keyboard
    <section className="carousel" aria-label="Cards" tabIndex={0}>
      {block.elements.map((card, index) => (
        <Card key={card.block_id ?? index} block={card} />
      ))}
    </section>
  );
}

export function Container({ block, children }: { block: ContainerBlock; children: ReactNode }) {
  const [open, setOpen] = useState(!(block.is_collapsible && block.default_collapsed));
  const title = block.rich_text_title ? <RichText block={block.rich_text_title} /> : block.title?.text;
  return (
    <section className={block.has_header_divider ? 'card container-divided' : 'card'}>
      <div className="card-head">
        {block.icon && <ImageElement element={block.icon} small />}
        <div className="container-title">
          {title && <div className="card-title">{title}</div>}
          {block.subtitle && (
            <div className="hint">
              <TextObject text={block.subtitle} />
            </div>
          )}
        </div>
        {block.is_collapsible && (
          <button
            type="button"
            className="icon-button"
            aria-expanded={open}
            aria-label={block.title?.text ?? 'Details'}
            onClick={() => setOpen(!open)}
          >
            <Icon name={open ? 'up' : 'down'} />
          </button>
        )}
      </div>
      {open && children}
    </section>
  );
}
