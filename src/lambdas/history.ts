/** `npm run reindex`: packs the whole history anew, from a person's machine with the settings of the bot's table. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openHistory } from '../history/history';

const PROGRESS_MS = 2_000;

async function reindex(table: string): Promise<void> {
  const client = new DynamoDBClient({});
  const history = openHistory(client, table, Date.now);
  const beganAt = Date.now();
  const seconds = () => Math.round((Date.now() - beganAt) / 1000);
  const progress = setInterval(
    () => process.stderr.write(`\rReading and packing all jobs… ${seconds()} s`),
    PROGRESS_MS,
  );
  try {
    const { packed, complete } = await history.rebuild({ now: Date.now, remainingMs: () => Number.POSITIVE_INFINITY });
    console.log(
      complete
        ? `\n${packed} jobs are packed anew, in ${seconds()} s.`
        : '\nAnother packer is at it. Try again in some minutes; nothing was changed.',
    );
    if (!complete) process.exitCode = 1;
  } finally {
    clearInterval(progress);
    client.destroy();
  }
}

const table = process.argv[2] ?? process.env.DYNAMODB_TABLE;
if (table === undefined) {
  console.error('Usage: npm run reindex -- TABLE   (or set DYNAMODB_TABLE)');
  process.exitCode = 2;
} else {
  reindex(table).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
