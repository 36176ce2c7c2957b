/** Knocks at the local world's JSON doors; what changes is then told by the stream, not by the answer. */
import type { DoorAnswer, User } from './contract';
import type { FieldValue } from './values';

export interface Press {
  user: string;
  channel?: string;
  ts?: string;
  view_id?: string;
  block_id?: string;
  action_id?: string;
  option?: FieldValue;
  confirm?: true;
  values?: Record<string, FieldValue>;
}

async function answerOf(response: Response): Promise<DoorAnswer & Record<string, unknown>> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { ok: false, error: `the local Slack answered ${response.status}: ${text.slice(0, 200) || 'nothing'}` };
  }
}

async function post(path: string, body: object): Promise<DoorAnswer> {
  try {
    const headers = { 'content-type': 'application/json' };
    return await answerOf(await fetch(`/local/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
  } catch {
    return { ok: false, error: 'the local Slack can’t be reached; is npm start still running?' };
  }
}

export const door = {
  say: (body: { user: string; channel: string; text: string; thread_ts?: string }) => post('say', body),
  press: (body: Press) => post('press', body),
  submit: (body: { user: string; view_id: string; values: Record<string, FieldValue> }) => post('submit', body),
  close: (body: { user: string; view_id: string }) => post('close', body),
  openHome: (body: { user: string }) => post('open_home', body),

  /** @throws Error when the local Slack is not there or names no users */
  async users(): Promise<User[]> {
    const answer = await answerOf(await fetch('/local/users'));
    if (!answer.ok || !Array.isArray(answer.users)) throw new Error(answer.error ?? 'no users');
    return answer.users as User[];
  },
};
