/** Any Block Kit element, by its type. */
import type {
  ActionsBlockElement,
  ContextActionsBlockElement,
  InputBlockElement,
  SectionBlockAccessory,
} from '@slack/types';
import { Button, FeedbackButtons, IconButton } from './Button';
import { Choices } from './Choices';
import { DateInput } from './DateInput';
import { ImageElement } from './ImageElement';
import { Overflow } from './Overflow';
import { Select } from './Select';
import { TextInput } from './TextInput';

export type AnyBlockElement =
  | ActionsBlockElement
  | ContextActionsBlockElement
  | InputBlockElement
  | SectionBlockAccessory;

export function Element({ element, blockId }: { element: AnyBlockElement; blockId: string | undefined }) {
  switch (element.type) {
    case 'button':
      return <Button element={element} blockId={blockId} />;
    case 'icon_button':
      return <IconButton element={element} blockId={blockId} />;
    case 'feedback_buttons':
      return <FeedbackButtons element={element} blockId={blockId} />;
    case 'overflow':
      return <Overflow element={element} blockId={blockId} />;
    case 'static_select':
    case 'multi_static_select':
    case 'users_select':
    case 'multi_users_select':
    case 'channels_select':
    case 'multi_channels_select':
    case 'conversations_select':
    case 'multi_conversations_select':
      return <Select element={element} blockId={blockId} />;
    case 'checkboxes':
    case 'radio_buttons':
      return <Choices element={element} blockId={blockId} />;
    case 'plain_text_input':
    case 'number_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'rich_text_input':
      return <TextInput element={element} blockId={blockId} />;
    case 'datepicker':
    case 'timepicker':
    case 'datetimepicker':
      return <DateInput element={element} blockId={blockId} />;
    case 'image':
      return <ImageElement element={element} />;
    default:
      return <span className="unsupported">Unsupported element: {(element as { type: string }).type}</span>;
  }
}
