import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from '../../src/local/slack/server';
import { type Scene, scene } from '../scene';

const folder = join(__dirname, '../payloads');

/** Every job of the recorded answers of DescribeJobs, with the file that it is from. */
const jobs = readdirSync(folder)
  .filter((file) => file.startsWith('batch-api-describe-jobs-'))
  .flatMap((file) => {
    const text = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const details: Record<string, unknown>[] = Array.isArray(text) ? text : text.jobs;
    return details.map((detail) => ({ file, detail }));
  })
  .filter(({ detail }) => !String(detail.jobId).includes(':'));

let here: Scene;
beforeAll(async () => {
  here = await scene();
  here.world.aws.publish(
    jobs.map(({ detail }) => ({
      source: 'aws.batch',
      'detail-type': 'Batch Job State Change',
      time: new Date().toISOString(),
      detail: { ...detail, status: 'FAILED' },
    })),
  );
});
afterAll(() => here.end());

const first = ([message]: Message[]): string => message?.plain ?? '';

test.each(jobs.map(({ file, detail }) => [file, String(detail.jobId), detail] as const))(
  '%s made to fail has a card, a job page and a word on its logs',
  async (_file, id, detail) => {
    const card = await here.until('a card', () => here.alerts().find(({ plain }) => plain.includes(id)), 20_000);
    const page = first(await here.ada.says(`/batch job ${id}`));
    const logs = first(await here.ada.says(`/batch logs ${id}`));
    for (const plain of [card.plain, page, logs]) {
      expect(plain).not.toMatch(/Something went wrong|undefined|NaN|\[object/);
      expect(plain).not.toContain('ran 3312 d');
    }
    if (detail.nodeProperties !== undefined) {
      expect(page).toContain('2 nodes');
      expect(logs).not.toContain('never started');
    }
    if (JSON.stringify(detail).includes('OutOfMemoryError')) {
      expect(card.plain).toContain('out of memory');
      expect(logs).not.toContain('never started');
    }
  },
);
