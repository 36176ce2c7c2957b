/** Block Kit's plan and task card: steps and how far each of them is. */
import type { PlanBlock, TaskCardBlock } from '@slack/types';
import { Link } from '../Mention';
import { RichText } from '../richText';

const STATUSES = { pending: 'Pending', in_progress: 'In progress', complete: 'Complete', error: 'Failed' };

export function TaskCard({ block }: { block: TaskCardBlock }) {
  return (
    <div className={`task task-${block.status}`}>
      <span className="task-mark" role="img" aria-label={STATUSES[block.status] ?? block.status} />
      <div className="task-body">
        <div className="task-title">{block.title}</div>
        {block.details && <RichText block={block.details} />}
        {block.output && <RichText block={block.output} />}
        {block.sources?.map((source) => (
          <Link key={source.url} url={source.url}>
            {source.text}
          </Link>
        ))}
      </div>
    </div>
  );
}

function isTask(task: object): task is TaskCardBlock {
  return 'title' in task && 'status' in task;
}

export function Plan({ block }: { block: PlanBlock }) {
  return (
    <section className="card" aria-label={block.title}>
      <div className="card-title">{block.title}</div>
      {block.tasks?.filter(isTask).map((task) => (
        <TaskCard key={task.task_id} block={task} />
      ))}
    </section>
  );
}
