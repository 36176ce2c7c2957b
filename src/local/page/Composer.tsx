/** Where a person types: messages, and slash commands with their hint. Enter sends, Up recalls what was sent before. */
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import type { Command, DoorAnswer } from './contract';
import { Icon } from './Icon';
import { useHistory } from './useHistory';

interface Props {
  userId: string;
  /** The channel, as people call it: `#general`. */
  place: string;
  botName: string;
  commands: readonly Command[];
  send(text: string): Promise<DoorAnswer>;
}

export function Composer({ userId, place, botName, commands, send }: Props) {
  const [text, setText] = useState('');
  const [closed, setClosed] = useState(false);
  const [picked, setPicked] = useState(0);
  const [working, setWorking] = useState(0);
  const history = useHistory(userId);
  const box = useRef<HTMLTextAreaElement>(null);
  const id = useId();

  const typing = /^\/\S*$/.test(text);
  const matching = typing && !closed ? commands.filter(({ command }) => command.startsWith(text.toLowerCase())) : [];
  const started = commands.find(({ command }) => text === `${command} ` || text.startsWith(`${command} `));

  useEffect(() => {
    // On a phone the focus would open the on-screen keyboard over the messages.
    if (place && matchMedia('(hover: hover)').matches) box.current?.focus();
  }, [place]);
  useLayoutEffect(() => {
    if (!box.current || text === undefined) return;
    box.current.style.height = 'auto';
    box.current.style.height = `${box.current.scrollHeight}px`;
  }, [text]);

  const put = (next: string): void => {
    setText(next);
    setClosed(false);
    setPicked(0);
  };
  const complete = (command: Command): void => {
    put(`${command.command} `);
    box.current?.focus();
  };
  const submit = async (): Promise<void> => {
    const said = text.trim();
    if (said === '') return;
    const awaited = said.startsWith('/') ? 1 : 0;
    history.add(said);
    put('');
    setWorking((count) => count + awaited);
    const answer = await send(said);
    setWorking((count) => count - awaited);
    if (!answer.ok) setText((now) => (now === '' ? said : now));
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return;
    const choice = matching[picked];
    const recalled = recall(event);
    if (choice && (event.key === 'ArrowDown' || event.key === 'ArrowUp') && matching.length > 1) {
      setPicked((picked + (event.key === 'ArrowDown' ? 1 : matching.length - 1)) % matching.length);
    } else if (choice && (event.key === 'Tab' || (event.key === 'Enter' && choice.command !== text))) complete(choice);
    else if (choice && event.key === 'Escape') setClosed(true);
    else if (event.key === 'Enter' && !event.shiftKey) void submit();
    else if (recalled !== undefined) put(recalled);
    else return;
    event.preventDefault();
  };
  /** Up recalls from an empty box, or while what stands there was recalled itself. */
  const recall = (event: KeyboardEvent<HTMLTextAreaElement>): string | undefined => {
    if (event.key === 'ArrowUp' && (text === '' || history.isAt(text))) return history.older();
    return event.key === 'ArrowDown' && history.isAt(text) ? history.newer() : undefined;
  };

  return (
    <div className="composer">
      {matching.length > 0 && (
        <div className="suggestions" role="listbox" id={`${id}-list`} aria-label="Commands">
          {matching.map((command, index) => (
            <div
              key={command.command}
              id={`${id}-${index}`}
              className="suggestion"
              role="option"
              tabIndex={-1}
              aria-selected={index === picked}
              onMouseDown={(event) => {
                event.preventDefault();
                complete(command);
              }}
            >
              <span>
                <strong>{command.command}</strong> <span className="suggestion-hint">{command.usage_hint}</span>
              </span>
              <span className="hint">{command.description}</span>
            </div>
          ))}
        </div>
      )}
      <div className="composer-box">
        <textarea
          ref={box}
          rows={1}
          value={text}
          placeholder={commands.length > 0 ? `Message ${place}, or type /` : `Message ${place}`}
          aria-label={`Message ${place}`}
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={matching.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={matching.length > 0 ? `${id}-${picked}` : undefined}
          aria-describedby={`${id}-note`}
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={!text.startsWith('/')}
          enterKeyHint="send"
          onChange={(event) => put(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          className="send"
          aria-label="Send"
          disabled={text.trim() === ''}
          onClick={() => {
            void submit();
            box.current?.focus();
          }}
        >
          <Icon name="send" />
        </button>
      </div>
      <div className="composer-note" id={`${id}-note`} aria-live="polite">
        {working > 0 ? (
          <span className="working">{botName} is working…</span>
        ) : (
          started?.usage_hint && (
            <span>
              {started.command} {started.usage_hint}
            </span>
          )
        )}
      </div>
    </div>
  );
}
