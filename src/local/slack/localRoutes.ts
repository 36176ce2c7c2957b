/** The routes under `/local/`: JSON in, `{ ok: true, … }` or `{ ok: false, error }` out. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Dispatch } from './dispatch';
import { type Doors, type Settled, sentenceOf } from './doors';
import type { Files } from './files';
import { readBody, sendJson } from './http';
import { urlVerification } from './payloads';
import { PersonError } from './person';
import type { RateLimits } from './rateLimits';
import type { Command } from './speech';
import { streamTo } from './stream';
import type { WebApi } from './webApi/answer';
import type { World } from './world';

/** The AWS side of the local world, which these doors reach through. */
export interface AwsSide {
  publish(events: readonly unknown[]): void;
  pause(): void;
  resume(): void;
  provoke(occasion: string): string;
  setFaults(faults: { throttle?: number | undefined; deny?: readonly string[] | undefined }): void;
  counts(): Record<string, { calls: number; refused: number }>;
}

export interface LocalRoom {
  readonly world: World;
  readonly doors: Doors;
  readonly files: Files;
  readonly limits: RateLimits;
  readonly webApi: WebApi;
  readonly dispatch: Dispatch;
  readonly commands: readonly Command[];
  readonly aws?: AwsSide | undefined;
}

const LARGEST_BODY_BYTES = 16 * 1024 * 1024;

const share = z.number().min(0).max(1);
export const faultsSchema = z.strictObject({
  slack: z
    .strictObject({
      rate_limited: share.optional(),
      rate_limited_every: z.int().min(1).optional(),
      down: z.boolean().optional(),
      lost_answers: z.int().min(0).optional(),
    })
    .optional(),
  aws: z.strictObject({ throttle: share.optional(), deny: z.array(z.string()).optional() }).optional(),
});
export type Faults = z.input<typeof faultsSchema>;

const groupSchema = z.strictObject({ handle: z.string().regex(/^[a-z0-9_-]+$/), users: z.array(z.string()) });

const NOT_HERE = 'there is no local AWS behind this Slack';

/** Each part that is given replaces what that side did wrong until now. */
export function setFaults(room: LocalRoom, faults: Faults): void {
  const { slack, aws } = faultsSchema.parse(faults);
  if (aws && !room.aws) throw new PersonError(NOT_HERE);
  if (slack) room.limits.faults = slack;
  if (aws) room.aws?.setFaults(aws);
}

export const countsOf = (room: LocalRoom) => ({ slack: room.webApi.counts, aws: room.aws?.counts() ?? {} });

function awsOf(room: LocalRoom): AwsSide {
  if (!room.aws) throw new PersonError(NOT_HERE);
  return room.aws;
}

type Act = (room: LocalRoom, body: unknown) => Promise<object> | object;
const door =
  (act: (doors: Doors, body: never) => Promise<Settled>): Act =>
  (room, body) =>
    act(room.doors, body as never);

const POSTS: Record<string, Act> = {
  say: door((doors, body) => doors.say(body)),
  press: door((doors, body) => doors.press(body)),
  submit: door((doors, body) => doors.submit(body)),
  close: door((doors, body) => doors.close(body)),
  open_home: door((doors, body) => doors.openHome(body)),
  shortcut: door((doors, body) => doors.shortcut(body)),
  events: (room, body) => {
    const events = Array.isArray(body) ? body : [body];
    awsOf(room).publish(events);
    return { published: events.length };
  },
  faults: (room, body) => {
    setFaults(room, body as Faults);
    return { faults: { slack: room.limits.faults } };
  },
  /** Makes a user group, or gives it other members. */
  groups: (room, body) => {
    const { handle, users } = groupSchema.parse(body);
    const { members, ...group } = room.world.setGroup(
      handle,
      users.map((user) => room.doors.user(user).id),
    );
    return { group: { ...group, users: [...members] } };
  },
  /** Brings about what an alert tells of. */
  provoke: (room, body) => {
    const { occasion } = z.strictObject({ occasion: z.string() }).parse(body);
    try {
      return { told: awsOf(room).provoke(occasion) };
    } catch (error) {
      throw error instanceof RangeError ? new PersonError(error.message) : error;
    }
  },
  pause: (room) => {
    awsOf(room).pause();
    return {};
  },
  resume: (room) => {
    awsOf(room).resume();
    return {};
  },
  /** What Slack does when somebody enters a request URL. */
  verify_url: async (room) => {
    const challenge = Math.random().toString(36).slice(2);
    const ack = await room.dispatch.event(urlVerification(challenge));
    const isVerified = 'body' in ack && ack.status === 200 && ack.body.includes(challenge);
    if (!isVerified) throw new PersonError('the request URL did not answer with the challenge');
    return { verified: true };
  },
};

function fileOf(room: LocalRoom, id: string): object {
  const file = room.files.get(id);
  if (!file) throw new PersonError(`there is no file ${id}`);
  const { path, ...rest } = file;
  return { file: rest, content: readFileSync(path, 'utf8') };
}

type Look = (room: LocalRoom, path: readonly string[], query: URLSearchParams) => Promise<object> | object;

const GETS: Record<string, Look> = {
  channels: (room, [name, thread], query) => {
    if (name === undefined) {
      const open = room.world.channels.filter(({ im }) => !im);
      return { channels: open.map(({ members, ...channel }) => ({ ...channel, members: [...members] })) };
    }
    const channel = room.doors.channelOf(name);
    const { members, ...rest } = channel;
    const messages = room.doors.messages(channel, query.get('user') ?? undefined, thread);
    return { channel: { ...rest, members: [...members] }, messages };
  },
  dm: (room, [user = '']) => ({ messages: room.doors.dm(user) }),
  /** Looking at the Home tab opens it, which is when an app draws it. */
  home: async (room, [user = '']) => {
    await room.doors.openHome({ user });
    return { view: room.doors.home(user) ?? null };
  },
  views: (room, [user = '']) => ({ views: room.doors.modals(user) }),
  files: (room, [id = '']) => fileOf(room, id),
  users: (room) => ({ users: room.world.people }),
  groups: (room) => ({
    groups: [...room.world.groups.values()].map(({ members, ...group }) => ({ ...group, users: [...members] })),
  }),
  faults: (room) => ({ faults: { slack: room.limits.faults }, counts: countsOf(room) }),
};

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const text = (await readBody(request, LARGEST_BODY_BYTES)).toString('utf8');
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw new PersonError('the body is not JSON');
  }
}

/** Answers a request for `/local/<path>`. */
export async function localRoute(
  room: LocalRoom,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const [name = '', ...path] = url.pathname.split('/').slice(2).map(decodeURIComponent);
  try {
    if (request.method === 'GET' && name === 'stream') {
      const user = room.doors.user(url.searchParams.get('user') ?? '');
      return streamTo(response, room.world, user, room.commands);
    }
    const act = request.method === 'POST' ? POSTS[name] : undefined;
    const look = request.method === 'GET' ? GETS[name] : undefined;
    if (act) return sendJson(response, 200, { ok: true, ...(await act(room, await bodyOf(request))) });
    if (look) return sendJson(response, 200, { ok: true, ...(await look(room, path, url.searchParams)) });
    const doors = [...Object.keys(POSTS).map((key) => `POST ${key}`), ...Object.keys(GETS).map((key) => `GET ${key}`)];
    return sendJson(response, 404, { ok: false, error: `there is no such door; there are: ${doors.join(', ')}` });
  } catch (error) {
    const sentence = sentenceOf(error);
    const errors = error instanceof PersonError && error.errors ? { errors: error.errors } : {};
    const fault = error instanceof Error ? error.message : String(error);
    sendJson(response, sentence ? 400 : 500, { ok: false, error: sentence ?? fault, ...errors });
  }
}
