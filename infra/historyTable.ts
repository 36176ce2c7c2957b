/** The DynamoDB table that keeps every job for ever, laid out as `src/history/table.ts` says. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { LIVE_INDEX_COLUMNS, TABLE_LAYOUT } from '../src/history/table';

export interface HistoryTableProps {
  deletionProtection: boolean;
}

export class HistoryTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { deletionProtection }: HistoryTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: TABLE_LAYOUT.partitionKey, type: AttributeType.STRING },
      sortKey: { name: TABLE_LAYOUT.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: TABLE_LAYOUT.expiry,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: TABLE_LAYOUT.liveIndex,
      partitionKey: { name: TABLE_LAYOUT.liveIndexPartitionKey, type: AttributeType.STRING },
      sortKey: { name: TABLE_LAYOUT.liveIndexSortKey, type: AttributeType.NUMBER },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...LIVE_INDEX_COLUMNS],
    });
  }

  /**
   * Reading and writing single items, with the audit log closed to changes.
   *
   * PutItem can replace an item, and IAM can't see whether it does: that an audit item is only ever added is kept by the
   * condition that the code puts on each write. No batch write, no PartiQL, and a Scan for tick alone.
   */
  itemStatements(): PolicyStatement[] {
    return [
      new PolicyStatement({
        sid: 'Items',
        actions: [
          'dynamodb:GetItem',
          'dynamodb:BatchGetItem',
          'dynamodb:Query',
          'dynamodb:PutItem',
          'dynamodb:UpdateItem',
          'dynamodb:DeleteItem',
        ],
        resources: [this.table.tableArn, `${this.table.tableArn}/index/${TABLE_LAYOUT.liveIndex}`],
      }),
      new PolicyStatement({
        sid: 'AuditIsNeverChanged',
        effect: Effect.DENY,
        actions: ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
        resources: [this.table.tableArn],
        conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['AUDIT#*'] } },
      }),
    ];
  }

  /** A rebuild of the search index reads every job there is, whatever its id. */
  walkStatement(): PolicyStatement {
    return new PolicyStatement({ sid: 'WalkJobs', actions: ['dynamodb:Scan'], resources: [this.table.tableArn] });
  }
}
