/** `files.*`: the two calls around an upload, and what there is to know of a file. */
import { refusalOfMessage } from '../blocks/message';
import { storedBlocks } from '../blocks/stored';
import { LARGEST_BYTES } from '../files';
import { BOT } from '../identity';
import { conversationOf, isAnswer, type Method, missing, refuse, stringOf } from './method';

const getUploadUrl: Method = {
  tier: 4,
  run(args, { files }) {
    const filename = stringOf(args, 'filename');
    const length = Number(stringOf(args, 'length'));
    if (!filename) return missing('filename');
    // Whether Slack takes an empty file is not documented; here it is refused.
    if (!Number.isInteger(length) || length <= 0) return missing('length');
    if (length > LARGEST_BYTES) return refuse('file_upload_size_restricted');
    return { ok: true, ...files.offer(filename, length) };
  },
};

const complete: Method = {
  tier: 4,
  run(args, { files, world }) {
    const wanted = args.files;
    if (!Array.isArray(wanted) || wanted.length === 0) return missing('files');
    const channelId = stringOf(args, 'channel_id') ?? stringOf(args, 'channels');
    const channel = channelId ? conversationOf(world, channelId) : undefined;
    if (channel && isAnswer(channel)) return channel;
    const text = stringOf(args, 'initial_comment') ?? '';
    const blocks = Array.isArray(args.blocks) ? args.blocks : undefined;
    const refused = text !== '' || blocks ? refusalOfMessage({ text, blocks }) : undefined;
    if (refused) return refuse(refused.error, refused.messages);
    const shared = wanted.map((file: { id?: string; title?: string }) => files.complete(file.id ?? '', file.title));
    const arrived = shared.filter((file) => file !== undefined);
    if (arrived.length < shared.length) return refuse('file_not_found');
    const thread_ts = stringOf(args, 'thread_ts');
    if (channel) {
      const bot = { user: BOT.id, bot_id: BOT.botId };
      const content = { text, blocks: storedBlocks(blocks ?? []), files: arrived };
      world.post({ channel: channel.id, ...bot, ...content, ...(thread_ts ? { thread_ts } : {}) }, true);
    }
    return { ok: true, files: arrived.map(({ id, title }) => ({ id, title })) };
  },
};

const info: Method = {
  tier: 4,
  run(args, { files }) {
    const file = files.get(stringOf(args, 'file') ?? '');
    if (!file) return refuse('file_not_found');
    const { path: _, ...rest } = file;
    return { ok: true, file: rest };
  },
};

export const fileMethods: Record<string, Method> = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': complete,
  'files.info': info,
};
