/**
 * The way in: Bolt verifies and parses what Slack sends, and everything becomes a request for the worker within Slack's
 * 3 seconds. Only a form is opened here, since a `trigger_id` dies after 3 seconds.
 *
 * What Slack has signed is read by Bolt's types; the worker checks each request's shape as it takes it off the queue.
 */
import { createHash } from 'node:crypto';
import {
  App,
  type AuthorizeResult,
  type BlockAction,
  type BlockElementAction,
  ExpressReceiver,
  LogLevel,
  type Receiver,
  type ViewStateValue,
} from '@slack/bolt';
import type { ModalView } from '@slack/types';
import express, { type Application } from 'express';
import { errorFields, shortReference } from '../errors';
import type { Log } from '../log';
import { ACTION } from '../views/kit';
import type { CommandRequest, WorkRequest } from './request';

/** A form: how a verb's modal looks, and the command that its fields stand for. */
export interface Form {
  open(command: string, now: number): Omit<ModalView, 'type' | 'private_metadata' | 'callback_id'>;
  read(values: Record<string, string>, command: string): string;
  /**
   * What to ask as it opens, so that who may not send it need not fill it in: a command that changes nothing, and is refused
   * where what the form stands for would be.
   */
  asks?(command: string): string | undefined;
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

/** What a form carries from the press that opened it to its submission; at most 3,000 characters. */
interface FormMetadata {
  command: string;
  channel: CommandRequest['channel'];
  responseUrl?: string;
}

/** What stands in a control of a message or a form: the first of these that is there. */
const inputOf = (state: ViewStateValue): string | undefined =>
  state.value ??
  state.selected_option?.value ??
  state.selected_options?.map(({ value }) => value).join(',') ??
  state.selected_date ??
  state.selected_conversations?.join(',') ??
  state.selected_users?.join(',') ??
  undefined;

/** The values of all controls by their `action_id`. */
function inputsOf(state: BlockAction['state']): Record<string, string> {
  const controls = Object.values(state?.values ?? {}).flatMap((block) => Object.entries(block));
  return Object.fromEntries(
    controls.flatMap(([id, control]) => {
      const value = inputOf(control);
      return value === undefined ? [] : [[id, value]];
    }),
  );
}

/** The command that a press stands for: the choice's in a menu, else the button's own. */
function commandOf(action: BlockElementAction | undefined): string | undefined {
  if (action === undefined) return undefined;
  const chosen = 'selected_option' in action ? action.selected_option?.value : undefined;
  return chosen ?? ('value' in action ? action.value : undefined);
}

const personOf = (
  user: { id: string; name?: string; username?: string; team_id?: string },
  home: string | undefined,
): CommandRequest['user'] => {
  const workspace = user.team_id ?? home;
  return {
    id: user.id,
    name: user.name ?? user.username ?? user.id,
    ...(workspace === undefined ? {} : { team: workspace }),
  };
};

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

/** How long Slack may take to open a form. */
const FORM_TIMEOUT_MS = 2_500;

/** Builds Bolt's app around any receiver: HTTP, Lambda or Socket Mode. */
export function slackApp(receiver: Receiver, room: ReceiveRoom, options: ReceiveOptions): App {
  const app = new App({
    receiver,
    // Without botId and botUserId Bolt 5 asks auth.test on every request.
    authorize: async (): Promise<AuthorizeResult> => ({ botToken: options.botToken, botId: 'B0', botUserId: 'U0' }),
    processBeforeResponse: true,
    logLevel: LogLevel.ERROR,
    clientOptions: {
      // A trigger_id dies after 3 seconds: there is no time for the client's own half hour of retries.
      retryConfig: { retries: 0 },
      timeout: FORM_TIMEOUT_MS,
      ...(options.slackApiUrl === undefined ? {} : { slackApiUrl: options.slackApiUrl }),
    },
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

  app.action({ type: 'block_actions' }, async ({ body: press, ack, client }) => {
    const [action] = press.actions;
    const [kind] = action?.action_id.split(':') ?? [];
    const command = commandOf(action);
    const channel = {
      // In the App Home there is no channel: what answers there goes to the person.
      id: press.channel?.id ?? press.container?.channel_id ?? press.user.id,
      name: press.channel?.name ?? '',
    };
    const user = personOf(press.user, press.team?.id);
    const team = press.team?.id === undefined ? {} : { team: press.team.id };
    /** Not worth failing the press for: what a form sends is checked again. */
    const check = async (text: string, form: string): Promise<void> => {
      const id = requestId(press.trigger_id, press.user.id, action?.action_ts, text);
      await room
        .enqueue({ kind: 'command', id, text, typed: false, user, channel, ...team, replace: false, inputs: {}, form })
        .catch((error: unknown) => room.log.warn('a form could not be checked', errorFields(error)));
    };
    if (kind === ACTION.link) {
      await ack();
      return;
    }
    if (kind === ACTION.form && command !== undefined) {
      const verb = command.split(' ')[0] ?? '';
      const form = room.forms[verb];
      if (form !== undefined) {
        const metadata: FormMetadata = {
          command,
          channel,
          ...(press.response_url === undefined ? {} : { responseUrl: press.response_url }),
        };
        const { view } = await client.views.open({
          trigger_id: press.trigger_id,
          view: {
            type: 'modal',
            callback_id: `form:${verb}`,
            private_metadata: JSON.stringify(metadata),
            ...form.open(command, room.now()),
          },
        });
        const text = form.asks?.(command);
        if (text !== undefined && view?.id !== undefined) await check(text, view.id);
      }
      await ack();
      return;
    }
    // A control that this version does not know (left from an older or newer one) reaches the worker too, which says so.
    await room.enqueue({
      kind: 'command',
      id: requestId(press.trigger_id, press.user.id, action?.action_ts, command),
      text: kind === ACTION.answer || kind === ACTION.replace ? (command ?? '') : '',
      typed: false,
      user,
      channel,
      ...team,
      responseUrl: press.response_url,
      replace: kind === ACTION.replace,
      inputs: inputsOf(press.state),
    });
    await ack();
  });

  app.view({ callback_id: /^form:/, type: 'view_submission' }, async ({ body, ack }) => {
    const { view, user, team: from } = body;
    const form = room.forms[view.callback_id.slice('form:'.length)];
    const metadata: FormMetadata = JSON.parse(view.private_metadata);
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

  // Nothing of ours sends these, but what nobody acknowledges would hold a Lambda for Bolt's 3 seconds.
  app.view({ callback_id: /.*/, type: 'view_closed' }, async ({ ack }) => await ack());
  app.shortcut(/.*/, async ({ ack }) => await ack());
  app.options(/.*/, async ({ ack }) => await ack({ options: [] }));

  app.event('app_home_opened', async ({ event }) => {
    if (event.tab === 'home') await room.enqueue({ kind: 'home', user: { id: event.user, name: event.user } });
  });

  return app;
}

/**
 * Bolt waits 3 seconds for somebody to acknowledge a request that nobody takes, such as another app's command; a Lambda
 * would be paid for that. When its listeners are through, there is nothing left to wait for.
 */
class PromptReceiver extends ExpressReceiver {
  override async requestHandler(...[request, response]: Parameters<ExpressReceiver['requestHandler']>): Promise<void> {
    await super.requestHandler(request, response);
    if (!response.headersSent) response.status(404).end();
  }
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
  const receiver = new PromptReceiver({
    signingSecret: options.signingSecret,
    endpoints: '/slack/events',
    processBeforeResponse: true,
    app: http,
    logLevel: LogLevel.ERROR,
    // `PromptReceiver` has answered by then.
    unhandledRequestHandler: () => undefined,
  });
  slackApp(receiver, room, options);
  return http;
}
