/**
 * A single act that is shown first and done at one press: what was shown is frozen, the presser's role is checked, and the
 * audit knows of it before it is done.
 */
import { UserError } from '../errors';
import type { Act } from '../history/records/acts';
import type { AuditEntry } from '../history/records/audit';
import type { Asking, Room } from './command';
import { Refusal } from './permission';

/** As long as a preview of a cancel stands. */
export const ACT_EXPIRES_MS = 15 * 60_000;
/** Whoever is at it for longer is taken to be dead. */
const LEASE_MS = 60_000;

type Verb = Act['verb'];

const entry = (act: Act, what: AuditEntry['what'], { person, channel }: Asking<unknown>, room: Room): AuditEntry => ({
  at: act.confirmedAt !== undefined && what === 'confirmed' ? act.confirmedAt : room.now(),
  by: what === 'done' || what === 'confirmed' ? (act.confirmedBy ?? person) : { id: person.id, name: person.name },
  channel: channel.id,
  verb: act.verb,
  words: act.words,
  what,
  op: act.op,
});

/** Keeps what is about to be shown, and that somebody asked for it. */
export async function askAct(
  { verb, words, plan }: Pick<Act, 'verb' | 'words' | 'plan'>,
  asking: Asking<unknown>,
  room: Room,
): Promise<Act> {
  const { id, name } = asking.person;
  const now = room.now();
  const asked = { verb, words, plan, askedBy: { id, name }, askedAt: now, expiresAtMs: now + ACT_EXPIRES_MS };
  const act = await room.history.acts.freeze(asked);
  await room.history.audit.write(entry(act, 'asked', asking, room));
  return act;
}

/** @throws UserError for an id under which nothing was shown */
export async function theAct(op: string, verb: Verb, room: Room): Promise<Act> {
  const act = op === '' ? undefined : await room.history.acts.get(op.toUpperCase());
  if (act?.verb === verb) return act;
  throw new UserError(
    op === ''
      ? `Which operation? Its id stands in its preview.`
      : `I know no operation ${op} of ${room.slash} ${verb}.`,
    `help ${verb}`,
  );
}

/** Why a press does nothing: told, and kept in the audit. */
function refusal(act: Act): Refusal {
  const { op, state, verb, words } = act;
  const again = `${verb} ${words}`;
  switch (state) {
    case 'asked':
      return new Refusal(
        'That preview is too old to act on. Ask again for a fresh one.',
        'its preview had expired',
        undefined,
        op,
        again,
      );
    case 'kept':
      return new Refusal(
        `Operation ${op} was called off: nothing was done.`,
        'it was called off',
        undefined,
        op,
        again,
      );
    case 'done':
      return new Refusal(
        `Operation ${op} is already done, by ${act.confirmedBy?.name}.`,
        'it was done before',
        undefined,
        op,
        `audit op:${op}`,
      );
    case 'confirmed':
      return new Refusal(
        `Operation ${op} was confirmed by ${act.confirmedBy?.name} a moment ago, and is on its way.`,
        'it was on its way',
        undefined,
        op,
        `audit op:${op}`,
      );
  }
}

/**
 * The first press wins; a redelivery of it goes on where a worker died.
 * @param perform does it, which may come about twice, and gives what the audit is told, unless it told it itself
 */
export async function confirmAct<T>(
  act: Act,
  asking: Asking<unknown>,
  room: Room,
  perform: (act: Act) => Promise<{ result: T; told?: string }>,
): Promise<{ act: Act; result: T }> {
  const { acts, audit } = room.history;
  const by = { id: asking.person.id, name: asking.person.name };
  const mine =
    (await acts.confirm(act.op, by, room.now(), LEASE_MS)) ?? (await acts.takeUp(act.op, room.now(), LEASE_MS));
  if (mine === undefined) throw refusal((await acts.get(act.op)) ?? act);
  let performed: { result: T; told?: string };
  try {
    await audit.write(entry(mine, 'confirmed', asking, room));
    performed = await perform(mine);
  } catch (error) {
    await acts.reopen(mine.op);
    throw error;
  }
  if (performed.told !== undefined) await audit.write({ ...entry(mine, 'done', asking, room), told: performed.told });
  await acts.finish(mine.op);
  return { act: mine, result: performed.result };
}

/** Calls it off for good. */
export async function keepAct(act: Act, asking: Asking<unknown>, room: Room): Promise<void> {
  const kept = await room.history.acts.keep(act.op);
  const now = kept ?? (await room.history.acts.get(act.op)) ?? act;
  if (now.state !== 'kept') throw refusal(now);
  await room.history.audit.write(entry(now, 'kept', asking, room));
}
