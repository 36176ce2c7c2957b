/** EC2: the instances behind container instances. */
import { type EC2Client, type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';

/** A filter takes 200 values (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html). */
const IDS_PER_CALL = 200;

export function instances(client: EC2Client) {
  return {
    /** Those that EC2 knows (any more), by id. Asked by a filter, since one unknown id among `InstanceIds` fails them all. */
    async describe(ids: readonly string[]): Promise<Map<string, Instance>> {
      const found = new Map<string, Instance>();
      for (let at = 0; at < ids.length; at += IDS_PER_CALL) {
        const filter = { Name: 'instance-id', Values: ids.slice(at, at + IDS_PER_CALL) };
        for await (const { Reservations = [] } of paginateDescribeInstances({ client }, { Filters: [filter] })) {
          for (const instance of Reservations.flatMap((reservation) => reservation.Instances ?? []))
            if (instance.InstanceId !== undefined) found.set(instance.InstanceId, instance);
        }
      }
      return found;
    },
  };
}
export type Instances = ReturnType<typeof instances>;
