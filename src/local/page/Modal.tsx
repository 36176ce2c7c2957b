/** The open modals as one window: the topmost shows, those under it keep what was typed into them. */
import { useId, useMemo, useState } from 'react';
import { Blocks } from './blocks/Block';
import { textOf, type View } from './contract';
import { Dialog } from './Dialog';
import { door } from './door';
import { SurfaceProvider, useDrafts } from './surface';
import { useToast } from './Toasts';
import { type Drafts, draftsFromState, valuesByLabel } from './values';
import { useWorkspace } from './workspace';

/** @param views at least one, the topmost last */
export function ModalStack({ views }: { views: readonly View[] }) {
  const top = views.at(-1);
  return views.map((view) => <Modal key={view.id} view={view} isTop={view === top} />);
}

function Modal({ view, isTop }: { view: View; isTop: boolean }) {
  const { me } = useWorkspace();
  const toast = useToast();
  const formId = useId();
  const [drafts, onDraft] = useDrafts(() => draftsFromState(view));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [sending, setSending] = useState(false);
  const where = useMemo(() => ({ view_id: view.id }), [view.id]);
  const submitLabel = textOf(view.submit);

  const close = async (): Promise<void> => {
    const answer = await door.close({ user: me.id, view_id: view.id });
    if (!answer.ok) toast(answer.error ?? 'That did not work.');
  };
  const submit = async (typed: Drafts): Promise<void> => {
    setSending(true);
    const answer = await door.submit({ user: me.id, view_id: view.id, values: valuesByLabel(view.blocks, typed) });
    setSending(false);
    setErrors(answer.errors ?? {});
    if (answer.errors) document.querySelector<HTMLElement>('dialog [aria-invalid=true]')?.focus();
    else if (!answer.ok) toast(answer.error ?? 'That did not work.');
  };

  const body = (
    <SurfaceProvider where={where} blocks={view.blocks} drafts={drafts} onDraft={onDraft} errors={errors}>
      <form
        id={formId}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (submitLabel && !sending) void submit(drafts);
        }}
      >
        <Blocks blocks={view.blocks} />
      </form>
    </SurfaceProvider>
  );
  if (!isTop) return null;
  return (
    <Dialog
      title={textOf(view.title)}
      onClose={() => void close()}
      footer={
        <>
          <button type="button" className="button" onClick={() => void close()}>
            {textOf(view.close) || (submitLabel ? 'Cancel' : 'Close')}
          </button>
          {submitLabel && (
            <button
              type="submit"
              form={formId}
              className="button button-solid button-primary"
              aria-busy={sending}
              disabled={sending}
            >
              {submitLabel}
            </button>
          )}
        </>
      }
    >
      {body}
    </Dialog>
  );
}
