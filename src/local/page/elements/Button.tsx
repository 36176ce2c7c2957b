/** Block Kit's button, icon button and feedback buttons. */
import type {
  Button as SlackButton,
  FeedbackButtons as SlackFeedback,
  IconButton as SlackIconButton,
} from '@slack/types';
import { EmojiText } from '../EmojiText';
import { Icon } from '../Icon';
import { isSafeUrl } from '../Mention';
import { useControl } from './useControl';

interface Props<Element> {
  element: Element;
  blockId: string | undefined;
}

export function Button({ element, blockId }: Props<SlackButton>) {
  const { press, busy } = useControl(element, blockId);
  const label = element.text.text;
  const style = element.style ? ` button-solid button-${element.style}` : '';
  const inside = <EmojiText text={label} shortcodes={element.text.emoji !== false} />;
  if (element.url && isSafeUrl(element.url)) {
    return (
      <a
        className={`button${style}`}
        href={element.url}
        target="_blank"
        rel="noopener noreferrer"
        aria-label={element.accessibility_label}
        onClick={() => press(label)}
      >
        {inside}
      </a>
    );
  }
  return (
    <button
      type="button"
      className={`button${style}`}
      aria-label={element.accessibility_label}
      aria-busy={busy}
      disabled={busy}
      onClick={() => press(label)}
    >
      {inside}
    </button>
  );
}

export function IconButton({ element, blockId }: Props<SlackIconButton>) {
  const { press, busy } = useControl(element, blockId);
  const label = element.text.text;
  return (
    <button
      type="button"
      className="button button-quiet"
      aria-label={element.accessibility_label ?? label}
      disabled={busy}
      onClick={() => press(label)}
    >
      {element.icon === 'trash' ? <Icon name="close" /> : label}
    </button>
  );
}

export function FeedbackButtons({ element, blockId }: Props<SlackFeedback>) {
  const { press, busy } = useControl(element, blockId);
  return [element.positive_button, element.negative_button].map((button) => (
    <button
      key={button.value}
      type="button"
      className="button button-quiet"
      aria-label={button.accessibility_label}
      disabled={busy}
      onClick={() => press(button.text.text, button.value)}
    >
      <EmojiText text={button.text.text} shortcodes />
    </button>
  ));
}
