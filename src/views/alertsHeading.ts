/** How a list of rules begins: how many there are for a place, and what becomes of whatever none of them fits. */
import type { Route } from '../history/records/routes';
import { placeTold, targetsTold } from './alertRule';
import { code } from './kit';
import { count } from './words';

export interface AlertsHeadingProps {
  /** The channel or person; undefined for all rules there are. */
  here: string | undefined;
  /** All that no rule decides on comes here. */
  isDefault: boolean;
  defaultChannel: string | undefined;
  /** The rule that has no conditions, and so leaves nothing to the default channel. */
  catchAll: Pick<Route, 'id' | 'to'> | undefined;
  /** No rule at all sends anything somewhere. */
  isSilent: boolean;
  /** What goes to whoever submitted the job may come here, where nobody knows who that was. */
  hasUnknown: boolean;
}

function restTold({ defaultChannel, catchAll, isSilent }: AlertsHeadingProps): string {
  if (catchAll !== undefined) {
    const rule = `rule ${code(catchAll.id)}`;
    if (catchAll.to.length > 0)
      return `Whatever no other rule fits is told to ${targetsTold(catchAll.to)}, by ${rule}.`;
    return isSilent
      ? `Nothing is told anywhere, by ${rule}.`
      : `Whatever no other rule sends somewhere is told nowhere, by ${rule}.`;
  }
  return defaultChannel === undefined
    ? 'Whatever no rule fits is told nowhere: no default channel is configured.'
    : `Whatever no rule fits is told in ${placeTold(defaultChannel)}.`;
}

/** @param total how many rules send something to the place, or how many there are at all */
export function alertsHeading(props: AlertsHeadingProps, total: number): string {
  const { here, isDefault, catchAll, isSilent, hasUnknown } = props;
  const rest = restTold(props);
  if (here === undefined) return `*${count(total, 'rule says', 'rules say')} who is told of what.* ${rest}`;
  const place = placeTold(here);
  if (/^[UW]/.test(here))
    return total === 0
      ? `*No rule tells ${place} anything.* ${rest}`
      : `*${place} is told by direct message* by ${count(total, 'rule')}:`;
  const isElsewhere = catchAll !== undefined && !catchAll.to.some((to) => to.kind !== 'submitter' && to.id === here);
  if (isDefault && !isElsewhere)
    return `*${total === 0 ? 'Everything' : 'All of this'} is told in ${place}:* whatever no rule sends elsewhere${total === 0 ? '' : `, and what ${count(total, 'rule says', 'rules say')}`}.`;
  if (isDefault && hasUnknown)
    return `*Told in ${place}:* ${total === 0 ? '' : `what ${count(total, 'rule says', 'rules say')}, and `}what goes to whoever submitted the job, where nobody knows who that was. ${rest}`;
  if (isSilent) return `*${rest}*`;
  if (total === 0) return `*Nothing is told in ${place}.* ${rest}`;
  return isDefault
    ? `*Told in ${place}* is what ${count(total, 'rule says', 'rules say')}. ${rest}`
    : `*Told in ${place}* by ${count(total, 'rule')}:`;
}
