/** Block Kit's input: an element with its label, hint, and the reason why its value was refused. */
import type { InputBlock } from '@slack/types';
import { useId, useMemo } from 'react';
import { Element } from '../elements/Element';
import { type Field, FieldContext } from '../elements/useControl';
import { useSurface } from '../surface';

export function Input({ block }: { block: InputBlock }) {
  const id = useId();
  const { errors } = useSurface();
  const error = block.block_id === undefined ? undefined : errors[block.block_id];
  const describedBy = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  const field = useMemo<Field>(
    () => ({
      labelId: `${id}-label`,
      describedBy,
      invalid: error !== undefined,
      required: !block.optional,
      dispatches: block.dispatch_action === true,
    }),
    [id, describedBy, error, block.optional, block.dispatch_action],
  );
  return (
    <div className={error ? 'input input-refused' : 'input'}>
      <div className="input-label" id={`${id}-label`}>
        {block.label.text}
        {block.optional && <span className="input-optional"> (optional)</span>}
      </div>
      <FieldContext value={field}>
        <Element element={block.element} blockId={block.block_id} />
      </FieldContext>
      {error && (
        <p className="input-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {block.hint && (
        <p className="hint" id={`${id}-hint`}>
          {block.hint.text}
        </p>
      )}
    </div>
  );
}
