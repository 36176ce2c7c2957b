/**
 * The DynamoDB layout: one table, what lives under which key, and the index of jobs that search segments don't hold yet.
 *
 * | pk | sk | item |
 * |---|---|---|
 * | `JOB#<first two characters of the id>` | job id | a job; an array's children follow their parent in order |
 * | `OP#<operation id>` | `-`, `ids#<n>`, `begun#<n>`, `part#<n>`, `done#<n>` | an operation on many jobs: its state and progress, its frozen ids, and what became of them |
 * | `OPERATIONS` | operation id | an operation that is under way |
 * | `CALLERS#<limit>` | process | a process that makes calls which the account has one limit for, until when (expires) |
 * | `ACT#<operation id>` | `-` | a single act that was shown, such as a queue's switch: what a press does (expires) |
 * | `AUDIT#<yyyy-mm>` | `<time>#<reference>` | who did or was refused what; never updated or deleted |
 * | `AUDIT#MONTHS` | `<yyyy-mm>` | a month that has entries |
 * | `AUDIT#OP#<operation id>` | `entry#…`, `ids#…`, `results#…` | the same of one operation, with its frozen ids and what became of each |
 * | `ROLES` | `<kind>#<Slack id>#<role>#<queues>` | a role that an admin gave |
 * | `RETRIED#<job id>` | `-` | which operation took a job to submit it again, so that no other does unawares (expires) |
 * | `ONCE#<request id>` | `-` | a request that was taken up, so that a redelivery does nothing twice (expires) |
 * | `INCIDENTS` | incident id | an incident that is not closed: what never changes of it (expires) |
 * | `INCIDENT#<incident id>` | `-` | its head (expires) |
 * | `INCIDENT#<incident id>` | `member#<job id>`, `pack#<n>`, `recovery#<definition>#<queue>` | what happened in it, one by one or many packed, and what succeeded again (expires) |
 * | `GROUP#<destination>#<hash>` | `-` | which incident a group of troubles joins, and when it last happened (expires) |
 * | `TOLD#<destination>#<occasion>#<hash>` | `-` | to which incident this failure of this job belongs (expires) |
 * | `CROWD#<destination>#<failures or states>` | `-` | the cards of them that a destination got lately (expires) |
 * | `ALERTS#ROUTES` | rule's id | who is told of what: a rule's conditions and whom it names |
 * | `ALERTS#MUTES` | mute's id | what nobody is told of for a while, why, and until when (expires a week after its end) |
 * | `ALERTS#MUTES#<mute>` | `<occasion>#<member>` | one that the mute held back (expires with it) |
 * | `ALERTS#SETTINGS` | `switch#<occasion>#<to>`, `threshold#<name>#<queues>` | which occasions are on, and from when on things are told |
 * | `SEGMENTS` | `-` | the head of the search index: which manifests are valid, and who packs |
 * | `SEGMENTS` | `note#<time>#<fence>` | what a packer wrote and superseded, to be removed an hour later unless it is valid |
 * | `SEGMENTS` | `rebuild` | how far a rebuild of the search index has come |
 * | `SEGMENTS#<hash>` | `-` | a manifest or a vocabulary of search segments; never changed |
 * | `SEGMENTS#digits-<id>-<buckets>-<n>` | `-` | what words like ids stand in texts: a bucket of a filter that only grows |
 * | `SEGMENT#<id>` | `text`, `ids`, `metrics` | the parts of a search segment; never changed |
 * | `SEGMENT#<id>` | `versions`, `forget` | what is left to do for its jobs (`chores.ts`) |
 * | `OUTBOX` | destination | who sends to a channel or a person, and when the next look is (expires) |
 * | `OUTBOX#<destination>` | `due#<key>` | a message that is to be sent or edited |
 * | `OUTBOX#<destination>` | `sent#<key>` | where that message stands, and what it shows (expires) |
 * | `OUTBOX-EDITS` | `-` | how many edits Slack takes at this moment from all senders together |
 * | `TIMEOUTS` | `rule#<n>`, `switch#<kind>`, `extension#<job>` | our rules on how long jobs may take, which kinds of limits count, and who was given more time (expires) |
 * | `TIMEOUTS#LAST` | `-` | the number of the last rule |
 * | `TIMEOUT#<job id>` | `stop`, `warned`, `terminated` | what was done about a job that takes too long, once each (expires) |
 * | `TIMEOUT#GARBAGE#<definition>` | `-` | it was told that its timeout is none |
 * | `FOLLOW` | id | a log that somebody follows: its message, and how far it is read (expires) |
 * | `WATCHES` | id | an open watch: of what, for whom, how it stood when it began |
 * | `WATCH#<id>` | `ids#<n>`, `progress` | the jobs of a watch, where they are many, and what became of them (expires) |
 * | `WATCH#<id>` | `-` | how a watch ended (expires) |
 * | `WATCHER#<Slack id>` | `-` | the watches that somebody has, so that two presses at once are one (expires) |
 * | `CAPACITY` | `-` | whether each queue and compute environment was enabled at the last look |
 * | `DIGESTS` | `<channel or person>#daily`, `…#weekly` | when a digest comes there, and which one was told last |
 * | `DIGEST#<channel or person>#<period>#<time>` | `-` | the figures of one digest (expires) |
 * | `SWEEP` | `-` | when the last sweep of ListJobs ended, and the last one of finished jobs too began |
 * | `UNTOLD` | job id | it ended, and nobody was told yet (expires) |
 */
import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

/** What `CreateTable` and the CDK table both need to know. */
export const TABLE_LAYOUT = {
  partitionKey: 'pk',
  sortKey: 'sk',
  expiry: 'expiresAt',
  liveIndex: 'live',
  liveIndexPartitionKey: 'live',
  liveIndexSortKey: 'changedAt',
} as const;

/**
 * What the live index carries beside its keys: `row`, the columns that a search matches and lists, so that reading the
 * index is enough to answer. (A map, since DynamoDB takes at most 20 names in an index's NonKeyAttributes.)
 */
export const LIVE_INDEX_COLUMNS = ['row', 'version', 'packed'] as const;

/** Ids share their first two characters with about one job in 256, and always with their array's other children. */
export const jobPartition = (id: string): string => `JOB#${id.slice(0, 2).toLowerCase()}`;

/** The live index is spread over this many partition keys, each good for 1,000 writes a second (DynamoDB's limit per key). */
export const LIVE_SHARDS = 8;
export const livePartition = (id: string): string => {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) % 65_521;
  return `LIVE#${sum % LIVE_SHARDS}`;
};

/** Creates the table if it is not there, and waits until it can be used. */
export async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: TABLE_LAYOUT.partitionKey, KeyType: 'HASH' },
          { AttributeName: TABLE_LAYOUT.sortKey, KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: TABLE_LAYOUT.partitionKey, AttributeType: 'S' },
          { AttributeName: TABLE_LAYOUT.sortKey, AttributeType: 'S' },
          { AttributeName: TABLE_LAYOUT.liveIndexPartitionKey, AttributeType: 'S' },
          { AttributeName: TABLE_LAYOUT.liveIndexSortKey, AttributeType: 'N' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: TABLE_LAYOUT.liveIndex,
            KeySchema: [
              { AttributeName: TABLE_LAYOUT.liveIndexPartitionKey, KeyType: 'HASH' },
              { AttributeName: TABLE_LAYOUT.liveIndexSortKey, KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...LIVE_INDEX_COLUMNS] },
          },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 120, minDelay: 1, maxDelay: 2 }, { TableName: table });
}
