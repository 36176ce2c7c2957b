/** A packed row as a job again, near enough to be matched and listed; its texts are folded. */
import type { SegmentRow } from '../../src/history/segments';
import { FLAGS } from '../../src/history/segments/row';
import { TAG_END, TAG_VALUE } from '../../src/history/segments/texts';
import type { Job } from '../../src/jobs/job';

export function jobOfRow(row: SegmentRow): Job {
  const { metrics, flags } = row;
  const tags = row.tags
    .split(TAG_END)
    .filter((tag) => tag.includes(TAG_VALUE))
    .map((tag) => tag.split(TAG_VALUE) as [string, string]);
  const index = row.id.split(':')[1];
  return {
    id: row.id,
    status: row.isFailed ? 'FAILED' : 'SUCCEEDED',
    seenAt: metrics.stoppedAt ?? row.createdAt,
    createdAt: row.createdAt,
    name: row.name,
    queue: row.queue,
    definition: row.definition,
    image: row.image,
    ...(row.statusReason === '' ? {} : { statusReason: row.statusReason }),
    ...(row.containerReason === '' ? {} : { containerReason: row.containerReason }),
    ...(row.command === '' ? {} : { command: row.command.split(' ') }),
    ...(row.exitCode === undefined ? {} : { exitCode: row.exitCode }),
    ...(metrics.startedAt === undefined ? {} : { startedAt: metrics.startedAt }),
    ...(metrics.stoppedAt === undefined ? {} : { stoppedAt: metrics.stoppedAt }),
    ...(index === undefined ? {} : { arrayIndex: Number(index) }),
    ...((flags & FLAGS.arrayParent) === 0 ? {} : { arraySize: 2 }),
    ...((flags & FLAGS.cancelled) === 0 ? {} : { cancelled: true }),
    ...((flags & FLAGS.terminated) === 0 ? {} : { terminated: true }),
    ...(tags.length === 0 ? {} : { tags: { seenAt: row.createdAt, values: Object.fromEntries(tags) } }),
    whole: true,
    attempts: [],
    entered: {},
  };
}
