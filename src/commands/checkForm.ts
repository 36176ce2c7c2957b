/** Says in a form that has just been opened why it would be refused, before somebody fills it in. */
import { errorFields, UserError } from '../errors';
import type { CommandRequest } from '../slack/request';
import { refusedForm } from '../views/refusedForm';
import type { Room } from './command';
import { runCommand } from './run';

/** @param request with the id of the form's view; its command changes nothing */
export async function checkForm(
  request: CommandRequest & { form: string },
  room: Room,
  remainingMs: () => number,
): Promise<void> {
  try {
    await runCommand(request, room, remainingMs);
  } catch (error) {
    try {
      if (!(error instanceof UserError)) throw error;
      await room.slack.updateForm(request.form, refusedForm(error.message, error.people), remainingMs);
    } catch (failed) {
      // What the form sends is checked again, and told then.
      room.log.warn('a form could not be checked', { text: request.text, ...errorFields(failed) });
    }
  }
}
