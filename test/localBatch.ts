/** A client of the local AWS, and a plain job definition and a plain queue for it. */
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  RegisterJobDefinitionCommand,
} from '@aws-sdk/client-batch';

export const localBatch = (endpoint: string): BatchClient =>
  new BatchClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });

/** Registers a definition of one vCPU. */
export async function defineJob(batch: BatchClient, name: string, { memoryMiB }: { memoryMiB: number }): Promise<void> {
  await batch.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: name,
      type: 'container',
      containerProperties: {
        image: `123456789012.dkr.ecr.us-east-1.amazonaws.com/${name}:1`,
        command: ['run'],
        resourceRequirements: [
          { type: 'VCPU', value: '1' },
          { type: 'MEMORY', value: String(memoryMiB) },
        ],
      },
    }),
  );
}

/** Creates a queue with a compute environment of its own, `ce-<name>`. */
export async function defineQueue(batch: BatchClient, name: string): Promise<void> {
  await batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: `ce-${name}`,
      type: 'MANAGED',
      computeResources: { type: 'EC2', maxvCpus: 256, subnets: ['subnet-1'], instanceTypes: ['m5'] },
    }),
  );
  await batch.send(
    new CreateJobQueueCommand({
      jobQueueName: name,
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: `ce-${name}` }],
    }),
  );
}
