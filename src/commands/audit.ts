/** `/batch audit`: who did what, and who was refused, newest first; `op:` shows an operation whole, `job:` what was done to a job. */
import * as z from 'zod';
import { UserError } from '../errors';
import { type AuditEntry, auditEntrySchema } from '../history/records/audit';
import { nearest } from '../jobs/nearest';
import { parseReference } from '../jobs/reference';
import { parseTime } from '../jobs/time';
import { quoted } from '../jobs/words';
import type { Answer } from '../slack/deliver';
import { auditOperation, auditPage } from '../views/audit';
import { moment } from '../views/time';
import { type Asking, command, type Person, type Room } from './command';
import { isAtLeast, requireRole } from './permission';

const PER_PAGE = 10;
/** Ids with their reasons, under Slack's 3,000 characters of a section. */
const RESULTS_PER_PAGE = 10;
/** Operations looked into for one job; each costs about 5 read units. */
const MOST_OPERATIONS = 200;

interface Filters {
  user?: string;
  op?: string;
  job?: string;
  since?: string;
  until?: string;
  what?: string;
  before?: string;
  after?: string;
  outcome?: string;
}

const seesAll = ({ role }: Person): boolean => isAtLeast(role, 'operator');

function timeOf(key: 'since' | 'until', typed: string | undefined, now: number): number | undefined {
  if (typed === undefined) return undefined;
  const at = parseTime(typed, now);
  if (at === undefined)
    throw new UserError(
      `${key}:${typed} is no time. It goes ${key}:2h, ${key}:7d, ${key}:yesterday or ${key}:2026-03-15.`,
    );
  return at;
}

/** What is done to a queue, which is no verb of its own. */
const QUEUE_ACTS = ['enable', 'disable', 'clear'];

/** A verb, or a step of one. */
function whatOf(typed: string | undefined, { commands }: Room): string | undefined {
  if (typed === undefined) return undefined;
  const acts = [...auditEntrySchema.shape.what.options, 'retention', ...QUEUE_ACTS].concat(
    commands.flatMap(({ name, group }) => (group === 'asks' ? [] : [name])),
  );
  const what = typed.toLowerCase();
  // Of what only looks there are refusals at most.
  if (acts.includes(what) || commands.some(({ name }) => name === what)) return what;
  const meant = nearest(what, acts);
  throw new UserError(
    `The audit knows no "${typed}".${meant === undefined ? '' : ` Did you mean what:${meant}?`} It goes what:cancel, what:roles, what:refused…`,
    meant === undefined ? 'help audit' : `audit what:${meant}`,
  );
}

const isWhat =
  (wanted: string) =>
  ({ what, verb, words }: AuditEntry): boolean =>
    what === wanted || verb === wanted || (verb === 'queue' && words.trim().toLowerCase().startsWith(`${wanted} `));

/** By a mention, an id, `me`, or a name as it was then. */
function isBy(typed: string, person: Person): (entry: AuditEntry) => boolean {
  const [, id] = /^<@([A-Z0-9]+)/.exec(typed) ?? [];
  const name = typed.replace(/^@/, '').toLowerCase();
  if (name === 'me') return ({ by }) => by.id === person.id;
  return ({ by }) => (id === undefined ? by.id === typed || by.name.toLowerCase() === name : by.id === id);
}

/** Entries on one job: those of operations that it was part of, and those in whose words it is named. */
async function isOnJob(
  typed: string,
  room: Room,
): Promise<{ matches: (entry: AuditEntry) => Promise<boolean>; since: number | undefined; isBounded: () => boolean }> {
  const reference = parseReference(typed);
  if (reference === undefined) throw new UserError(`"${typed}" is no job's id.`, 'help audit');
  const prefix = reference.kind === 'id' ? reference.id : reference.prefix;
  const known =
    reference.kind === 'id'
      ? await room.history.jobs.get(prefix)
      : (await room.history.jobs.findByPrefix(prefix, 1))[0];
  const id = known?.job.id ?? prefix;
  // Who stops an array stops its children.
  const ids = [...new Set([id, id.split(':')[0] ?? id])];
  const operations = new Map<string, Promise<boolean>>();
  const isPartOf = async (op: string): Promise<boolean> =>
    (await Promise.all(ids.map((each) => room.history.audit.concerns(op, each)))).some((is) => is);
  return {
    async matches({ op, words, ids: named = [] }) {
      if (ids.some((each) => named.includes(each)) || words.toLowerCase().includes(id.slice(0, 8))) return true;
      if (op === undefined) return false;
      const seen = operations.get(op);
      if (seen !== undefined) return await seen;
      if (operations.size >= MOST_OPERATIONS) return false;
      const answer = isPartOf(op);
      operations.set(op, answer);
      return await answer;
    },
    since: known?.job.createdAt,
    isBounded: () => operations.size >= MOST_OPERATIONS,
  };
}

/** `audit @ada`, `audit K7F2Q`, `audit 8d3e…`, `audit refused`: a word in place of the filter that it fits. */
function withWords({ words, filters }: Asking<Filters>): Filters {
  const found: Filters = { ...filters };
  for (const word of words) {
    if (/^<@|^@/.test(word) || word === 'me') found.user ??= word;
    else if (parseReference(word) !== undefined) found.job ??= word;
    else if (/^[0-9A-Z]{4,6}$/.test(word)) found.op ??= word;
    else found.what ??= word;
  }
  return found;
}

async function operationOf(
  op: string,
  { outcome = 'failed', after }: Filters,
  person: Person,
  room: Room,
): Promise<Answer> {
  const { audit } = room.history;
  const name = op.toUpperCase();
  const entries = await audit.entriesOf(name);
  const isOwn = entries.some(({ by, what }) => by.id === person.id && what !== 'refused');
  if (entries.length === 0 || !(isOwn || seesAll(person)))
    throw new UserError(`The audit knows no operation ${op}${seesAll(person) ? '' : ' of yours'}.`, 'audit');
  const found = await audit.resultsOf(name, outcome, RESULTS_PER_PAGE + 1, after);
  const results = found.slice(0, RESULTS_PER_PAGE);
  const message = auditOperation({ op: name, entries, results, outcome, more: found.length > results.length });
  return { message, replace: true };
}

const SHOWN = ['user', 'job', 'since', 'until', 'what'] as const;

async function page(asking: Asking<Filters>, filters: Filters, room: Room): Promise<Answer> {
  const { person } = asking;
  const now = room.now();
  const isAll = seesAll(person);
  const since = timeOf('since', filters.since, now);
  const until = timeOf('until', filters.until, now);
  const onJob = filters.job === undefined ? undefined : await isOnJob(filters.job, room);
  const what = whatOf(filters.what, room);
  const tests: ((entry: AuditEntry) => boolean | Promise<boolean>)[] = [
    ...(isAll ? [] : [isBy('me', person)]),
    ...(filters.user === undefined ? [] : [isBy(filters.user, person)]),
    ...(what === undefined ? [] : [isWhat(what)]),
    ...(onJob === undefined ? [] : [onJob.matches]),
  ];
  const found = await room.history.audit.page({
    limit: PER_PAGE,
    before: filters.before,
    after: filters.after,
    since: Math.max(since ?? 0, onJob?.since ?? 0),
    until,
    async matches(entry) {
      for (const test of tests) if (!(await test(entry))) return false;
      return true;
    },
  });
  const asked = SHOWN.flatMap((key) => (filters[key] === undefined ? [] : [`${key}:${quoted(filters[key])}`]));
  const notes = [
    ...(found.lookedBackTo === undefined ? [] : [`looked back to ${moment(found.lookedBackTo)}, and no further yet`]),
    ...(onJob?.isBounded() === true
      ? [`looked into the newest ${MOST_OPERATIONS} operations of that time only; since: and until: choose others`]
      : []),
    ...(isAll ? [] : ['You see what you did yourself; operators and admins see all.']),
  ];
  return {
    message: auditPage({
      entries: found.entries,
      asked: ['audit', ...asked].join(' '),
      older: found.older,
      newer: found.newer,
      notes,
      now,
    }),
    replace: true,
  };
}

const text = z.string().min(1);

export const audit = command({
  name: 'audit',
  summary: 'Shows who did what to which jobs, queues and roles, and who was refused; newest first.',
  group: 'asks',
  usage: '[user:] [op:] [job:] [since:] [until:] [what:]',
  example: 'since:7d',
  byRole: true,
  filters: {
    user: { schema: text, meaning: '@somebody, their name, or me' },
    op: { schema: text, meaning: 'an operation, whole: its results, and what failed' },
    job: { schema: text, meaning: 'what was done to a job' },
    since: { schema: text, meaning: '2h, 7d, yesterday, 2026-03-15' },
    until: { schema: text, meaning: 'the same' },
    what: {
      schema: text,
      meaning: 'a verb (cancel, roles), or asked, confirmed, kept, halted, finished, done, refused',
    },
    before: { schema: text, meaning: 'a place in the audit', hidden: true },
    after: { schema: text, meaning: 'a place in the audit', hidden: true },
    outcome: { schema: text, meaning: 'what became of the jobs of an operation', hidden: true },
  },
  async run(asking, room) {
    // What happens here is nobody’s business in another workspace.
    if (asking.person.stranger) requireRole(asking.person, 'viewer');
    const filters = withWords(asking);
    return filters.op === undefined
      ? await page(asking, filters, room)
      : await operationOf(filters.op, filters, asking.person, room);
  },
});
