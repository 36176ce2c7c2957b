/** The message, modal or Home tab that a control stands on: holds what was typed there and carries presses to the door. */
import type { ConfirmationDialog, KnownBlock } from '@slack/types';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { useConfirm } from './ConfirmDialog';
import { door } from './door';
import { useToast } from './Toasts';
import { type Drafts, type FieldValue, fieldKey, valuesByLabel } from './values';
import { useWorkspace } from './workspace';

/** Where a surface is, in the words of `/local/press`. */
export type Where = { channel: string; ts: string } | { view_id: string };

/** One use of one control. */
export interface Use {
  blockId: string | undefined;
  actionId: string | undefined;
  /** The control's visible label, for the confirm dialog. */
  label: string;
  option?: FieldValue;
  confirm?: ConfirmationDialog | undefined;
}

export interface Surface {
  drafts: Drafts;
  errors: Readonly<Record<string, string>>;
  /** The key of the control whose press has not been answered yet. */
  busy: string | undefined;
  draft(key: string, value: FieldValue): void;
  /** Asks where the control wants it, then presses. Resolves to whether the press was taken. */
  press(use: Use): Promise<boolean>;
}

const SurfaceContext = createContext<Surface | null>(null);

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext);
  if (!surface) throw new Error('useSurface outside of a SurfaceProvider');
  return surface;
}

interface Props {
  where: Where;
  blocks: readonly KnownBlock[];
  drafts: Drafts;
  onDraft(key: string, value: FieldValue): void;
  errors?: Readonly<Record<string, string>>;
  children: ReactNode;
}

const NO_ERRORS: Readonly<Record<string, string>> = {};

/** A surface whose typed values are kept by its owner. */
export function SurfaceProvider({ where, blocks, drafts, onDraft, errors = NO_ERRORS, children }: Props) {
  const { me } = useWorkspace();
  const confirm = useConfirm();
  const toast = useToast();
  const [busy, setBusy] = useState<string>();

  const surface = useMemo<Surface>(
    () => ({
      drafts,
      errors,
      busy,
      draft: onDraft,
      async press({ blockId, actionId, label, option, confirm: dialog }) {
        if (dialog && !(await confirm(dialog, label))) return false;
        const key = fieldKey(blockId, actionId);
        setBusy(key);
        const answer = await door.press({
          user: me.id,
          ...where,
          ...(blockId === undefined ? {} : { block_id: blockId }),
          ...(actionId === undefined ? {} : { action_id: actionId }),
          ...(option === undefined ? {} : { option }),
          ...(dialog ? { confirm: true } : {}),
          values: valuesByLabel(blocks, drafts),
        });
        setBusy((now) => (now === key ? undefined : now));
        if (!answer.ok) toast(answer.error ?? 'That did not work.');
        return answer.ok;
      },
    }),
    [where, blocks, drafts, onDraft, errors, busy, me.id, confirm, toast],
  );
  return <SurfaceContext value={surface}>{children}</SurfaceContext>;
}

/** The typed values of one surface, kept while the component lives. */
export function useDrafts(initial: () => Drafts = () => ({})): [Drafts, (key: string, value: FieldValue) => void] {
  const [drafts, setDrafts] = useState(initial);
  const put = useMemo(
    () =>
      (key: string, value: FieldValue): void =>
        setDrafts((known) => ({ ...known, [key]: value })),
    [],
  );
  return [drafts, put];
}
