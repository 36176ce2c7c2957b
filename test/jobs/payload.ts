/** Reads the real payloads kept in `test/payloads`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const pathOf = (name: string): string => join(__dirname, '..', 'payloads', name);

export const payloadText = (name: string): string => readFileSync(pathOf(name), 'utf8');
export const payload = (name: string): unknown => JSON.parse(payloadText(name));

/** The first jobs of a DescribeJobs or ListJobs answer. */
export function payloadJobs(name: string): Record<string, unknown>[] {
  const answer = payload(name) as { jobs?: Record<string, unknown>[]; jobSummaryList?: Record<string, unknown>[] };
  return answer.jobs ?? answer.jobSummaryList ?? [];
}
