/** An item of the search index that is damaged, or of a version that this program does not know, is an error that names it. */
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { openHistory } from '../../src/history/history';
import { ingest } from '../../src/history/ingest';
import type { Job } from '../../src/jobs/job';
import { newId } from '../notices/stateChange';
import { type Scene, scene } from '../scene';
import { dynamo, TABLE } from './dynamo';

let here: Scene;
let doc: DynamoDBDocumentClient;
const lines: string[] = [];
beforeAll(async () => {
  here = await scene({ write: (line) => void lines.push(line) });
  doc = DynamoDBDocumentClient.from(dynamo(here));
  const { jobs, pack } = openHistory(dynamo(here), TABLE, Date.now);
  for (let n = 0; n < 3; n++) {
    const at = Date.now() - n;
    const job: Job = {
      id: newId(),
      name: `align-${n}`,
      createdAt: at,
      stoppedAt: at,
      seenAt: at,
      status: 'FAILED',
      whole: true,
      attempts: [],
      entered: {},
    };
    await ingest(jobs, job, Date.now);
  }
  await pack({ now: Date.now, remainingMs: () => 60_000, leastJobs: 1 });
});
afterAll(() => here.end());

const items = async (): Promise<Record<string, unknown>[]> =>
  (await doc.send(new ScanCommand({ TableName: TABLE }))).Items ?? [];
const change = {
  'a flipped bit': (bytes: Uint8Array) => bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)),
  'an unknown version': (bytes: Uint8Array) => bytes.map((byte, at) => (at === 2 ? 9 : byte)),
  'a cut': (bytes: Uint8Array) => bytes.slice(0, bytes.length - 3),
};

describe.each(Object.entries(change))('%s', (_, damage) => {
  test.each([
    ['text', '/batch search align'],
    ['ids', '/batch search align'],
    ['-', '/batch search align'],
  ])('in %s names the item in the log, and a person gets a reference to that', async (sk, words) => {
    const item = (await items()).find(
      (one) => /^SEGMENTS?#/.test(String(one.pk)) && one.sk === sk && one.bytes instanceof Uint8Array,
    );
    if (item === undefined) throw new Error(`there is no ${sk}`);
    await doc.send(new PutCommand({ TableName: TABLE, Item: { ...item, bytes: damage(item.bytes as Uint8Array) } }));
    try {
      const cold = openHistory(dynamo(here), TABLE, Date.now);
      const named = `${String(item.pk)} / ${sk}`;
      await expect(cold.search.search({ words: ['align'] }, { limit: 5 })).rejects.toThrow(named);
      const other = await scene({ write: (line) => void lines.push(line) });
      try {
        for (const one of await items())
          await DynamoDBDocumentClient.from(dynamo(other)).send(new PutCommand({ TableName: TABLE, Item: one }));
        lines.length = 0;
        const [told] = await other.vic.says(words);
        expect(told?.plain).not.toMatch(/align-\d/);
        // Slack would take an underscore beside a hyphen for the beginning of italics: people read one that looks like it.
        expect(told?.plain.replaceAll('ˍ', '_')).toContain(
          `The search index is damaged at item ${named}. An admin mends it with npm run reindex`,
        );
        const logged = lines.find((line) => line.includes('"ref"')) ?? '{}';
        expect(logged).toContain(named);
        expect(told?.plain).toContain((JSON.parse(logged) as { ref: string }).ref);
      } finally {
        await other.end();
      }
    } finally {
      await doc.send(new PutCommand({ TableName: TABLE, Item: item }));
    }
  });
});
