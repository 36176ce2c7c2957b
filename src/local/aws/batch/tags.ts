/** Tags of jobs, queues, definitions and environments, by ARN. */
import { nameIn } from '../arns';
import { clientException, requestRefused } from '../awsError';
import type { Operations } from '../operation';
import type { World } from '../world/world';
import { foundJob } from './find';

type Tags = Record<string, string>;

function tagged(world: World, arn: string): { tags?: Tags | undefined } {
  const name = nameIn(arn);
  const kind = /^arn:aws:batch:[^:]*:\d*:(job|job-queue|job-definition|compute-environment)\//.exec(arn)?.[1];
  const found =
    kind === 'job'
      ? foundJob(world, name)?.spec
      : kind === 'job-queue'
        ? world.queues.get(name)
        : kind === 'job-definition'
          ? world.definitions.get(name)
          : kind === 'compute-environment'
            ? world.environments.get(name)?.detail
            : undefined;
  if (!kind) throw requestRefused(`Invalid resource ARN ${arn}`);
  if (!found) throw clientException(`Resource ${arn} not found.`);
  return found;
}

export function tagOperations(world: World): Operations {
  return {
    ListTagsForResource({ resourceArn = '' }: { resourceArn?: string }) {
      return { tags: tagged(world, resourceArn).tags ?? {} };
    },

    TagResource({ resourceArn = '', tags }: { resourceArn?: string; tags?: Tags }) {
      const resource = tagged(world, resourceArn);
      const next = { ...resource.tags, ...tags };
      if (Object.keys(next).length > 50) throw requestRefused('A resource can have at most 50 tags');
      resource.tags = next;
      return {};
    },

    UntagResource({ resourceArn = '', tagKeys = [] }: { resourceArn?: string; tagKeys?: string[] }) {
      const resource = tagged(world, resourceArn);
      const gone = new Set(tagKeys);
      resource.tags = Object.fromEntries(Object.entries(resource.tags ?? {}).filter(([key]) => !gone.has(key)));
      return {};
    },
  };
}
