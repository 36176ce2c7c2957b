/** The list of verbs, in the order in which help shows them: the four most used first. */
import { alerts } from './alerts';
import { audit } from './audit';
import { cancel } from './cancel';
import type { Command } from './command';
import { defs } from './defs';
import { envs } from './envs';
import { help } from './help';
import { instances } from './instances';
import { job } from './job';
import { logs } from './logs';
import { queue } from './queue';
import { queues } from './queues';
import { retry } from './retry';
import { roles } from './roles';
import { search } from './search';
import { timeout } from './timeout';
import { unwatch } from './unwatch';
import { watch } from './watch';
import { watches } from './watches';
import { why } from './why';

export const commands: readonly Command[] = [
  search,
  logs,
  job,
  cancel,
  retry,
  why,
  queues,
  queue,
  timeout,
  envs,
  defs,
  instances,
  alerts,
  watch,
  watches,
  unwatch,
  roles,
  audit,
  help,
];
