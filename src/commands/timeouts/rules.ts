/** `timeout set …` and `timeout remove <n>`: our own rules on how long jobs may take. */
import { UserError } from '../../errors';
import type { KeptRule, TimeoutSettings } from '../../history/records/timeoutRules';
import { CONDITIONS, ruleText, sameConditions, type TimeoutRule } from '../../jobs/timeoutRule';
import type { Answer } from '../../slack/deliver';
import { limitsOfRule } from '../../views/timeoutWords';
import type { Asking, Room } from '../command';
import type { Scope } from '../permission';
import { change, type Pressed } from './change';

/** Each minute goes through all of them for every job. */
const MOST_RULES = 200;

export interface RuleFilters extends Pressed {
  queue?: string[];
  def?: string[];
  name?: string[];
  user?: string[];
  total?: number;
  running?: number;
}

/** `*` alone narrows nothing. */
const narrowing = (some: string[] | undefined): string[] | undefined =>
  some === undefined || some.some((one) => /^\*+$/.test(one)) ? undefined : some;

function conditionsOf({ queue, def, name, user }: RuleFilters, me: string): Partial<TimeoutRule> {
  const given = {
    queues: narrowing(queue),
    definitions: narrowing(def),
    names: narrowing(name),
    users: narrowing(user)?.map((one) => (one.toLowerCase() === 'me' ? me : one)),
  };
  return Object.fromEntries(Object.entries(given).filter(([, some]) => some !== undefined));
}

const scopeOf = ({ queues }: Partial<TimeoutRule>): Scope => (queues === undefined ? {} : { queues });

const withRule = (settings: TimeoutSettings, rule: KeptRule): TimeoutSettings => ({
  ...settings,
  rules: [...settings.rules.filter(({ n }) => n !== rule.n), rule],
});

export async function setRule(asking: Asking<RuleFilters>, room: Room): Promise<Answer> {
  const { filters, person, words } = asking;
  if (words.length > 1)
    throw new UserError(
      `I don't understand "${words[1]}" here: what a rule is about goes with a colon, as in queue:spot-* def:align name:nightly-* user:ada.`,
      'help timeout',
    );
  if (filters.total === undefined && filters.running === undefined) {
    throw new UserError(
      `How long may they take? Give total: (from submission), running: (of one attempt), or both: ${room.slash} timeout set queue:spot-* total:6h running:2h`,
      'help timeout',
    );
  }
  const before = await room.history.timeoutRules.settings('now');
  const limits = {
    ...(filters.total === undefined ? {} : { totalSeconds: filters.total }),
    ...(filters.running === undefined ? {} : { runningSeconds: filters.running }),
  };
  const wanted = { ...conditionsOf(filters, person.name), ...limits };
  const known = before.rules.find((rule) => sameConditions(rule, wanted));
  if (known === undefined && before.rules.length >= MOST_RULES)
    throw new UserError(`There are ${MOST_RULES} rules, and no more fit: remove one first.`, 'timeout');
  const next = 1 + Math.max(0, ...before.rules.map(({ n }) => n));
  const kept = (n: number): KeptRule => ({
    ...{ kind: 'rule' as const, n, ...wanted },
    ...{ by: { id: person.id, name: person.name }, at: room.now() },
  });
  const text = ruleText(wanted);
  const n = known?.n ?? next;
  const isForAll = CONDITIONS.every((condition) => kept(n)[condition] === undefined);
  return await change(
    {
      words: `set ${text}`,
      scope: scopeOf(wanted),
      title: known === undefined ? 'Set this rule?' : `Change rule ${n}?`,
      verb: known === undefined ? 'Set it' : 'Change it',
      n,
      isForAll,
      notes: [
        `\`${text}\``,
        ...(known === undefined
          ? []
          : [`Rule ${n} is about the same jobs, with ${limitsOfRule(known)}: this takes its place.`]),
        ...(isForAll ? ['It is about all jobs there are and will be, in all queues.'] : []),
        ...(before.switches.find(({ of }) => of === 'rules')?.isOn === false
          ? [`Rules are switched off: it stops nothing until \`${room.slash} timeout on rules\`.`]
          : []),
      ],
      after: withRule(before, kept(n)),
      async begin() {
        const number = known?.n ?? (await room.history.timeoutRules.nextNumber());
        return {
          told:
            known === undefined
              ? `set rule ${number}: \`${text}\``
              : `changed rule ${number}: \`${text}\` (before ${limitsOfRule(known)})`,
          carryOut: () => room.history.timeoutRules.setRule(kept(number)),
        };
      },
    },
    before,
    asking,
    room,
  );
}

export async function removeRule(asking: Asking<RuleFilters>, room: Room): Promise<Answer> {
  const typed = asking.words[1] ?? '';
  const n = Number(typed.replace(/^#/, ''));
  const before = await room.history.timeoutRules.settings('now');
  const rule = before.rules.find((one) => one.n === n);
  if (rule === undefined) {
    const some = before.rules.map((one) => one.n).sort((a, b) => a - b);
    throw new UserError(
      typed === ''
        ? `Which rule? It goes: ${room.slash} timeout remove <number>, as ${room.slash} timeout lists them.`
        : `There is no rule ${typed}.${some.length === 0 ? ' There are no rules.' : ` There are: ${some.slice(0, 20).join(', ')}.`}`,
      'timeout',
    );
  }
  const text = ruleText(rule);
  return await change(
    {
      words: `remove ${n}`,
      scope: scopeOf(rule),
      title: `Remove rule ${n}?`,
      verb: 'Remove it',
      notes: [`\`${text}\``, 'A wider rule counts for its jobs then.'],
      after: { ...before, rules: before.rules.filter((one) => one.n !== n) },
      begin: async () => ({
        told: `removed rule ${n}: \`${text}\``,
        carryOut: async () => void (await room.history.timeoutRules.removeRule(n)),
      }),
    },
    before,
    asking,
    room,
  );
}
