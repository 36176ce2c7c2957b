/** How long jobs may take, as it is set now: the rules, what is switched on, and who was given more time. */
import type { Room } from '../../commands/command';
import type { TimeoutSettings } from '../../history/records/timeoutRules';
import type { TimeoutRule } from '../../jobs/timeoutRule';
import { ruleBook } from '../../jobs/timeoutRules';
import { TIMEOUT_KINDS, type TimeoutKind, type TimeoutPolicy } from '../../jobs/timeouts';

/** A command's switch counts before the configuration. */
export function switchesOf(
  { switches }: Pick<TimeoutSettings, 'switches'>,
  configured: readonly TimeoutKind[],
): TimeoutPolicy['isOn'] {
  const isOn = (kind: TimeoutKind) => switches.find(({ of }) => of === kind)?.isOn ?? configured.includes(kind);
  const [native, environment, rules] = TIMEOUT_KINDS;
  return { native: isOn(native), environment: isOn(environment), rules: isOn(rules) };
}

export const policyOf = (
  settings: TimeoutSettings,
  configured: readonly TimeoutKind[],
  rules: readonly TimeoutRule[] = settings.rules,
): TimeoutPolicy => ({
  isOn: switchesOf(settings, configured),
  ruling: ruleBook(rules),
  onSince: Object.fromEntries(settings.switches.filter(({ isOn }) => isOn).map(({ of, at }) => [of, at])),
  extensions: new Map(settings.extensions.map(({ id, until }) => [id, until])),
});

export async function timeoutPolicy(
  { history, timeouts }: Pick<Room, 'history' | 'timeouts'>,
  asOf: 'lately' | 'now' = 'lately',
): Promise<TimeoutPolicy> {
  return policyOf(await history.timeoutRules.settings(asOf), timeouts.isOn);
}
