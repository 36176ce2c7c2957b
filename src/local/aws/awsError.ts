/** The refusals of AWS as values: a code, a message and an HTTP status, which each protocol then writes its own way. */
import { randomUUID } from 'node:crypto';

export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
    this.name = 'AwsError';
  }
}

/** Batch's refusal of what the caller asked. */
export const clientException = (message: string): AwsError => new AwsError('ClientException', message);

/** The longer form that Batch uses when the check fails behind its front: the message inside a sentence with the request's id. */
export const requestRefused = (message: string): AwsError =>
  clientException(`Error executing request, Exception : ${message}, RequestId: ${randomUUID()}`);
