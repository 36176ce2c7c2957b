/** A Block Kit text object: mrkdwn, or plain text in which only emoji are read. */
import type { TextObject as SlackText } from '@slack/types';
import { EmojiText } from './EmojiText';
import { Mrkdwn } from './mrkdwn';

export function TextObject({ text }: { text: SlackText }) {
  if (text.type === 'mrkdwn') return <Mrkdwn text={text.text} />;
  return (
    <span className="plain-text">
      <EmojiText text={text.text} shortcodes={text.emoji !== false} />
    </span>
  );
}
