/** Makes the stored view of a payload that has passed its check: ids, hash, and the state that its inputs start with. */
import { randomBytes } from 'node:crypto';
import { storedBlocks } from './blocks/stored';
import type { ViewPayload } from './blocks/view';
import { initialValues } from './inputs';
import type { StoredView } from './view';

const freshViewId = (): string => `V${randomBytes(5).toString('hex').toUpperCase()}`;

/** A view new on its user's screen; `below` is the one that it is pushed onto. */
export function modalView(
  payload: unknown,
  user: string,
  { below, openedIn = below?.openedIn }: { below?: StoredView; openedIn?: string | undefined } = {},
): StoredView {
  const { blocks, type, ...rest } = payload as ViewPayload;
  const stored = storedBlocks(blocks);
  const id = freshViewId();
  return {
    id,
    type,
    user,
    openedIn,
    payload: rest,
    blocks: stored,
    hash: `${Math.floor(Date.now() / 1000)}.${randomBytes(4).toString('hex')}`,
    rootId: below?.rootId ?? id,
    previousId: below?.id ?? null,
    values: initialValues(stored),
  };
}

/** The same view on the screen with new content. */
export function updatedView(payload: unknown, known: StoredView): StoredView {
  const fresh = modalView(payload, known.user);
  const { id, type, rootId, previousId, openedIn } = known;
  return { ...fresh, id, type, rootId, previousId, openedIn, values: keptValues(fresh.values, known) };
}

/** What a person typed stays when a view is updated and the block and action ids stay (docs.slack.dev, surfaces/modals). */
function keptValues(fresh: StoredView['values'], before: StoredView): StoredView['values'] {
  return Object.fromEntries(
    Object.entries(fresh).map(([blockId, actions]) => [
      blockId,
      Object.fromEntries(
        Object.entries(actions).map(([actionId, state]) => {
          const known = before.values[blockId]?.[actionId];
          return [actionId, known && known.type === state.type ? known : state];
        }),
      ),
    ]),
  );
}
