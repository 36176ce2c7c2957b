/**
 * Changes the time limits: at once where no job that lives is hurt by it, and after a preview that somebody confirms where
 * some would be stopped, or where a rule is about all jobs there are.
 */
import { shortReference, UserError } from '../../errors';
import type { TimeoutSettings } from '../../history/records/timeoutRules';
import type { Answer } from '../../slack/deliver';
import { type ChangeProps, timeoutChanged, timeoutPreview } from '../../views/timeoutChange';
import type { Asking, Room } from '../command';
import { requireRole, type Scope } from '../permission';
import { type Effects, effectsOf } from './effects';

/** As long as a preview of a cancel stands. */
const EXPIRES_MS = 15 * 60_000;
/** A press that was begun and never finished is taken up again after this. */
const LEASE_MS = 60_000;

export interface Pressed {
  sure?: string;
  asked?: number;
}

/** Something that somebody wants changed. */
export interface Change {
  /** As it is typed after `timeout`. */
  words: string;
  /** The queues that it is about. */
  scope: Scope;
  /** What is asked: `Set rule 3?`, and what a press says: `Set it`. */
  title: string;
  verb: string;
  /** The number of the rule that it sets. */
  n?: number;
  /** It is about all jobs there are, and is asked for twice. */
  isForAll?: boolean;
  notes: readonly string[];
  after: TimeoutSettings;
  /** Called once, when it is sure. */
  begin(): Promise<Begun>;
}

export interface Begun {
  /** In words that follow a name, what is to be read as typed between backticks. */
  told: string;
  carryOut(): Promise<void>;
}

const needsPress = ({ isForAll }: Change, { stops }: Effects): boolean => stops.length > 0 || isForAll === true;

/** @throws UserError for a press that comes too late, or again */
async function checkPress({ sure, asked = 0 }: Pressed, { words }: Change, room: Room): Promise<void> {
  if (room.now() - asked > EXPIRES_MS)
    throw new UserError('That preview is too old to act on. Ask again for a fresh one.', `timeout ${words}`);
  if ((await room.history.once.claim(`timeout ${sure}`, room.now(), LEASE_MS)) !== 'mine')
    throw new UserError(`Operation ${sure} is already done, or called off.`, 'timeout');
}

export async function change(
  wanted: Change,
  before: TimeoutSettings,
  asking: Asking<Pressed>,
  room: Room,
): Promise<Answer> {
  const { person, channel, filters } = asking;
  const op = filters.sure ?? shortReference().slice(0, 5);
  requireRole(person, 'operator', { ...wanted.scope, op });
  const entry = {
    by: { id: person.id, name: person.name },
    channel: channel.id,
    verb: 'timeout',
    words: wanted.words,
  };
  const effects = await effectsOf(before, wanted.after, wanted.n, room);
  const rule = wanted.after.rules.find(({ n }) => n === wanted.n);
  const props: ChangeProps = {
    ...{ title: wanted.title, verb: wanted.verb, notes: wanted.notes },
    ...{ effects, now: room.now() },
    ...(rule === undefined ? {} : { rule }),
    ...{ variable: room.timeouts.variable, by: person.id, byName: person.name },
  };
  if (filters.sure === undefined && needsPress(wanted, effects)) {
    await room.history.audit.write({ ...entry, at: room.now(), what: 'asked', op });
    const confirm = `timeout ${wanted.words} sure:${op} asked:${room.now()}`;
    return { message: timeoutPreview({ ...props, op, confirm, expiresInMs: EXPIRES_MS }) };
  }
  if (filters.sure !== undefined) await checkPress(filters, wanted, room);
  const { told, carryOut } = await wanted.begin();
  // First: a worker that dies in between leaves an entry too many, never one too few.
  await room.history.audit.write({
    ...{ ...entry, at: room.now(), what: 'done', told: told.replaceAll('`', '') },
    ...(filters.sure === undefined ? {} : { op }),
  });
  await carryOut();
  if (filters.sure !== undefined) await room.history.once.finish(`timeout ${op}`);
  return { message: timeoutChanged({ ...props, told }), public: true };
}
