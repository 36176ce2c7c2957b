/** Batch's operations on scheduling policies; jobs here are served first come, first served all the same. */
import type {
  CreateSchedulingPolicyRequest,
  DescribeSchedulingPoliciesRequest,
  SchedulingPolicyDetail,
} from '@aws-sdk/client-batch';
import { schedulingPolicyArn } from '../arns';
import { clientException, requestRefused } from '../awsError';
import type { Operations } from '../operation';

/** API reference, DescribeSchedulingPolicies. */
const MOST_ARNS = 100;

export function schedulingPolicyOperations(): Operations {
  const policies = new Map<string, SchedulingPolicyDetail>();
  return {
    CreateSchedulingPolicy({ name, fairsharePolicy, tags }: CreateSchedulingPolicyRequest) {
      if (!name) throw requestRefused('name must be specified');
      const arn = schedulingPolicyArn(name);
      if (policies.has(arn)) throw clientException('Object already exists');
      policies.set(arn, { name, arn, ...(fairsharePolicy && { fairsharePolicy }), tags: tags ?? {} });
      return { name, arn };
    },

    DescribeSchedulingPolicies({ arns }: DescribeSchedulingPoliciesRequest) {
      if (!arns?.length || arns.length > MOST_ARNS) throw requestRefused(`arns must have 1 to ${MOST_ARNS} members`);
      return { schedulingPolicies: arns.flatMap((arn) => policies.get(arn) ?? []) };
    },
  };
}
