/** The CDK app: bundles the Lambdas, makes the stack, and holds it to cdk-nag's AwsSolutions rules. */
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { BotStack } from './botStack';
import { bundle, DIST } from './bundle';
import { ParametersError, parametersOf } from './parameters';

async function main(): Promise<void> {
  const app = new App();
  const parameters = parametersOf(app.node);
  // Every time, since it takes a second and a stale dist/ would be deployed without a word.
  await bundle();
  new BotStack(app, 'batchbot', {
    parameters,
    code: (name) => Code.fromAsset(join(DIST, name), { exclude: ['*.map'] }),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
}

main().catch((error: unknown) => {
  console.error(error instanceof ParametersError ? error.message : error);
  process.exitCode = 1;
});
