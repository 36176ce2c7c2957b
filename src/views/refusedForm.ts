/** What a form shows in place of its fields to somebody who may not send it. */
import type { ModalView } from '@slack/types';
import { problem } from './problem';

export const refusedForm = (message: string, people: readonly string[]): ModalView => ({
  type: 'modal',
  title: { type: 'plain_text', text: 'Not allowed' },
  close: { type: 'plain_text', text: 'Back' },
  blocks: problem(message, '', undefined, people).blocks,
});
