/** The doors by which scripts, tests and the page act as people: say, press, submit, close, look. */
import * as z from 'zod';
import type { Ack } from './dispatch';
import type { Files } from './files';
import { dmIdOf, type LocalChannel, type LocalUser } from './identity';
import { EnteredError } from './inputs';
import type { Message } from './message';
import { eventCallback, globalShortcut, messageShortcut } from './payloads';
import { Person, PersonError, type PressResult, type Room } from './person';
import { type Patience, type Since, settled } from './settle';
import { shownMessage, shownView } from './show';
import { ackError, type Command, runCommand, sendMessage, tellFailure } from './speech';
import { apiView, type StoredView, type View } from './view';

const entered = z.union([z.string(), z.array(z.string())]);
const values = z.record(z.string(), entered).optional();

export const saySchema = z.object({
  user: z.string(),
  channel: z.string(),
  text: z.string().default(''),
  thread_ts: z.string().optional(),
  files: z.array(z.object({ name: z.string().min(1), content: z.string() })).optional(),
});
export const pressSchema = z.object({
  user: z.string(),
  channel: z.string().optional(),
  ts: z.string().optional(),
  view_id: z.string().optional(),
  label: z.string().optional(),
  action_id: z.string().optional(),
  block_id: z.string().optional(),
  option: entered.optional(),
  confirm: z.boolean().optional(),
  values,
});
export const submitSchema = z.object({ user: z.string(), view_id: z.string(), values });
export const closeSchema = z.object({ user: z.string(), view_id: z.string() });
export const openHomeSchema = z.object({ user: z.string() });
export const shortcutSchema = z.object({
  user: z.string(),
  callback_id: z.string(),
  channel: z.string().optional(),
  ts: z.string().optional(),
});

/** What came or changed since the person did it, as that person sees it. */
export interface Settled {
  readonly messages: Message[];
  readonly views: View[];
  /** The bot's acknowledgement, when it was not an empty 200. */
  readonly ack?: Ack;
  readonly dialog?: PressResult['dialog'];
  readonly dismissed?: true;
}

const openedIn = (view: StoredView | undefined) => (view?.openedIn ? { id: view.openedIn } : undefined);

/** A press of a link, and a closed modal, are often answered by nothing: no use waiting long. */
const SHORT_WAIT_MS = 1000;
/** A submission may be answered by the closing of its modal alone. */
const SUBMIT_WAIT_MS = 3000;

export class Doors {
  private readonly person: Person;

  constructor(
    private readonly room: Room,
    private readonly files: Files,
    private readonly commands: readonly Command[],
    private readonly patience: Patience,
  ) {
    this.person = new Person(room);
  }

  /** @throws PersonError naming the users that there are */
  user(idOrName: string): LocalUser {
    const user = this.room.world.user(idOrName);
    if (user && !user.is_bot) return user;
    const names = this.room.world.people.map(({ name }) => name).join(', ');
    throw new PersonError(`there is no user "${idOrName}"; there are: ${names}`);
  }

  /** A channel by name or id; `batchbot` and `dm` are the user's direct messages with the bot. */
  channelOf(idOrName: string, user?: LocalUser): LocalChannel {
    const { world } = this.room;
    const isDirect = user && /^@?(batchbot|dm)$/.test(idOrName);
    const channel = world.channel(isDirect ? dmIdOf(user.id) : idOrName);
    if (!channel) {
      const names = world.channels.filter(({ im }) => !im).map(({ name }) => name);
      throw new PersonError(`there is no channel "${idOrName}"; there are: ${names.join(', ')}`);
    }
    if (user && !channel.members.has(user.id)) throw new PersonError(`${user.name} is not in #${channel.name}`);
    return channel;
  }

  private async wait(
    who: LocalUser,
    channel: { readonly id: string } | undefined,
    act: () => Promise<PressResult & { firstMs?: number }>,
  ): Promise<Settled> {
    const { world } = this.room;
    const patience = { ...this.patience };
    const since: Since & { result: PressResult } = await settled(
      world,
      patience,
      { user: who.id, channel: channel?.id },
      async () => {
        const result = await act();
        patience.firstMs = Math.min(result.firstMs ?? patience.firstMs, patience.firstMs);
        return result;
      },
    );
    const { ack, dialog, dismissed } = since.result;
    // What was said elsewhere meanwhile, an alert perhaps, comes after what was said here.
    const here = since.messages.filter((message) => message.channel === channel?.id);
    const elsewhere = since.messages.filter((message) => message.channel !== channel?.id);
    const isWorthTelling = ack && !('status' in ack && ack.status === 200 && ack.body === '');
    return {
      messages: [...here, ...elsewhere].map((message) => shownMessage(world, message, who.id)),
      views: since.views.map((view) => shownView(world, view)),
      ...(isWorthTelling ? { ack } : {}),
      ...(dialog ? { dialog } : {}),
      ...(dismissed ? { dismissed } : {}),
    };
  }

  async say(what: z.input<typeof saySchema>): Promise<Settled> {
    const { text, thread_ts, files = [], ...where } = saySchema.parse(what);
    const user = this.user(where.user);
    const channel = this.channelOf(where.channel, user);
    return this.wait(user, channel, async () => {
      if (text.trimStart().startsWith('/')) {
        const ack = await runCommand(this.room, this.commands, user, channel, text);
        return ack ? { ack } : { firstMs: 0 };
      }
      const brought = files.map((file) => this.files.bring(file.name, Buffer.from(file.content)));
      const { isHeard, ack } = await sendMessage(this.room, user, channel, { text, thread_ts, files: brought });
      return { ...(ack ? { ack } : {}), ...(isHeard ? {} : { firstMs: 0 }) };
    });
  }

  async press(what: z.input<typeof pressSchema>): Promise<Settled> {
    const { user: name, channel: room, ts, view_id, ...wanted } = pressSchema.parse(what);
    const user = this.user(name);
    const channel = room === undefined ? undefined : this.channelOf(room, user);
    const view = view_id === undefined ? undefined : this.view(user, view_id);
    return this.wait(user, channel ?? openedIn(view), async () => {
      const press = { ...wanted, user };
      if (!view && !(channel && ts)) {
        throw new PersonError('say where to press: `channel` and `ts` of a message, or `view_id`');
      }
      const done = view
        ? await this.person.pressInView(view, press)
        : await this.person.pressInMessage(channel as LocalChannel, ts as string, press);
      if (done.dismissed) return { ...done, firstMs: 0 };
      const error = done.ack && ackError(done.ack);
      const where = channel ?? this.channelOf(dmIdOf(user.id));
      if (error) tellFailure(this.room.world, 'batchbot', error, user, where);
      return done.isLink ? { ...done, firstMs: SHORT_WAIT_MS } : done;
    });
  }

  private view(user: LocalUser, id: string) {
    const view = this.room.world.view(id);
    if (view?.user === user.id) return view;
    const open = this.room.world.modals.get(user.id)?.map((one) => one.id) ?? [];
    throw new PersonError(`${user.name} has no view ${id} open; open: ${open.join(', ') || 'none'}`);
  }

  async submit(what: z.input<typeof submitSchema>): Promise<Settled> {
    const { user: name, view_id, values: words = {} } = submitSchema.parse(what);
    const user = this.user(name);
    const view = this.view(user, view_id);
    return this.wait(user, openedIn(view), async () => ({
      ...(await this.person.submit(user, view, words)),
      firstMs: SUBMIT_WAIT_MS,
    }));
  }

  async close(what: z.input<typeof closeSchema>): Promise<Settled> {
    const { user: name, view_id } = closeSchema.parse(what);
    const user = this.user(name);
    return this.wait(user, undefined, async () => {
      const done = await this.person.close(user, this.view(user, view_id));
      return { ...done, firstMs: done.ack ? SHORT_WAIT_MS : 0 };
    });
  }

  /** The person turns to the bot's Home. */
  async openHome(what: z.input<typeof openHomeSchema>): Promise<Settled> {
    const { world, dispatch } = this.room;
    const user = this.user(openHomeSchema.parse(what).user);
    return this.wait(user, undefined, async () => {
      const view = world.homes.get(user.id);
      const event = {
        type: 'app_home_opened',
        user: user.id,
        channel: dmIdOf(user.id),
        tab: 'home',
        ...(view ? { view: apiView(view) } : {}),
        event_ts: world.nextTs(),
      };
      return { ack: await dispatch.event(eventCallback(event, world.now())), firstMs: SUBMIT_WAIT_MS };
    });
  }

  /** A shortcut of the lightning menu, or of a message when one is named. */
  async shortcut(what: z.input<typeof shortcutSchema>): Promise<Settled> {
    const { world, dispatch, triggers, responseUrls } = this.room;
    const { user: name, callback_id, channel: room, ts } = shortcutSchema.parse(what);
    const user = this.user(name);
    const channel = room === undefined ? undefined : this.channelOf(room, user);
    return this.wait(user, channel, async () => {
      const trigger_id = triggers.issue({ user: user.id, channel: channel?.id });
      const action_ts = world.nextTs();
      if (!channel || !ts) {
        return { ack: await dispatch.interaction(globalShortcut(user, callback_id, trigger_id, action_ts)) };
      }
      const message = world.message(channel.id, ts);
      if (!message) throw new PersonError(`there is no message ${ts} in #${channel.name}`);
      const response_url = responseUrls.issue('actions', { channel: channel.id, user: user.id });
      const payload = messageShortcut({ user, callback_id, trigger_id, action_ts, channel, message, response_url });
      return { ack: await dispatch.interaction(payload) };
    });
  }

  /** A channel's messages, oldest first, to a reader: without one, everybody's ephemeral messages too. */
  messages(channel: LocalChannel, reader?: string, thread?: string): Message[] {
    const user = reader === undefined ? undefined : this.user(reader).id;
    return this.room.world
      .messages(channel.id, user)
      .filter(({ ts, thread_ts }) => thread === undefined || ts === thread || thread_ts === thread)
      .map((message) => shownMessage(this.room.world, message, user));
  }

  dm(name: string): Message[] {
    const user = this.user(name);
    return this.messages(this.channelOf(dmIdOf(user.id)), user.id);
  }

  modals(name: string): View[] {
    const stack = this.room.world.modals.get(this.user(name).id) ?? [];
    return stack.map((view) => shownView(this.room.world, view));
  }

  home(name: string): View | undefined {
    const view = this.room.world.homes.get(this.user(name).id);
    return view && shownView(this.room.world, view);
  }
}

/** The sentence for a person, or undefined for an error that is a fault of ours. */
export const sentenceOf = (error: unknown): string | undefined => {
  if (error instanceof PersonError || error instanceof EnteredError) return error.message;
  if (!(error instanceof z.ZodError)) return undefined;
  return error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
};
