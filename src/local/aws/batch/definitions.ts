/** Job definitions: registered in revisions, found by name, by name and revision, or by ARN. */
import type {
  DeregisterJobDefinitionRequest,
  DescribeJobDefinitionsRequest,
  JobDefinition,
  RegisterJobDefinitionRequest,
} from '@aws-sdk/client-batch';
import { definitionArn, nameIn } from '../arns';
import { clientException, requestRefused } from '../awsError';
import type { Operations } from '../operation';
import type { World } from '../world/world';
import { checkRetry, checkTimeout, needOf } from './checks';
import { pageOf } from './page';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

const keyOf = (definition: JobDefinition): string => `${definition.jobDefinitionName}:${definition.revision}`;

export function revisionsOf(world: World, name: string): JobDefinition[] {
  const found: JobDefinition[] = [];
  const latest = world.latestRevisions.get(name) ?? 0;
  for (let revision = latest; revision > 0; revision--) {
    const definition = world.definitions.get(`${name}:${revision}`);
    if (definition) found.push(definition);
  }
  return found;
}

export function addDefinition(world: World, definition: JobDefinition): void {
  world.definitions.set(keyOf(definition), definition);
  const name = definition.jobDefinitionName ?? '';
  world.latestRevisions.set(name, Math.max(world.latestRevisions.get(name) ?? 0, definition.revision ?? 0));
}

/** The active definition that SubmitJob means: without a revision it is the latest active one. */
export function activeDefinition(world: World, nameOrArn: string): JobDefinition {
  const wanted = nameIn(nameOrArn);
  const found = wanted.includes(':')
    ? world.definitions.get(wanted)
    : revisionsOf(world, wanted).find(({ status }) => status === 'ACTIVE');
  if (found?.status !== 'ACTIVE') {
    if (nameOrArn.startsWith('arn:')) throw clientException(`JobDefinition ${nameOrArn} not found.`);
    throw clientException(`JobDefinition name ${nameOrArn} does not exist or is not in ACTIVE status`);
  }
  return found;
}

export function definitionOperations(world: World): Operations {
  return {
    RegisterJobDefinition(input: RegisterJobDefinitionRequest) {
      const name = input.jobDefinitionName;
      if (name === undefined || !NAME.test(name)) {
        throw requestRefused('Job definition name should match valid pattern');
      }
      if (input.type !== 'container' && input.type !== 'multinode') {
        throw requestRefused("type must be 'container' or 'multinode'");
      }
      const container = input.containerProperties;
      if (input.type === 'container' && !container && !input.ecsProperties && !input.eksProperties) {
        throw requestRefused('containerProperties must not be empty.');
      }
      if (container) {
        if (!container.image) throw requestRefused('image must not be empty.');
        const need = needOf(container);
        if (!need.vcpus) throw requestRefused('vCPU is not provided.');
        if (!need.memoryMiB) throw requestRefused('Memory is not provided.');
      }
      checkTimeout(input.timeout);
      checkRetry(input.retryStrategy);
      const revision = (world.latestRevisions.get(name) ?? 0) + 1;
      const { platformCapabilities, tags, parameters, ...given } = input;
      const definition: JobDefinition = {
        ...given,
        jobDefinitionName: name,
        type: input.type,
        jobDefinitionArn: definitionArn(`${name}:${revision}`),
        revision,
        status: 'ACTIVE',
        parameters: parameters ?? {},
        tags: tags ?? {},
        platformCapabilities: platformCapabilities ?? ['EC2'],
        containerOrchestrationType: input.eksProperties ? 'EKS' : 'ECS',
      };
      addDefinition(world, definition);
      return { jobDefinitionName: name, jobDefinitionArn: definition.jobDefinitionArn, revision };
    },

    /** Already inactive or unknown is no error, as with the real one. */
    DeregisterJobDefinition({ jobDefinition = '' }: DeregisterJobDefinitionRequest) {
      const wanted = nameIn(jobDefinition);
      if (!wanted.includes(':')) throw requestRefused('JobDefinition must be specified with a revision');
      const found = world.definitions.get(wanted);
      if (found) found.status = 'INACTIVE';
      return {};
    },

    DescribeJobDefinitions(input: DescribeJobDefinitionsRequest) {
      if (input.jobDefinitions?.length && input.jobDefinitionName !== undefined) {
        throw requestRefused('jobDefinitions and jobDefinitionName cannot be given together');
      }
      if ((input.jobDefinitions?.length ?? 0) > 100) throw requestRefused('At most 100 job definitions can be given');
      const wanted = input.jobDefinitions?.map(nameIn);
      const candidates = wanted
        ? wanted.flatMap((name) =>
            name.includes(':') ? (world.definitions.get(name) ?? []) : revisionsOf(world, name),
          )
        : input.jobDefinitionName !== undefined
          ? revisionsOf(world, input.jobDefinitionName)
          : [...world.definitions.values()];
      const matching = candidates.filter(({ status }) => input.status === undefined || status === input.status);
      const page = pageOf(matching, input, JSON.stringify([wanted, input.jobDefinitionName, input.status]), 100);
      return { jobDefinitions: page.items, ...page.next };
    },
  };
}
