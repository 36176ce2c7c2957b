/** What a person does with the bot: presses, submits, closes, opens; each is sent to it as Slack sends it. */
import { asRecord } from './blocks/check';
import { checkView } from './blocks/view';
import { findControl, type Pressed, type Wanted } from './controls';
import type { Ack, Dispatch } from './dispatch';
import type { LocalChannel, LocalUser } from './identity';
import { clientErrors, type Entered, initialValues, inputsIn, withEntered } from './inputs';
import { modalView, updatedView } from './modals';
import { messageActions, viewActions, viewClosed, viewSubmission } from './payloads';
import { words } from './plainControls';
import type { ResponseUrls } from './responseUrls';
import type { Triggers } from './triggers';
import type { StateValues, StoredView } from './view';
import type { World } from './world';

/** A sentence for the person, and what is wrong with their inputs by block id. */
export class PersonError extends Error {
  constructor(
    message: string,
    readonly errors?: Readonly<Record<string, string>>,
  ) {
    super(message);
  }
}

/** What the person sees of a press beside the bot's answer. */
export interface PressResult {
  readonly ack?: Ack;
  /** The confirm dialog that was gone through, or dismissed. */
  readonly dialog?: { title: string; text: string; confirm: string; deny: string };
  readonly dismissed?: true;
  /** It opened an address, and the bot may well answer nothing. */
  readonly isLink?: true;
}

export interface Press extends Wanted {
  readonly user: LocalUser;
  readonly confirm?: boolean | undefined;
  readonly values?: Readonly<Record<string, Entered>> | undefined;
}

export interface Room {
  readonly world: World;
  readonly dispatch: Dispatch;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
}

/** Slack's own words in the buttons of a dialog that does not name them. */
const dialogOf = (confirm: Record<string, unknown>) => ({
  title: words(confirm.title),
  text: words(confirm.text),
  confirm: words(confirm.confirm) || 'Yes',
  deny: words(confirm.deny) || 'Cancel',
});

const isLink = ({ element, outcome }: Pressed): boolean =>
  element.url !== undefined || asRecord(outcome.selected_option)?.url !== undefined;

/** What Slack's client shows when the bot did not take an interaction. */
export const TROUBLE = 'We had some trouble connecting. Try again?';
export const isTaken = (ack: Ack): boolean => 'status' in ack && ack.status >= 200 && ack.status < 300;

export class Person {
  /** What each person entered in a message and has not sent, by channel, ts and user. */
  private readonly drafts = new Map<string, StateValues>();

  constructor(private readonly room: Room) {}

  async pressInMessage(channel: LocalChannel, ts: string, press: Press): Promise<PressResult> {
    const { world, dispatch, triggers, responseUrls } = this.room;
    const { user } = press;
    const message = world.messages(channel.id, user.id).find((known) => known.ts === ts);
    if (!message) throw new PersonError(`${user.name} sees no message ${ts} in #${channel.name}`);
    const pressed = findControl(message.blocks, press);
    const asked = asRecord(pressed.element.confirm);
    const dialog = asked ? { dialog: dialogOf(asked) } : {};
    if (asked && press.confirm === false) return { ...dialog, dismissed: true };
    const key = `${channel.id} ${ts} ${user.id}`;
    const known = { ...initialValues(message.blocks), ...this.drafts.get(key) };
    const entered = withEntered(message.blocks, known, press.values ?? {});
    const values = withPressed(entered, pressed.block.block_id, pressed.element, pressed.outcome);
    this.drafts.set(key, values);
    const original = { ts, ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}) };
    const response_url = responseUrls.issue('actions', { channel: channel.id, user: user.id, original });
    const trigger_id = triggers.issue({ user: user.id, channel: channel.id });
    const context = { user, pressed, values, trigger_id, action_ts: world.nextTs() };
    const ack = await dispatch.interaction(messageActions(message, channel, response_url, context));
    return { ack, ...dialog, ...(isLink(pressed) ? { isLink: true } : {}) };
  }

  async pressInView(view: StoredView, press: Press): Promise<PressResult> {
    const { world, dispatch, triggers } = this.room;
    const { user } = press;
    const pressed = findControl(view.blocks, press);
    const asked = asRecord(pressed.element.confirm);
    const dialog = asked ? { dialog: dialogOf(asked) } : {};
    if (asked && press.confirm === false) return { ...dialog, dismissed: true };
    const entered = withEntered(view.blocks, view.values, press.values ?? {});
    const values = withPressed(entered, pressed.block.block_id, pressed.element, pressed.outcome);
    const kept = world.keepValues(view, values);
    const trigger_id = triggers.issue({ user: user.id, channel: view.openedIn });
    const context = { user, pressed, values, trigger_id, action_ts: world.nextTs() };
    const ack = await dispatch.interaction(viewActions(kept, context));
    return { ack, ...dialog, ...(isLink(pressed) ? { isLink: true } : {}) };
  }

  async submit(user: LocalUser, view: StoredView, entered: Readonly<Record<string, Entered>>): Promise<{ ack: Ack }> {
    const { world, dispatch, triggers, responseUrls } = this.room;
    if (view.type === 'home') throw new PersonError('a Home has no submit button');
    const kept = world.keepValues(view, withEntered(view.blocks, view.values, entered));
    refuseErrors(kept, clientErrors(kept.blocks, kept.values));
    const response_urls = inputsIn(kept.blocks).flatMap(({ blockId, actionId, element }) => {
      const state = kept.values[blockId]?.[actionId];
      const channel_id = state?.selected_conversation ?? state?.selected_channel;
      if (element.response_url_enabled !== true || typeof channel_id !== 'string') return [];
      const response_url = responseUrls.issue('actions', { channel: channel_id, user: user.id });
      return [{ block_id: blockId, action_id: actionId, channel_id, response_url }];
    });
    const trigger_id = triggers.issue({ user: user.id, channel: view.openedIn });
    const ack = await dispatch.interaction(viewSubmission(user, kept, trigger_id, response_urls));
    if (!isTaken(ack)) throw new PersonError(TROUBLE);
    this.obey(kept, 'body' in ack ? ack.body : '');
    return { ack };
  }

  /** Carries out what the acknowledgement of a submission says (docs.slack.dev, surfaces/modals, response_action). */
  private obey(view: StoredView, body: string): void {
    const { world } = this.room;
    const { response_action: action, errors, view: next } = body.trim() === '' ? {} : parsed(body);
    if (action === undefined) {
      world.closeModals(view.user, ({ id }) => id === view.id);
    } else if (action === 'clear') {
      world.closeModals(view.user, () => true);
    } else if (action === 'errors') {
      refuseErrors(view, (asRecord(errors) ?? {}) as Record<string, string>);
    } else if (action === 'push' || action === 'update') {
      const problems = checkView(next, 'modal');
      if (problems.length > 0) throw new PersonError(`${TROUBLE} (the bot's view: ${problems.join('; ')})`);
      world.showModal(action === 'push' ? modalView(next, view.user, { below: view }) : updatedView(next, view), true);
    } else {
      throw new PersonError(`${TROUBLE} (the bot's response_action: ${String(action)})`);
    }
  }

  async close(user: LocalUser, view: StoredView): Promise<{ ack?: Ack }> {
    const { world, dispatch } = this.room;
    if (view.type === 'home') throw new PersonError('a Home can’t be closed');
    const all = view.payload.clear_on_close === true;
    const closed = (world.modals.get(user.id) ?? []).filter(({ id }) => all || id === view.id);
    world.closeModals(user.id, (known) => closed.includes(known));
    let ack: Ack | undefined;
    for (const gone of closed.reverse()) {
      if (gone.payload.notify_on_close) ack = await dispatch.interaction(viewClosed(user, gone, all));
    }
    return ack ? { ack } : {};
  }
}

function parsed(body: string): Record<string, unknown> {
  try {
    return asRecord(JSON.parse(body)) ?? {};
  } catch {
    throw new PersonError(`${TROUBLE} (the bot's acknowledgement is not JSON: ${body.slice(0, 100)})`);
  }
}

function refuseErrors(view: StoredView, errors: Readonly<Record<string, string>>): void {
  if (Object.keys(errors).length === 0) return;
  const labels = new Map(inputsIn(view.blocks).map(({ blockId, label }) => [blockId, label]));
  const lines = Object.entries(errors).map(([blockId, error]) => `${labels.get(blockId) ?? blockId}: ${error}`);
  throw new PersonError(lines.join('; '), errors);
}

/** A pressed menu or picker keeps what was chosen in it. */
function withPressed(
  values: StateValues,
  blockId: string,
  element: Record<string, unknown>,
  outcome: Record<string, unknown>,
): StateValues {
  const actionId = String(element.action_id);
  if (values[blockId]?.[actionId] === undefined) return values;
  const { placeholder: _, ...state } = outcome;
  return { ...values, [blockId]: { ...values[blockId], [actionId]: { type: element.type, ...state } } };
}
