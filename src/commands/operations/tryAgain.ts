/** A new preview of the jobs with which an operation failed that stops jobs, as they stand in Batch now. */
import { UserError } from '../../errors';
import type { Operation } from '../../history/records/operation';
import { jobFromDetail } from '../../jobs/fromBatch';
import type { Answer } from '../../slack/deliver';
import { rowForList } from '../../views/rowForList';
import type { Asking, Room } from '../command';
import { isActive } from './choose';
import { failedOf, theOperation } from './presses';
import { preview } from './preview';

export async function tryAgain(
  op: string,
  asking: Asking<unknown>,
  room: Room,
  kind: Operation['kind'],
): Promise<Answer> {
  const ids = (await failedOf(op, asking, room, kind)).map(({ id }) => id);
  const { states } = await theOperation(op, asking, room, kind);
  const details = await room.batch.describe(ids);
  const jobs = details.map((detail) => rowForList(jobFromDetail(detail, room.now(), room.shows))).filter(isActive);
  if (jobs.length === 0)
    throw new UserError(`The jobs that failed in operation ${op} have ended since: there is nothing to cancel.`);
  const named = `what failed in operation ${op}`;
  return await preview(
    { kind, jobs, searched: false, named, ...(states === undefined ? {} : { states }) },
    { ...asking, text: `--again ${op}` },
    room,
  );
}
