/**
 * The way in: Bolt verifies and parses what Slack sends, and everything becomes a request for the worker within Slack's
 * 3 seconds. Only a form is opened here, since a `trigger_id` dies after 3 seconds.
 */
import { createHash } from 'node:crypto';
import { App, type AuthorizeResult, ExpressReceiver, LogLevel, type Receiver } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import express, { type Application } from 'express';
import * as z from 'zod';
import { errorFields, shortReference } from '../errors';
import type { Log } from '../log';
import { ACTION } from '../views/kit';
import type { CommandRequest, WorkRequest } from './request';

/** A form: how a verb's modal looks, and the command that its fields stand for. */
export interface Form {
  open(command: string, now: number): Omit<ModalView, 'type' | 'private_metadata' | 'callback_id'>;
  read(values: Record<string, string>, command: string): string;
}

export interface ReceiveRoom {
  /** Hands a request to the worker; when it has returned, the request is safe. */
  enqueue: (request: WorkRequest) => Promise<void>;
  forms: Readonly<Record<string, Form>>;
  log: Log;
  now: () => number;
}

export interface ReceiveOptions {
  botToken: string;
  slackApiUrl?: string | undefined;
  /** The slash command, `/batch`. */
  command: string;
}

const person = z.object({
  id: z.string(),
  name: z.string().optional(),
  username: z.string().optional(),
  team_id: z.string().optional(),
});
const team = z.object({ id: z.string() }).nullish();

/** A control's state in a message or a form: the first of these that is there. */
const stateValue = z
  .object({
    value: z.string().nullish(),
    selected_option: z.object({ value: z.string() }).nullish(),
    selected_options: z.array(z.object({ value: z.string() })).nullish(),
    selected_date: z.string().nullish(),
  })
  .transform(
    (state) =>
      state.value ??
      state.selected_option?.value ??
      state.selected_options?.map(({ value }) => value).join(',') ??
      state.selected_date ??
      undefined,
  );
const stateSchema = z.object({ values: z.record(z.string(), z.record(z.string(), stateValue)) });

/** What a form carries from the press that opened it to its submission; at most 3,000 characters. */
const metadataSchema = z.object({
  command: z.string(),
  channel: z.object({ id: z.string(), name: z.string() }),
  responseUrl: z.string().optional(),
});

function inputsOf(state: unknown): Record<string, string> {
  const parsed = stateSchema.safeParse(state);
  if (!parsed.success) return {};
  const inputs = Object.values(parsed.data.values).flatMap((block) => Object.entries(block));
  return Object.fromEntries(inputs.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

const personOf = (user: z.infer<typeof person>, home: string | undefined): CommandRequest['user'] => ({
  id: user.id,
  name: user.name ?? user.username ?? user.id,
  ...((user.team_id ?? home) === undefined ? {} : { team: user.team_id ?? home }),
});

/** The same press or command has the same id however often it is delivered or replayed. */
const requestId = (...parts: (string | undefined)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 24);

/** What to do when a request can't be handed on: Slack shows an ack's text to the person who asked. */
async function orApologise(
  room: ReceiveRoom,
  work: () => Promise<void>,
  apologise: (text: string) => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const ref = shortReference();
    room.log.error('a request could not be handed to the worker', { ref, ...errorFields(error) });
    await apologise(`batchbot could not take this up just now. Please try again in a minute (reference ${ref}).`);
  }
}

/** Builds Bolt's app around any receiver: HTTP, Lambda or Socket Mode. */
export function slackApp(receiver: Receiver, room: ReceiveRoom, options: ReceiveOptions): App {
  const app = new App({
    receiver,
    // Without botId and botUserId Bolt 5 asks auth.test on every request.
    authorize: async (): Promise<AuthorizeResult> => ({ botToken: options.botToken, botId: 'B0', botUserId: 'U0' }),
    processBeforeResponse: true,
    logLevel: LogLevel.ERROR,
    ...(options.slackApiUrl === undefined ? {} : { clientOptions: { slackApiUrl: options.slackApiUrl } }),
  });

  app.command(options.command, async ({ command, ack }) => {
    await orApologise(
      room,
      async () => {
        await room.enqueue({
          kind: 'command',
          id: requestId(command.trigger_id, command.user_id, command.text),
          text: command.text ?? '',
          typed: true,
          user: personOf({ id: command.user_id, name: command.user_name }, command.team_id),
          channel: { id: command.channel_id, name: command.channel_name },
          ...(command.team_id === undefined ? {} : { team: command.team_id }),
          responseUrl: command.response_url,
          replace: false,
          inputs: {},
        });
        await ack();
      },
      (text) => ack({ response_type: 'ephemeral', text }),
    );
  });

  const pressed = z.object({
    trigger_id: z.string(),
    user: person,
    team,
    channel: z.object({ id: z.string(), name: z.string().optional() }).optional(),
    container: z.object({ message_ts: z.string().optional(), channel_id: z.string().optional() }).optional(),
    response_url: z.string().optional(),
    state: z.unknown().optional(),
    actions: z
      .array(
        z.object({
          action_id: z.string(),
          action_ts: z.string().optional(),
          value: z.string().optional(),
          selected_option: z.object({ value: z.string() }).nullish(),
        }),
      )
      .min(1),
  });

  app.action(/.*/, async ({ body, ack, client }) => {
    const press = pressed.parse(body);
    const [action] = press.actions;
    const [kind] = action?.action_id.split(':') ?? [];
    const command = action?.selected_option?.value ?? action?.value;
    const channel = {
      id: press.channel?.id ?? press.container?.channel_id ?? press.user.id,
      name: press.channel?.name ?? '',
    };
    if (kind === ACTION.link || kind === undefined || command === undefined || command === '') {
      await ack();
      return;
    }
    if (kind === ACTION.form) {
      const verb = command.split(' ')[0] ?? '';
      const form = room.forms[verb];
      if (form !== undefined) {
        const metadata: z.infer<typeof metadataSchema> = {
          command,
          channel,
          ...(press.response_url === undefined ? {} : { responseUrl: press.response_url }),
        };
        await client.views.open({
          trigger_id: press.trigger_id,
          view: {
            type: 'modal',
            callback_id: `form:${verb}`,
            private_metadata: JSON.stringify(metadata),
            ...form.open(command, room.now()),
          },
        });
      }
      await ack();
      return;
    }
    // A control that this version does not know (left from an older or newer one) reaches the worker too, which says so.
    await room.enqueue({
      kind: 'command',
      id: requestId(press.trigger_id, press.user.id, action?.action_ts, command),
      text: kind === ACTION.answer || kind === ACTION.replace ? command : '',
      typed: false,
      user: personOf(press.user, press.team?.id),
      channel,
      ...(press.team?.id === undefined ? {} : { team: press.team.id }),
      responseUrl: press.response_url,
      replace: kind === ACTION.replace,
      inputs: inputsOf(press.state),
    });
    await ack();
  });

  const submitted = z.object({
    trigger_id: z.string().optional(),
    user: person,
    team,
    view: z.object({
      id: z.string(),
      hash: z.string().optional(),
      callback_id: z.string(),
      private_metadata: z.string(),
      state: z.unknown().optional(),
    }),
  });

  app.view({ callback_id: /^form:/, type: 'view_submission' }, async ({ body, ack }) => {
    const { view, user, team: from } = submitted.parse(body);
    const form = room.forms[view.callback_id.slice('form:'.length)];
    const metadata = metadataSchema.parse(JSON.parse(view.private_metadata));
    if (form !== undefined) {
      await room.enqueue({
        kind: 'command',
        id: requestId(view.id, view.hash, user.id),
        text: form.read(inputsOf(view.state), metadata.command),
        typed: false,
        user: personOf(user, from?.id),
        channel: metadata.channel,
        ...(from?.id === undefined ? {} : { team: from.id }),
        responseUrl: metadata.responseUrl,
        replace: true,
        inputs: {},
      });
    }
    await ack();
  });

  app.event('app_home_opened', async ({ event }) => {
    if (event.tab === 'home') await room.enqueue({ kind: 'home', user: { id: event.user, name: event.user } });
  });

  return app;
}

/** A timestamp further off than this, before or after now, is refused (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
const MOST_SKEW_SECONDS = 300;

/** The Express application for Slack's HTTP requests: `POST /slack/events`; anything unsigned, stale or from the future gets 401. */
export function slackHttp(room: ReceiveRoom, options: ReceiveOptions & { signingSecret: string }): Application {
  const http = express();
  http.disable('x-powered-by');
  // Bolt 5.1 refuses only timestamps that are too old; Slack's own rule is a difference either way.
  http.use((request, response, next) => {
    const timestamp = Number(request.headers['x-slack-request-timestamp']);
    if (timestamp - room.now() / 1000 > MOST_SKEW_SECONDS) response.status(401).end();
    else next();
  });
  const receiver = new ExpressReceiver({
    signingSecret: options.signingSecret,
    endpoints: '/slack/events',
    processBeforeResponse: true,
    app: http,
    logLevel: LogLevel.ERROR,
  });
  slackApp(receiver, room, options);
  return http;
}
