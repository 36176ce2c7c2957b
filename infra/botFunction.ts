/** One of the bot's Lambda functions: its bundle, a role of its own that starts with nothing, and its log group. */
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeRuntime, acknowledgeTracing } from './acknowledgedFindings';

export interface BotFunctionProps {
  description: string;
  code: Code;
  timeout: Duration;
  memoryMb: number;
  environment: Record<string, string>;
  tracing: boolean;
  /** What it may do besides writing its own log. */
  permissions: PolicyStatement[];
  /** Executions kept free for it, and the most that run at once. */
  reservedConcurrency?: number;
}

export class BotFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: BotFunctionProps) {
    super(scope, id);
    this.timeout = props.timeout;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    for (const statement of props.permissions) this.role.addToPolicy(statement);

    this.lambda = new LambdaFunction(this, 'Function', {
      description: props.description,
      code: props.code,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_22_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      // Undefined values are left out, since CDK tells "absent" from "undefined".
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: props.reservedConcurrency }),
      environment: props.environment,
      role: this.role,
      logGroup,
      // Lines are JSON already (`src/log.ts`); Lambda's own JSON format would wrap them and hide their embedded metrics.
      loggingFormat: LoggingFormat.TEXT,
      tracing: props.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
    });
    acknowledgeRuntime(this.lambda);
    if (props.tracing) acknowledgeTracing(this.role);
  }
}
