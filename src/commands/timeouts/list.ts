/** `timeout`: the time limits that count, what each of our rules is about, and which job is stopped next. */
import { checkTimeouts } from '../../jobs/timeoutCheck';
import { policyOf } from '../../notices/timeouts/policy';
import type { Answer } from '../../slack/deliver';
import { pageOf } from '../../views/pages';
import { timeoutList } from '../../views/timeouts';
import type { Asking, Room } from '../command';
import { may } from '../permission';
import { overrulings } from './effects';

export async function list(asking: Asking<{ page?: number }>, room: Room): Promise<Answer> {
  const [settings, rows] = await Promise.all([
    room.history.timeoutRules.settings(),
    room.history.search.unfinished({ words: [] }),
  ]);
  const now = room.now();
  const policy = policyOf(settings, room.timeouts.isOn);
  const check = checkTimeouts(rows, policy, now);
  const live = new Map(rows.map((row) => [row.id, row]));
  const rules = [...settings.rules].sort((a, b) => a.n - b.n);
  const reach = overrulings(rules, rows);
  return {
    message: timeoutList({
      rules: pageOf(
        rules.map((rule) => ({
          rule,
          reach: reach.get(rule.n) ?? { fits: 0, by: [] },
          mayRemove: may(asking.person, 'operator', rule.queues === undefined ? {} : { queues: rule.queues }),
        })),
        asking.filters.page,
      ),
      switches: settings.switches,
      isOn: policy.isOn,
      extensions: settings.extensions
        .filter(({ until, id }) => until > now && live.has(id))
        .map((extension) => ({ ...extension, job: live.get(extension.id) })),
      ...{ limited: check.limited, unstarted: check.unstarted, over: check.over.length, next: check.next },
      ...{ variable: room.timeouts.variable, mayAct: may(asking.person, 'operator'), now, slash: room.slash },
    }),
    replace: true,
  };
}
