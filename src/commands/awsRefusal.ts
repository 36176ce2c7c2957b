/** What AWS refused, in a sentence for the person who asked: a permission that is missing, or too many requests at once. */
import { UserError } from '../errors';

/** It was AWS that did not do it: the same may go well a minute later. */
export class AwsRefusedError extends UserError {
  override name = 'AwsRefusedError';
}

interface Refused {
  name?: unknown;
  message?: unknown;
  $metadata?: { httpStatusCode?: number; attempts?: number };
}

/** ECS and Batch say AccessDeniedException, EC2 UnauthorizedOperation, older services AccessDenied. */
const DENIED = /^(?:AccessDenied(?:Exception)?|UnauthorizedOperation|NotAuthorized|AuthorizationError(?:Exception)?)$/;
/** The services' names for the same thing: Batch's first, then ECS's and Logs', EC2's, and DynamoDB's. */
const THROTTLED =
  /^(?:TooManyRequestsException|ThrottlingException|Throttling|RequestLimitExceeded|ThrottledException|ProvisionedThroughputExceededException)$/;

/** The sentence of IAM names the action: `User: arn:… is not authorized to perform: batch:ListJobs on resource: …`. */
const actionIn = (message: string): string | undefined => /perform:? ([a-z0-9-]+:\w+)/i.exec(message)?.[1];

/** @param again a command to try again later, offered as a button where AWS was too busy */
export function awsRefusal(error: unknown, again: string | undefined): AwsRefusedError | undefined {
  const { name, message, $metadata } = (error ?? {}) as Refused;
  if ($metadata === undefined || typeof name !== 'string') return undefined;
  const words = typeof message === 'string' ? message : '';
  if (DENIED.test(name) || /is not authorized to perform/.test(words)) {
    const action = actionIn(words);
    return new AwsRefusedError(
      action === undefined
        ? `AWS does not let me do that: ${words}`
        : `AWS does not let me call ${action}: whoever runs batchbot has to allow it to its role.`,
    );
  }
  if (THROTTLED.test(name) || $metadata.httpStatusCode === 429) {
    const tries = $metadata.attempts ?? 1;
    return new AwsRefusedError(
      `AWS takes no more requests just now, of anybody in this account; I tried ${tries === 1 ? 'once' : `${tries} times`}. Try again in a minute.`,
      again,
    );
  }
  return undefined;
}

/** How long an answer needs to reach Slack after all else is done. */
const ANSWER_MS = 5_000;

/**
 * What `work` gives, or the plain word that AWS did not answer in the time that is left.
 * @throws UserError when it takes longer
 */
export async function withinTime<T>(work: Promise<T>, remainingMs: number, again: string | undefined): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new UserError('AWS took too long to answer, so I gave up. Try again in a minute.', again)),
      Math.max(0, remainingMs - ANSWER_MS),
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
