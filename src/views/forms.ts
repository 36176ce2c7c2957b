/** The verbs that have a form, opened by controls with `form`. */
import type { Form } from '../slack/receive';
import { alertsForm } from './alertsForm';
import { logForm } from './logForm';
import { searchForm } from './searchForm';

export const forms: Readonly<Record<string, Form>> = { search: searchForm, logs: logForm, alerts: alertsForm };
