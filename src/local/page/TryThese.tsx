/** What to try first, shown on an empty channel until it is sent away. */
import { useState } from 'react';
import { Icon } from './Icon';

const EXAMPLES = [
  { text: '/batch help', does: 'see what batchbot can do' },
  { text: '/batch search align status:failed since:7d', does: 'find failed jobs' },
  { text: '/batch queues', does: 'see which queues are busy' },
  { text: '/batch cancel status:running', does: 'preview a cancel; nothing stops yet' },
];

const DISMISSED = 'batchbot.tryThese.dismissed';

export function TryThese({ say }: { say(text: string): void }) {
  const [dismissed, setDismissed] = useState(() => localStorage.getItem(DISMISSED) === 'yes');
  if (dismissed) return null;
  return (
    <section className="try" aria-label="Try these">
      <header>
        <h3>Try these</h3>
        <button
          type="button"
          className="icon-button"
          aria-label="Dismiss these examples"
          onClick={() => {
            localStorage.setItem(DISMISSED, 'yes');
            setDismissed(true);
          }}
        >
          <Icon name="close" />
        </button>
      </header>
      {EXAMPLES.map(({ text, does }) => (
        <button type="button" className="try-example" key={text} onClick={() => say(text)}>
          <code>{text}</code>
          <span className="hint">{does}</span>
        </button>
      ))}
    </section>
  );
}
