/** `/batch alerts held <mute>`: the jobs that a mute held back, while it lasts and for a week after. */
import { UserError } from '../../errors';
import { heldBack } from '../../views/alertHeld';
import { ROWS_PER_PAGE } from '../../views/pages';
import type { AlertsVerb } from './verb';

export const held: AlertsVerb = {
  name: 'held',
  usage: '<id of a mute>',
  summary: 'Shows what a mute held back.',
  example: '',
  async run({ words: [word = ''], filters }, room) {
    const { mutes, jobs } = room.history;
    const mute = await mutes.get(word.toUpperCase());
    if (mute === undefined)
      throw new UserError(
        word === '' ? `Which mute? ${room.slash} alerts lists them.` : `There is no mute ${word}, or it is long over.`,
        'alerts',
      );
    const page = typeof filters.page === 'number' ? filters.page : 1;
    const [{ what, hasMore }, total] = await Promise.all([
      mutes.heldFirst(mute.id, page * ROWS_PER_PAGE),
      mutes.held(mute.id),
    ]);
    const shown = what.slice((page - 1) * ROWS_PER_PAGE).map((one) => {
      const [occasion = '', ...member] = one.split('#');
      return { occasion, member: member.join('#') };
    });
    const idOf = (member: string) => member.replace(/ attempt \d+$/, '');
    const known = new Map(
      (await jobs.getMany(shown.map(({ member }) => idOf(member)))).map(({ job }) => [job.id, job]),
    );
    return {
      message: heldBack({
        mute,
        held: shown.map((one) => ({ ...one, job: known.get(idOf(one.member)) })),
        total,
        page,
        hasMore: hasMore && total > page * ROWS_PER_PAGE,
        now: room.now(),
        region: room.region,
      }),
    };
  },
};
