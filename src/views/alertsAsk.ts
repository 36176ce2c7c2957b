/** What is missing before something can be done, with the form that asks for it. */
import { actions, button, escaped, type Message, section } from './kit';

/** @param command what was said so far, with which the form begins */
export const formOffered = (text: string, command: string): Message => ({
  text,
  blocks: [
    section(escaped(text)),
    actions(
      button({ label: 'Fill in a form…', command, form: true, style: 'primary' }),
      button({ label: 'How it goes', command: `alerts help ${command.split(' ')[1] ?? ''}`.trim() }),
    ),
  ],
});
