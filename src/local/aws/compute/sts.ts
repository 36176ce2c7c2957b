/** STS: who am I. Any credentials are somebody. */
import { ACCOUNT } from '../arns';
import type { Operations } from '../operation';

export const stsOperations: Operations = {
  GetCallerIdentity: () => ({
    Arn: `arn:aws:iam::${ACCOUNT}:user/local`,
    UserId: 'AIDALOCALUSEREXAMPLE0',
    Account: ACCOUNT,
  }),
};
