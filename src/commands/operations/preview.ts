/** The preview of an operation: freezes the ids and shows exactly what would be done, a page of the jobs at a time. */
import type { AskedOperation, Facts, Operation } from '../../history/records/operation';
import { type JobRow, userOf } from '../../jobs/job';
import type { Answer } from '../../slack/deliver';
import { nameOf } from '../../views/jobLine';
import { factsOf, sizeOfJobs, whatWords } from '../../views/operationFacts';
import { operationPreview } from '../../views/operationPreview';
import { type Page, pageOf, ROWS_PER_PAGE } from '../../views/pages';
import { rowForList } from '../../views/rowForList';
import type { Asking, Room } from '../command';
import { requireRole } from '../permission';
import { kindOf } from './kinds';
import { audit, numberToType, theOperation } from './presses';

/** A preview is an answer to what stood then; after this it has to be asked for again. */
const EXPIRES_MS = 15 * 60_000;
/** 4 KB of an audit's entry. */
const MOST_IDS_ASKED = 100;

export interface Previewed {
  kind: Operation['kind'];
  jobs: readonly JobRow[];
  /** Those whose queues count for the role too, such as children that go with their array. */
  covered?: readonly JobRow[];
  /** Further queues that count for the role, such as one that jobs are moved to. */
  queues?: readonly string[];
  /** What they are called where it ends, in place of what was typed. */
  named?: string;
  /** How many jobs it is about, in place of the jobs with all children of arrays. */
  size?: number;
  /** What is done to them, where the verb does not tell all. */
  does?: string;
  /** The jobs came from a search, which is made again at the press. */
  searched: boolean;
  /** Whole sentences to be known before it is confirmed. */
  notes?: readonly string[];
  instead?: Facts['instead'];
  settings?: Record<string, string>;
  /** The states that were asked for, if any was. */
  states?: Operation['states'];
}

function show(operation: Operation, page: Page<JobRow>, asking: Asking<unknown>, room: Room): Answer {
  const message = operationPreview({
    operation,
    words: kindOf(operation.kind).words,
    page,
    typeNumber: numberToType(operation),
    typed: asking.inputs,
    now: room.now(),
  });
  return { message };
}

const isNoParent = ({ arraySize }: JobRow): boolean => arraySize === undefined;

/** @throws Refusal for who has not the operator role for all queues of the jobs */
export async function preview(of: Previewed, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const { kind, jobs, covered = [], notes = [], instead, settings } = of;
  const queues = new Set([...[...jobs, ...covered].map(({ queue }) => queue), ...(of.queues ?? [])]);
  requireRole(asking.person, 'operator', { queues });
  const now = room.now();
  const [only] = jobs;
  const asked: AskedOperation = {
    kind,
    askedBy: { id: asking.person.id, name: asking.person.name },
    askedAt: now,
    expiresAtMs: now + EXPIRES_MS,
    channel: asking.channel.id,
    words: asking.text,
    what: whatWords(jobs, of.size === undefined ? undefined : of.size - jobs.filter(isNoParent).length),
    size: of.size ?? sizeOfJobs(jobs),
    searched: of.searched,
    ...(of.states === undefined ? {} : { states: of.states }),
    ...(queues.has(undefined) ? {} : { queues: [...queues].filter((queue) => queue !== undefined) }),
    named: of.named ?? (jobs.length === 1 && only !== undefined ? nameOf(only) : asking.text),
    facts: {
      ...(of.does === undefined ? {} : { does: of.does }),
      ...factsOf(jobs, userOf, asking.person.name),
      notes: [...notes],
      ...(instead === undefined ? {} : { instead }),
    },
    ...(settings === undefined ? {} : { settings }),
  };
  const operation = await room.history.operations.freeze(
    asked,
    jobs.map(({ id }) => id),
  );
  // Of what is confirmed the audit has all; of what is only asked for, this finds the jobs by their ids.
  const ids = jobs.length > MOST_IDS_ASKED ? {} : { ids: jobs.map(({ id }) => id) };
  await audit(asking, room, operation, 'asked', ids);
  return show(operation, pageOf(jobs), asking, room);
}

/** Another page of the same preview. */
export async function previewPage(
  op: string,
  asked: number,
  asking: Asking<unknown>,
  room: Room,
  verb: Operation['kind'],
): Promise<Answer> {
  const operation = await theOperation(op, asking, room, verb);
  const pages = Math.max(1, Math.ceil(operation.count / ROWS_PER_PAGE));
  const page = Math.min(pages, asked);
  const { value: chunk } = await room.history.operations.chunks(operation.op, ROWS_PER_PAGE, page - 1).next();
  const ids: readonly string[] = chunk?.ids ?? [];
  await room.history.search.refresh();
  const unknown = ids.filter((id) => room.history.search.known(id) === undefined);
  const stored = new Map((await room.history.jobs.getMany(unknown)).map(({ job }) => [job.id, rowForList(job)]));
  const items = ids.flatMap((id) => room.history.search.known(id) ?? stored.get(id) ?? []);
  return show(operation, { items, page, pages, total: operation.count }, asking, room);
}
