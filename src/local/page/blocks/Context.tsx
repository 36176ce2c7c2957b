/** Block Kit's context: small quiet text and pictures in a row. */
import type { ContextBlock } from '@slack/types';
import { ImageElement } from '../elements/ImageElement';
import { TextObject } from '../TextObject';

export function Context({ block }: { block: ContextBlock }) {
  return (
    <div className="context">
      {block.elements.map((element, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: context elements have no identity but their place
        <div className="context-item" key={index}>
          {element.type === 'image' ? <ImageElement element={element} small /> : <TextObject text={element} />}
        </div>
      ))}
    </div>
  );
}
