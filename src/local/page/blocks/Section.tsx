/** Block Kit's section: text, up to ten fields in two columns, and one element beside them. */
import type { SectionBlock } from '@slack/types';
import { Element } from '../elements/Element';
import { TextObject } from '../TextObject';

/** Elements as wide as a field go under the text on a narrow screen; buttons and pictures stay beside it. */
const WIDE = /select|picker|checkboxes|radio/;

export function Section({ block }: { block: SectionBlock }) {
  const { text, fields, accessory } = block;
  const wide = accessory && WIDE.test(accessory.type) ? ' section-wide' : '';
  return (
    <div className={`section${wide}`}>
      <div className="section-text">
        {text && <TextObject text={text} />}
        {fields && (
          <div className="fields">
            {fields.map((field, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: fields have no identity but their place
              <div className="field" key={index}>
                <TextObject text={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {accessory && (
        <div className="accessory">
          <Element element={accessory} blockId={block.block_id} />
        </div>
      )}
    </div>
  );
}
