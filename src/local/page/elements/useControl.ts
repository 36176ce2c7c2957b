/** What an interactive element does when it is used: fills a field of its input block, or presses at once elsewhere. */
import type { ConfirmationDialog } from '@slack/types';
import { createContext, useContext, useState } from 'react';
import { useSurface } from '../surface';
import { type AnyElement, type FieldValue, fieldKey, initialValue } from '../values';

/** The input block that an element stands in, if it does. */
export interface Field {
  labelId: string;
  /** The ids of the hint and the error. */
  describedBy: string | undefined;
  invalid: boolean;
  required: boolean;
  dispatches: boolean;
}

export const FieldContext = createContext<Field | null>(null);

export interface Control {
  field: Field | null;
  value: FieldValue | undefined;
  busy: boolean;
  /** Takes a new value; outside of an input block it is pressed at once. */
  change(value: FieldValue, label?: string): void;
  /** Takes a new value without pressing, as typing does. */
  type(value: FieldValue): void;
  press(label: string, option?: FieldValue): void;
}

export function useControl(element: unknown, blockId: string | undefined): Control {
  const { action_id: actionId, confirm, ...rest } = element as AnyElement;
  const surface = useSurface();
  const field = useContext(FieldContext);
  const [chosen, setChosen] = useState<FieldValue>();
  const key = fieldKey(blockId, actionId);
  const value = (field ? surface.drafts[key] : chosen) ?? initialValue(rest as AnyElement);

  const press = (label: string, option?: FieldValue): void => {
    const pressed = surface.press({
      blockId,
      actionId,
      label,
      confirm: confirm as ConfirmationDialog | undefined,
      ...(option === undefined ? {} : { option }),
    });
    if (!field && option !== undefined) void pressed.then((taken) => (taken ? undefined : setChosen(undefined)));
  };
  return {
    field,
    value,
    busy: surface.busy === key,
    press,
    type: (next) => (field ? surface.draft(key, next) : setChosen(next)),
    change: (next, label = String(next)) => {
      if (field) surface.draft(key, next);
      else setChosen(next);
      if (!field || field.dispatches) press(label, next);
    },
  };
}
