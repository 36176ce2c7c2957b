/** A client of the local AWS, and a plain job definition for it. */
import { BatchClient, RegisterJobDefinitionCommand } from '@aws-sdk/client-batch';

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
