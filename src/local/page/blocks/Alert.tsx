/** Block Kit's alert: one notice with a level, which is also said in words. */
import type { AlertBlock } from '@slack/types';
import { TextObject } from '../TextObject';

const LEVELS = { default: 'Note', info: 'Information', warning: 'Warning', error: 'Error', success: 'Success' };

export function Alert({ block }: { block: AlertBlock }) {
  const level = block.level ?? 'default';
  return (
    <div className={`alert alert-${level}`}>
      <span className="visually-hidden">{LEVELS[level] ?? 'Note'}: </span>
      <TextObject text={block.text} />
    </div>
  );
}
