/** Block Kit's overflow menu: up to five more things to do, behind three dots. */
import type { Overflow as SlackOverflow } from '@slack/types';
import { EmojiText } from '../EmojiText';
import { Icon } from '../Icon';
import { isSafeUrl } from '../Mention';
import { Menu } from '../Menu';
import { optionToken } from '../values';
import { useControl } from './useControl';

export function Overflow({ element, blockId }: { element: SlackOverflow; blockId: string | undefined }) {
  const { press, busy } = useControl(element, blockId);
  const items = element.options.map((option) => ({
    key: optionToken(option),
    label: <EmojiText text={option.text.text} shortcodes />,
    description: option.description?.text,
    url: option.url && isSafeUrl(option.url) ? option.url : undefined,
    choose: () => press(option.text.text, optionToken(option)),
  }));
  return (
    <Menu label="More actions" className="button button-icon" items={items} disabled={busy}>
      <Icon name="dots" />
    </Menu>
  );
}
