/** Response URLs: five messages in thirty minutes to where the person was, without the bot being in the channel. */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { refusalOfMessage } from './blocks/message';
import { storedBlocks } from './blocks/stored';
import { BOT, TEAM } from './identity';
import type { World } from './world';

/** Five uses within 30 minutes (docs.slack.dev, interactivity/handling-user-interaction, message responses). */
const MOST_USES = 5;
const LIFE_MS = 30 * 60_000;

interface Hook {
  readonly channel: string;
  readonly user: string;
  /** The message that was pressed; a slash command has none. */
  readonly original?: { readonly ts: string; readonly thread_ts?: string } | undefined;
}

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);
const responseSchema = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: flag.optional(),
  delete_original: flag.optional(),
  thread_ts: z.string().optional(),
});
export type HookAnswer = { readonly status: number; readonly body: string };

const refusal = (status: number, error: string, extra: object = {}): HookAnswer => ({
  status,
  body: JSON.stringify({ ok: false, error, ...extra }),
});

export class ResponseUrls {
  private readonly hooks = new Map<string, Hook & { at: number; uses: number }>();

  constructor(
    private readonly world: World,
    private readonly baseUrl: () => string,
  ) {}

  issue(kind: 'commands' | 'actions', hook: Hook): string {
    const at = this.world.now();
    for (const [key, known] of this.hooks) if (at - known.at > 2 * LIFE_MS) this.hooks.delete(key);
    const path = `${kind}/${TEAM.id}/${Math.floor(at)}/${randomBytes(12).toString('hex')}`;
    this.hooks.set(path, { ...hook, at, uses: 0 });
    return `${this.baseUrl()}/hooks/${path}`;
  }

  /** What an acknowledgement's own body says, which costs no use of the URL. */
  showAck(hook: Hook, body: unknown): HookAnswer {
    return this.carryOut(hook, body);
  }

  /** Slack's answer to a POST on `/hooks/<path>`. */
  use(path: string, body: unknown): HookAnswer {
    const hook = this.hooks.get(path);
    if (!hook) return refusal(404, 'no_service');
    if (this.world.now() - hook.at > LIFE_MS) return refusal(404, 'expired_url');
    if (hook.uses >= MOST_USES) return refusal(404, 'used_url');
    const answer = this.carryOut(hook, body);
    if (answer.status === 200) hook.uses += 1;
    return answer;
  }

  private carryOut(hook: Hook, body: unknown): HookAnswer {
    const parsed = responseSchema.safeParse(body);
    if (!parsed.success) return refusal(400, 'invalid_payload');
    const { text = '', blocks, response_type, replace_original, delete_original, thread_ts } = parsed.data;
    const { original } = hook;
    const original_ts = original?.ts;
    if (delete_original) {
      const isGone = original_ts !== undefined && this.world.remove(hook.channel, original_ts, true);
      return isGone ? { status: 200, body: 'ok' } : refusal(404, 'message_not_found');
    }
    const refused = refusalOfMessage({ text, blocks });
    if (refused) {
      const { error, messages } = refused;
      return refusal(400, error, messages ? { response_metadata: { messages } } : {});
    }
    const content = { text, blocks: storedBlocks(Array.isArray(blocks) ? blocks : []) };
    // A command's URL has no original to replace: the message comes as a new one (slackapi/bolt-js#2287).
    if (replace_original && original_ts !== undefined) {
      const edited = this.world.edit(hook.channel, original_ts, { ...content, edited_ts: this.world.nextTs() }, true);
      return edited ? { status: 200, body: 'ok' } : refusal(404, 'message_not_found');
    }
    const thread = thread_ts ?? original?.thread_ts;
    this.world.post(
      {
        channel: hook.channel,
        user: BOT.id,
        bot_id: BOT.botId,
        ...content,
        ...(thread ? { thread_ts: thread } : {}),
        ...(response_type === 'in_channel' ? {} : { ephemeral_to: hook.user }),
      },
      true,
    );
    return { status: 200, body: 'ok' };
  }
}
