/** AWS's wire protocols: which service and operation a request means, and how its answer or error is written. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ACCOUNT } from './arns';
import { AwsError } from './awsError';
import { queryInput, sqsInput, xmlOf } from './query';

export interface Asked {
  service: string;
  operation: string;
  input: Record<string, unknown>;
  protocol: 'rest' | 'json' | 'query' | 'ec2';
  jsonVersion?: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The prefix of `X-Amz-Target` by service. */
const TARGETS: Record<string, string> = {
  Logs_20140328: 'logs',
  AmazonEC2ContainerServiceV20141113: 'ecs',
  AmazonSQS: 'sqs',
  AWSEvents: 'events',
};
/** The API version of the form-encoded services. */
const VERSIONS: Record<string, string> = { '2012-11-05': 'sqs', '2011-06-15': 'sts', '2016-11-15': 'ec2' };
const NAMESPACES: Record<string, string> = {
  sqs: 'http://queue.amazonaws.com/doc/2012-11-05/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  ec2: 'http://ec2.amazonaws.com/doc/2016-11-15/',
};

const json = (body: string): Record<string, unknown> => {
  if (body.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through to the refusal.
  }
  throw new AwsError('SerializationException', 'Unable to parse the request body as a JSON object');
};

/** `batchPaths`: `/v1/submitjob` to `SubmitJob`. */
export function readRequest(request: IncomingMessage, body: string, batchPaths: Map<string, string>): Asked {
  const url = new URL(request.url ?? '/', 'http://local');
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const dot = target.lastIndexOf('.');
    const service = TARGETS[target.slice(0, dot)] ?? target.slice(0, dot);
    const jsonVersion = /json-(1\.\d)/.exec(request.headers['content-type'] ?? '')?.[1] ?? '1.0';
    return { service, operation: target.slice(dot + 1), input: json(body), protocol: 'json', jsonVersion };
  }
  if (url.pathname.startsWith('/v1/tags/')) {
    const resourceArn = decodeURIComponent(url.pathname.slice('/v1/tags/'.length));
    const method = request.method ?? 'GET';
    const operation = { GET: 'ListTagsForResource', POST: 'TagResource', DELETE: 'UntagResource' }[method] ?? method;
    const input = { ...json(body), resourceArn, tagKeys: url.searchParams.getAll('tagKeys') };
    return { service: 'batch', operation, input, protocol: 'rest' };
  }
  if (url.pathname.startsWith('/v1/')) {
    const operation = batchPaths.get(url.pathname) ?? url.pathname;
    return { service: 'batch', operation, input: json(body), protocol: 'rest' };
  }
  const form = new URLSearchParams(body || url.search);
  const service = VERSIONS[form.get('Version') ?? ''] ?? 'unknown';
  const operation = form.get('Action') ?? `${request.method} ${url.pathname}`;
  const input = queryInput(form);
  if (service === 'sqs') {
    if (url.pathname.startsWith(`/${ACCOUNT}/`)) input.QueueUrl ??= url.pathname;
    return { service, operation, input: sqsInput(input), protocol: 'query' };
  }
  return { service, operation, input, protocol: service === 'ec2' ? 'ec2' : 'query' };
}

const headersOf = (contentType: string, requestId: string) => ({
  'content-type': contentType,
  'x-amzn-requestid': requestId,
});

/** SQS's batch answers name their members after the operation. */
function batchNamed(output: unknown, operation: string): unknown {
  if (typeof output !== 'object' || output === null || !('Successful' in output)) return output;
  const { Successful, Failed } = output as { Successful: unknown; Failed?: unknown };
  return { [`${operation}ResultEntry`]: Successful, BatchResultErrorEntry: Failed };
}

export function writeAnswer(asked: Asked, output: unknown): Answer {
  const requestId = randomUUID();
  if (asked.protocol === 'rest' || asked.protocol === 'json') {
    const type = asked.protocol === 'rest' ? 'application/json' : `application/x-amz-json-${asked.jsonVersion}`;
    return { status: 200, headers: headersOf(type, requestId), body: JSON.stringify(output) };
  }
  const { operation } = asked;
  const namespace = NAMESPACES[asked.service] ?? '';
  const inner =
    asked.protocol === 'ec2'
      ? `<requestId>${requestId}</requestId>${xmlOf(output, 'item')}`
      : `<${operation}Result>${xmlOf(batchNamed(output, operation))}</${operation}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${operation}Response xmlns="${namespace}">${inner}</${operation}Response>`;
  return { status: 200, headers: headersOf('text/xml', requestId), body };
}

/** SQS's codes in the JSON protocol have a namespace, and the old query codes go into a header. */
const SQS_TYPE = 'com.amazonaws.sqs#';
const SQS_QUERY_CODES: Record<string, string> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
};

export function writeError(asked: Pick<Asked, 'service' | 'protocol' | 'jsonVersion'>, error: AwsError): Answer {
  const requestId = randomUUID();
  const { status, message } = error;
  const queryCode = SQS_QUERY_CODES[error.code] ?? error.code;
  const fault = status < 500 ? 'Sender' : 'Receiver';
  switch (asked.protocol) {
    case 'rest':
      return {
        status,
        headers: { ...headersOf('application/json', requestId), 'x-amzn-errortype': error.code },
        body: JSON.stringify({ message }),
      };
    case 'json':
      return {
        status,
        headers: {
          ...headersOf(`application/x-amz-json-${asked.jsonVersion ?? '1.0'}`, requestId),
          ...(asked.service === 'sqs' && { 'x-amzn-query-error': `${queryCode};${fault}` }),
        },
        body: JSON.stringify({ __type: `${asked.service === 'sqs' ? SQS_TYPE : ''}${error.code}`, message }),
      };
    case 'ec2':
      return {
        status,
        headers: headersOf('text/xml', requestId),
        body: `<Response><Errors><Error>${xmlOf({ Code: error.code, Message: message })}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
      };
    default:
      return {
        status,
        headers: headersOf('text/xml', requestId),
        body: `<ErrorResponse><Error>${xmlOf({ Type: fault, Code: queryCode, Message: message })}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
      };
  }
}
