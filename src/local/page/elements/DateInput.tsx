/** Block Kit's date, time and moment pickers, on the browser's own. */
import type { Datepicker, DateTimepicker, Timepicker } from '@slack/types';
import { epochSeconds, wallClock } from '../slackDate';
import { useWorkspace } from '../workspace';
import { useControl } from './useControl';

type AnyDateInput = Datepicker | Timepicker | DateTimepicker;

const HTML_TYPES = { datepicker: 'date', timepicker: 'time', datetimepicker: 'datetime-local' };

export function DateInput({ element, blockId }: { element: AnyDateInput; blockId: string | undefined }) {
  const { me } = useWorkspace();
  const { value, field, busy, change } = useControl(element, blockId);
  const text = typeof value === 'string' ? value : '';
  const moment = element.type === 'datetimepicker';
  const label = 'placeholder' in element ? element.placeholder?.text : undefined;
  return (
    <input
      className="text-input date-input"
      type={HTML_TYPES[element.type]}
      value={moment && text ? wallClock(Number(text), me.tz) : text}
      disabled={busy}
      aria-label={field ? undefined : (label ?? HTML_TYPES[element.type])}
      aria-labelledby={field?.labelId}
      aria-describedby={field?.describedBy}
      aria-invalid={field?.invalid}
      onChange={(event) => {
        const next = event.target.value;
        change(moment && next ? String(epochSeconds(next, me.tz)) : next, next);
      }}
    />
  );
}
