/** What became of each job of an operation, as a CSV file that is written and sent piece by piece. */
import { UserError } from '../../errors';
import type { Operation, Outcome } from '../../history/records/operation';
import type { Answer } from '../../slack/deliver';
import { operationResultsSent } from '../../views/operation';
import type { Asking, Room } from '../command';
import { share } from '../logFile';
import { openSpool } from '../spool';
import { kindOf } from './kinds';
import { theOperation } from './presses';

/** A cell that a spreadsheet would take for a formula is kept from being one. */
function cell(value: string | number | undefined): string {
  const text = String(value ?? '');
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
}

const line = (...values: (string | number | undefined)[]): string => `${values.map(cell).join(',')}\r\n`;

/** Every job of the operation, in the order in which they were shown, a chunk at a time. */
async function* whatBecame(operation: Operation, room: Room): AsyncGenerator<Outcome[]> {
  const { operations } = room.history;
  const { op, kind, state } = operation;
  const isOpen = state === 'asked' || state === 'running';
  const done = operations.outcomes(op);
  let next = await done.next();
  const parts = new Map<number, Outcome[]>();
  for await (const { chunk, outcomes } of operations.parts(op)) parts.set(chunk, outcomes);
  for await (const { n, ids } of operations.chunks(op, kindOf(kind).idsPerChunk)) {
    let outcomes = parts.get(n) ?? [];
    if (next.done !== true && next.value.chunk === n) {
      ({ outcomes } = next.value);
      next = await done.next();
    }
    const known = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
    yield ids.map((id) => known.get(id) ?? { id, outcome: isOpen ? 'not yet' : 'left alone' });
  }
}

/** To who asked, as a direct message. */
export async function sendResults(
  op: string,
  asking: Asking<unknown>,
  room: Room,
  verb: Operation['kind'],
): Promise<Answer> {
  const operation = await theOperation(op, asking, room, verb);
  if (operation.state === 'asked' || operation.state === 'kept')
    throw new UserError(
      `Operation ${operation.op} ${operation.state === 'kept' ? 'was called off' : 'was not confirmed yet'}: nothing was ${kindOf(verb).words.did}.`,
    );
  const spool = await openSpool(room.now());
  let rows = 0;
  try {
    await spool.write(line('job', 'outcome', 'why', 'new job', 'name', 'queue', 'children'));
    for await (const outcomes of whatBecame(operation, room)) {
      const stored = await room.history.jobs.getMany(
        outcomes.map(({ id }) => id),
        false,
      );
      const jobs = new Map(stored.map(({ job }) => [job.id, job]));
      for (const { id, outcome, why, newId } of outcomes) {
        const job = jobs.get(id);
        await spool.write(line(id, outcome, why, newId, job?.name, job?.queue, job?.arraySize));
        rows++;
      }
    }
    await spool.close();
    await share(
      {
        path: spool.path,
        bytes: spool.bytes(),
        name: `${operation.kind}-${operation.op}.csv`,
        title: `Results of operation ${operation.op}`,
        to: asking.person.id,
        comment: `What became of each job of operation ${operation.op}: ${operation.what}, ${operation.named}.`,
      },
      room,
      asking.remainingMs,
    );
  } finally {
    await spool.remove();
  }
  return { message: operationResultsSent(operation, rows), replace: false };
}
