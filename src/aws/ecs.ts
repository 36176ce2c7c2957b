/** ECS: the container instances of the clusters that Batch keeps for its compute environments. */
import {
  ClusterNotFoundException,
  type ContainerInstance,
  DescribeContainerInstancesCommand,
  type ECSClient,
  paginateListContainerInstances,
} from '@aws-sdk/client-ecs';

/**
 * ListContainerInstances answers 100 a page and DescribeContainerInstances takes 100
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html).
 */
const INSTANCES_PER_CALL = 100;
/**
 * Clusters asked at the same time. ECS refills 20 calls a second to this kind of read in an account
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html).
 */
const CLUSTERS_AT_ONCE = 8;

export function containerInstances(client: ECSClient) {
  /** Everything of one cluster that is registered, draining ones too; none where the cluster is gone. */
  async function ofCluster(cluster: string): Promise<ContainerInstance[]> {
    const found: ContainerInstance[] = [];
    try {
      const pages = paginateListContainerInstances({ client, pageSize: INSTANCES_PER_CALL }, { cluster });
      for await (const { containerInstanceArns = [] } of pages) {
        if (containerInstanceArns.length === 0) continue;
        const input = { cluster, containerInstances: containerInstanceArns };
        found.push(...((await client.send(new DescribeContainerInstancesCommand(input))).containerInstances ?? []));
      }
    } catch (error) {
      if (!(error instanceof ClusterNotFoundException)) throw error;
    }
    return found;
  }

  return {
    /** By its ARN, `…:container-instance/<cluster>/<id>`; undefined once it was deregistered. */
    async describe(arn: string): Promise<ContainerInstance | undefined> {
      // ARNs of the short format, from before 2021, don't name the cluster.
      const cluster = /:container-instance\/([^/]+)\/[^/]+$/.exec(arn)?.[1];
      if (cluster === undefined) return undefined;
      try {
        const input = { cluster, containerInstances: [arn] };
        return (await client.send(new DescribeContainerInstancesCommand(input))).containerInstances?.[0];
      } catch (error) {
        if (error instanceof ClusterNotFoundException) return undefined;
        throw error;
      }
    },

    /** By the cluster's ARN. */
    async ofClusters(clusters: readonly string[]): Promise<Map<string, ContainerInstance[]>> {
      const found = new Map<string, ContainerInstance[]>();
      const rest = clusters.values();
      await Promise.all(
        Array.from({ length: CLUSTERS_AT_ONCE }, async () => {
          for (const cluster of rest) found.set(cluster, await ofCluster(cluster));
        }),
      );
      return found;
    },
  };
}
export type ContainerInstances = ReturnType<typeof containerInstances>;
