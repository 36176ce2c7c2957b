/** One HTTP request to one AWS operation, and its answer or refusal back in the service's own protocol. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { AwsError } from './awsError';
import type { Operations } from './operation';
import { type Answer, type Asked, readRequest, writeAnswer, writeError } from './protocols';
import type { Throttle } from './throttle';

/** Larger than any request that AWS takes here (CloudWatch's PutLogEvents and SQS batches have 1 MiB). */
const LARGEST_BODY_BYTES = 8 * 1_048_576;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) throw new AwsError('RequestEntityTooLarge', 'The request is too large.', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What each service calls a fault of its own. */
const internalFault = (service: string, error: unknown): AwsError => {
  const message = error instanceof Error ? error.message : String(error);
  return new AwsError(service === 'batch' ? 'ServerException' : 'InternalFailure', message, 500);
};

export function listener(given: {
  services: Record<string, Operations>;
  throttle: Throttle;
  dynamo?: RequestListener;
}): RequestListener {
  const { services, throttle, dynamo } = given;
  const batchPaths = new Map(
    Object.keys(services.batch ?? {}).map((operation) => [`/v1/${operation.toLowerCase()}`, operation]),
  );

  const answer = async (request: IncomingMessage, signal: AbortSignal): Promise<Answer> => {
    const looksRest = request.url?.startsWith('/v1/') ?? false;
    let asked: Pick<Asked, 'service' | 'protocol' | 'jsonVersion'> = looksRest
      ? { service: 'batch', protocol: 'rest' }
      : { service: 'unknown', protocol: request.headers['x-amz-target'] ? 'json' : 'query' };
    try {
      const read = readRequest(request, await bodyOf(request), batchPaths);
      asked = read;
      const run = services[read.service]?.[read.operation];
      if (!run) {
        const what = `The operation ${read.operation} of ${read.service} is not known to the local AWS`;
        throw new AwsError('UnknownOperationException', what, read.protocol === 'rest' ? 404 : 400);
      }
      throttle.admit(read.service, read.operation);
      const origin = `http://${request.headers.host ?? 'localhost'}`;
      return writeAnswer(read, await run(read.input as never, { origin, signal }));
    } catch (error) {
      return writeError(asked, error instanceof AwsError ? error : internalFault(asked.service, error));
    }
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const hungUp = new AbortController();
    response.once('close', () => hungUp.abort());
    const { status, headers, body } = await answer(request, hungUp.signal);
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  };

  return (request, response) => {
    const target = request.headers['x-amz-target'];
    if (dynamo && typeof target === 'string' && target.startsWith('DynamoDB')) {
      throttle.admit('dynamodb', target.slice(target.indexOf('.') + 1));
      dynamo(request, response);
      return;
    }
    respond(request, response).catch((error: unknown) => {
      console.error('local AWS:', error);
      response.destroy();
    });
  };
}
