/** The two file formats: what is written is read back, whatever it holds and wherever the stream is cut. */
import * as fc from 'fast-check';
import { type CsvRecord, csvRecords } from '../../../src/history/transfer/csvRecords';
import { jobLine, readJobLine } from '../../../src/history/transfer/jobLine';
import { type FileEntry, readJobs } from '../../../src/history/transfer/readJobs';
import { textLines } from '../../../src/history/transfer/textLines';
import type { Job } from '../../../src/jobs/job';
import { anyNews } from '../../jobs/anyNews';
import { anyFinishedJob } from '../segments/anyJobs';

/** The bytes in pieces of such sizes, over and over. */
async function* cut(text: string | Uint8Array, sizes: readonly number[] = [7]): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
const entriesOf = (text: string | Uint8Array): Promise<FileEntry[]> => all(readJobs(cut(text)));
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

describe('lines of text', () => {
  test('come back with their numbers, wherever the stream is cut', async () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '));
    await fc.assert(
      fc.asyncProperty(fc.array(line), sizes, fc.boolean(), async (lines, cuts, endsOpen) => {
        const text = lines.map((each) => `${each}\n`).join('');
        const found = await all(textLines(cut(endsOpen ? `${text}last` : text, cuts)));
        // A byte order mark is none of the text.
        const expected = [...lines.map((each) => each.replace(/^\uFEFF/, '')), ...(endsOpen ? ['last'] : [])];
        expect(found).toEqual(expected.map((each, n) => ({ number: n + 1, text: each })));
      }),
    );
  });

  test('a line that is no UTF-8 or far too long is told by its number, and the next one is read', async () => {
    const text = Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.alloc(5_000_000, 'x'), Buffer.from('\nfine')]);
    expect(await all(textLines(cut(text, [65_536])))).toEqual([
      { number: 1, problem: 'the line is not UTF-8' },
      { number: 2, problem: expect.stringContaining('longer than') },
      { number: 3, text: 'fine' },
    ]);
  });
});

describe('CSV', () => {
  const field = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.constantFrom('"', ',', '\n', '\r', 'a', 'é', '😀', '\\N', ' ')).map((parts) => parts.join('')),
  );
  const record = fc.array(field, { minLength: 1, maxLength: 4 });
  /** As PostgreSQL writes it: quotes where they are needed; `always` as FORCE_QUOTE does. */
  const written = (text: string, always: boolean): string =>
    always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

  test('comes back, wherever the stream is cut, with every field quoted or only those that need it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record), sizes, fc.boolean(), fc.boolean(), async (records, cuts, always, dos) => {
        const ending = dos ? '\r\n' : '\n';
        const text = records.map((fields) => fields.map((each) => written(each, always)).join() + ending).join('');
        const expected: CsvRecord[] = [];
        let line = 1;
        for (const fields of records) {
          expected.push({ line, fields });
          line += 1 + fields.join('').split('\n').length - 1;
        }
        // The mark at the beginning of a file is none of its text.
        fc.pre(!text.startsWith('\uFEFF'));
        expect(await all(csvRecords(cut(text, cuts)))).toEqual(expected);
      }),
    );
  });

  test('a quote that never closes is told by the line where it opens', async () => {
    await expect(all(csvRecords(cut('a,b\n1,"two\nthree\n')))).rejects.toThrow(
      'line 2: a quote is opened and never closed',
    );
  });

  test('the last record needs no line break', async () => {
    expect(await all(csvRecords(cut('a,""\n1,"x"')))).toEqual([
      { line: 1, fields: ['a', ''] },
      { line: 2, fields: ['1', 'x'] },
    ]);
  });
});

describe('a line of JSON', () => {
  const foreign = (rest: object): string =>
    JSON.stringify({ id: '5f12c493-2cba-4278-96a6-529fe4f20074:7', status: 'FAILED', ...rest });
  const id = fc.tuple(fc.uuid(), fc.constantFrom('', ':0', ':9999', '#0', '#12')).map((parts) => parts.join(''));
  const anyJob: fc.Arbitrary<Job> = fc
    .tuple(fc.oneof(anyFinishedJob, anyNews), id)
    .map(([job, ofBatch]) => ({ ...job, id: ofBatch }));

  test('is read back as the job that was written, and written the same way again', async () => {
    await fc.assert(
      fc.property(anyJob, (job) => {
        const line = jobLine(job);
        expect(line).not.toContain('\n');
        const read = readJobLine(line);
        expect(read).toEqual({ job, ignored: [] });
        expect(jobLine(read.job)).toBe(line);
        expect(line).toMatch(/^\{"v":1,"id":/);
      }),
    );
  });

  test('is the same whatever order the table gives keys in', () => {
    const job = { id: 'a', status: 'FAILED', seenAt: 1, whole: true, attempts: [], entered: {} } as const;
    const tags = (values: Record<string, string>) => jobLine({ ...job, attempts: [], tags: { seenAt: 1, values } });
    expect(tags({ b: '1', a: '2' })).toBe(tags({ a: '2', b: '1' }));
  });

  test('of another tool needs an id, a status and when it was created; null is nothing, and tags may be flat', () => {
    const line =
      '{"id":"5f12c493-2cba-4278-96a6-529fe4f20074","status":"SUCCEEDED","createdAt":1700000000000,"stoppedAt":1700000009000,"name":null,"tags":{"team":"x"}}';
    expect(readJobLine(line).job).toEqual({
      id: '5f12c493-2cba-4278-96a6-529fe4f20074',
      status: 'SUCCEEDED',
      createdAt: 1700000000000,
      stoppedAt: 1700000009000,
      seenAt: 1700000009000,
      tags: { seenAt: 1700000009000, values: { team: 'x' } },
      whole: false,
      attempts: [],
      entered: {},
    });
  });

  test('tells which of its fields mean nothing here', () => {
    const line =
      '{"id":"5f12c493-2cba-4278-96a6-529fe4f20074","status":"FAILED","createdAt":5,"parameters":{"x":1},"attempts":[{"exitCode":1,"log":"y"}]}';
    expect(readJobLine(line).ignored).toEqual(['parameters', 'attempts[].log']);
  });

  test.each([
    ['{"id":"a",', /^this is not JSON: /],
    ['[1]', 'this is JSON, but not an object'],
    ['{"status":"FAILED","createdAt":5}', 'id is missing'],
    ['{"id":"a","createdAt":5}', 'status is missing'],
    ['{"id":"a","status":"FAILED"}', 'createdAt is missing'],
    ['{"id":"a","status":"GONE","createdAt":5}', /^status: expected one of "SUBMITTED"/],
    ['{"id":"a","status":"FAILED","createdAt":"2024-03-01"}', /^createdAt: expected number/],
    ['{"id":"a","status":"FAILED","createdAt":1700000000}', /looks like seconds: times are in milliseconds/],
    ['{"v":2,"id":"a","status":"FAILED","createdAt":5}', /of version 2 of the format, and this batchbot knows 1/],
    [
      '{"id":"not an id at all / ☃","status":"FAILED","createdAt":5}',
      /^id is "not an id at all \/ ☃", which is none of Batch's/,
    ],
    ['{"id":"5F12C493-2CBA-4278-96A6-529FE4F20074","status":"FAILED","createdAt":5}', /a UUID in small letters/],
    [foreign({ createdAt: -5 }), 'createdAt is -5, which is no time of a job: times are in milliseconds since 1970'],
    [foreign({ createdAt: 5, stoppedAt: 9e15 }), /^stoppedAt is 9000000000000000, which is no time/],
    [foreign({ createdAt: 5, attempts: [{}, { startedAt: -1 }] }), /^attempts\.1\.startedAt is -1/],
    [foreign({ createdAt: 5, entered: { '1.RUNNABLE': -1 } }), /^entered\.1\.RUNNABLE is -1/],
  ])('%s is refused with a reason', (line, reason) => {
    expect(() => readJobLine(line)).toThrow(reason);
  });
});

describe('Batchiepatchie’s table', () => {
  const HEADER =
    'job_id,job_name,job_definition,job_queue,image,status,created_at,stopped_at,vcpus,memory,timeout,command_line,last_updated,status_reason,run_started_at,exitcode,log_stream_name,termination_requested,task_arn,array_properties,log_group_name';
  const ID = '5f12c493-2cba-4278-96a6-529fe4f20074';
  const rows = (...lines: string[]): Promise<FileEntry[]> => entriesOf([HEADER, ...lines, ''].join('\n'));

  test('a row is read as a job, with each column where it belongs', async () => {
    const [entry] = await rows(
      `${ID},align é,arn:aws:batch:eu-west-1:123456789012:job-definition/align:3,prod,ecr/align:1,FAILED,2024-03-01 12:00:00+00,2024-03-01 13:30:05.5+01,4,8192,3600,"[""sh"",""-c"",""echo 'a,b'\\nexit 1""]",2024-03-01 12:30:10+00,"OutOfMemoryError: Container killed
due to memory usage",2024-03-01 12:10:00.123456+00,137,align/default/abc,t,arn:aws:ecs:eu-west-1:123456789012:task/c/1,"{""size"": 10, ""status_summary"": {""failed"": 1, ""succeeded"": 9}}",/teams/x`,
    );
    const at = (time: string): number => Date.parse(`2024-03-01T${time}Z`);
    expect(entry).toEqual({
      line: 2,
      ignored: [],
      job: {
        id: ID,
        arn: `arn:aws:batch:eu-west-1:123456789012:job/${ID}`,
        name: 'align é',
        queue: 'prod',
        definition: 'align:3',
        image: 'ecr/align:1',
        command: ['sh', '-c', "echo 'a,b'\nexit 1"],
        status: 'FAILED',
        createdAt: at('12:00:00'),
        startedAt: at('12:10:00.123'),
        stoppedAt: at('12:30:05.500'),
        seenAt: at('12:30:10'),
        vcpus: 4,
        memoryMiB: 8192,
        environmentTimeoutSeconds: 3600,
        containerReason: 'OutOfMemoryError: Container killed\ndue to memory usage',
        exitCode: 137,
        logGroup: '/teams/x',
        logStream: 'align/default/abc',
        taskArn: 'arn:aws:ecs:eu-west-1:123456789012:task/c/1',
        terminated: true,
        arraySize: 10,
        children: { countedAt: at('12:30:10'), counts: { FAILED: 1, SUCCEEDED: 9 } },
        whole: false,
        attempts: [],
        entered: {},
      },
    });
  });

  test('nulls, no timeout and figures of 0 are not known; a child of an array has its index', async () => {
    const [entry] = await rows(
      `${ID}:7,n,d:1,q,i,SUCCEEDED,2024-03-01 12:00:00+00,\\N,0,0,-1,[],2024-03-01 12:00:01+00,,\\N,,,f,,,`,
    );
    expect(entry).toEqual({
      line: 2,
      ignored: [],
      job: {
        id: `${ID}:7`,
        name: 'n',
        definition: 'd:1',
        queue: 'q',
        image: 'i',
        status: 'SUCCEEDED',
        arrayIndex: 7,
        createdAt: Date.parse('2024-03-01T12:00:00Z'),
        seenAt: Date.parse('2024-03-01T12:00:01Z'),
        whole: false,
        attempts: [],
        entered: {},
      },
    });
  });

  test('GONE is a job that was lost before its end', async () => {
    const at = Date.parse('2024-03-01T12:05:00Z');
    const found = await rows(
      `${ID},n,d:1,q,i,GONE,2024-03-01 12:00:00+00,,1,1,-1,[],2024-03-01 12:05:00+00,,2024-03-01 12:01:00+00,,,f,,,`,
      `${ID},n,d:1,q,i,GONE,2024-03-01 12:00:00+00,,1,1,-1,[],2024-03-01 12:05:00+00,,,,,f,,,`,
    );
    expect(found).toMatchObject([
      { job: { status: 'RUNNING', seenAt: at, lostAt: at + 1 } },
      { job: { status: 'SUBMITTED', seenAt: at, lostAt: at + 1 } },
    ]);
  });

  test('a bad row is told by the line where it begins, and the next one is read', async () => {
    const found = await rows(
      `${ID},"two\nlines",d,q,i,PAUSED,2024-03-01 12:00:00+00,,,,,,,,,,,,,,`,
      `${ID},n,d,q,i,FAILED,yesterday,,,,,,,,,,,,,,`,
      'short,row',
      `,n,d,q,i,FAILED,2024-03-01 12:00:00+00,,,,,,,,,,,,,,`,
      `${ID},n,d,q,i,FAILED,2024-03-01 12:00:00+00,,many,,,,,,,,,,,,`,
      `${ID},n,d,q,i,FAILED,2024-03-01 12:00:00+00,,,,,,,,,,,,,nonsense,`,
      `${ID},n,d,q,i,FAILED,2024-03-01 12:00:00,,,,,,,,,,,,,,`,
      `job-1,n,d,q,i,FAILED,2024-03-01 12:00:00,,,,,,,,,,,,,,`,
      `${ID},n,d,q,i,FAILED,0001-01-01 00:00:00+00,,,,,,,,,,,,,,`,
    );
    expect(found).toMatchObject([
      { line: 2, problem: 'status is PAUSED, which neither Batch nor Batchiepatchie has' },
      { line: 4, problem: expect.stringContaining('created_at is "yesterday", which is no time') },
      { line: 5, problem: 'the row has 2 fields, and the header 21' },
      { line: 6, problem: 'job_id is missing' },
      { line: 7, problem: 'vcpus is "many", which is no whole number' },
      { line: 8, problem: expect.stringContaining('array_properties is no JSON') },
      { line: 9, job: { createdAt: Date.parse('2024-03-01T12:00:00Z') } },
      { line: 10, problem: expect.stringContaining('id is "job-1", which is none of Batch') },
      { line: 11, problem: expect.stringContaining('createdAt is -62135596800000, which is no time of a job') },
    ]);
  });

  test('columns may stand in any order, and those of a join are told as ignored', async () => {
    const text = `status,instance_id,job_id,created_at\nFAILED,i-123,${ID},2024-03-01 12:00:00+00\n\\.\n`;
    expect(await entriesOf(text)).toMatchObject([
      { line: 2, ignored: ['instance_id'], job: { id: ID, status: 'FAILED' } },
    ]);
  });

  test('a file of another kind is refused by its header', async () => {
    expect(await entriesOf('hello,world\n1,2\n')).toEqual([
      { line: 1, problem: expect.stringContaining('its first line has no column job_id, status, created_at') },
    ]);
  });
});

describe('a file', () => {
  const line = '{"id":"5f12c493-2cba-4278-96a6-529fe4f20074","status":"FAILED","createdAt":5}';

  test('may begin with a byte order mark, empty lines, or what npm prints of itself', async () => {
    const found = await entriesOf(`\uFEFF\n> batchbot@0.1.0 export\n> tsx src/lambdas/export.ts\n\n${line}\n`);
    expect(found).toMatchObject([{ line: 5, job: { id: '5f12c493-2cba-4278-96a6-529fe4f20074' } }]);
  });

  test('may be empty', async () => {
    expect(await entriesOf('')).toEqual([]);
    expect(await entriesOf(' \n\n')).toEqual([]);
  });
});
