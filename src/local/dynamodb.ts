/** DynamoDB as dynalite plays it, whose queries never see half a write. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { join } from 'node:path';
import { finished } from 'node:stream';
import dynalite from 'dynalite';

export interface LocalDynamo {
  listener: RequestListener;
  close(): Promise<void>;
}

type Kind = 'query' | 'write';

const kindOf = ({ headers }: IncomingMessage): Kind | undefined => {
  const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
  if (operation === 'Query') return 'query';
  return /^(?:Put|Update|Delete|BatchWrite|TransactWrite)Items?$/.test(operation) ? 'write' : undefined;
};

/**
 * Lets queries run beside each other and writes beside each other, and the two kinds by turns, first come first served.
 * dynalite takes an item out of an index before it puts it in anew, with other work between (its `updateIndexes`), so that a
 * query in that moment would miss a job that has been there all the time.
 */
function byTurns() {
  const waiting: { kind: Kind; begin: () => void }[] = [];
  let running: Kind | undefined;
  let count = 0;

  function next(): void {
    running = waiting[0]?.kind;
    while (waiting[0] !== undefined && waiting[0].kind === running) {
      count++;
      waiting.shift()?.begin();
    }
  }
  return {
    enter(kind: Kind, begin: () => void): void {
      waiting.push({ kind, begin });
      if (count === 0 || (kind === running && waiting.length === 1)) next();
    },
    leave(): void {
      count--;
      if (count === 0) next();
    },
  };
}

/** @param folder where the tables are kept; in memory without one */
export function localDynamo(folder?: string): LocalDynamo {
  const database = dynalite({
    createTableMs: 0,
    ...(folder === undefined ? {} : { path: join(folder, 'dynamodb') }),
  });
  const turns = byTurns();
  return {
    listener(request, response) {
      const answer = () => void database.emit('request', request, response);
      const kind = kindOf(request);
      if (kind === undefined) return answer();
      turns.enter(kind, () => {
        // Also of one whose caller went away while it waited.
        finished(response, turns.leave);
        answer();
      });
    },
    close: () => new Promise((resolve) => database.close(() => resolve())),
  };
}
