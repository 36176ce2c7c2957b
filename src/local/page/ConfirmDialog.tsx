/** Asks before a control acts: Block Kit's confirm object as a dialog, which names the control that was used. */
import type { ConfirmationDialog } from '@slack/types';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { Dialog } from './Dialog';
import { TextObject } from './TextObject';

type Confirm = (dialog: ConfirmationDialog, label: string) => Promise<boolean>;
const ConfirmContext = createContext<Confirm>(async () => false);

export const useConfirm = (): Confirm => useContext(ConfirmContext);

interface Question {
  dialog: ConfirmationDialog;
  label: string;
  answer(yes: boolean): void;
}

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question>();
  const confirm = useCallback<Confirm>(
    (dialog, label) =>
      new Promise((resolve) => {
        const answer = (yes: boolean): void => {
          setQuestion(undefined);
          resolve(yes);
        };
        setQuestion({ dialog, label, answer });
      }),
    [],
  );
  return (
    <ConfirmContext value={confirm}>
      {children}
      {question && <ConfirmDialog {...question} />}
    </ConfirmContext>
  );
}

function ConfirmDialog({ dialog, label, answer }: Question) {
  const { title, text, confirm, deny, style } = dialog;
  // A confirm button of several words says itself what it will do; "Yes" does not.
  const named = /\S\s+\S/.test(confirm?.text ?? '') || `${title?.text ?? ''} ${text.text}`.includes(label);
  return (
    <Dialog
      size="small"
      title={title?.text || 'Are you sure?'}
      onClose={() => answer(false)}
      footer={
        <>
          <button type="button" className="button" data-first onClick={() => answer(false)}>
            {deny?.text || 'No'}
          </button>
          <button
            type="button"
            className={`button button-solid ${style === 'danger' ? 'button-danger' : 'button-primary'}`}
            onClick={() => answer(true)}
          >
            {confirm?.text || 'Yes'}
          </button>
        </>
      }
    >
      <div className="confirm-text">
        <TextObject text={text} />
      </div>
      {!named && <p className="confirm-control">You chose “{label}”.</p>}
    </Dialog>
  );
}
