/** The bot's stack as CloudFormation would get it, with stand-ins for the bundles. */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import { BotStack } from '../../infra/botStack';
import { readParameters } from '../../infra/parameters';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
});
export type Resource = z.output<typeof resourceSchema>;

export interface Synthesised {
  template: Template;
  /** Every resource of a type, by its logical id. */
  ofType(type: string): Map<string, Resource>;
  /** cdk-nag's findings that nobody acknowledged, each as `rule: path`. */
  findings(): string[];
}

export function synthesised(context: Record<string, unknown> = {}): Synthesised {
  const app = new App();
  const stack = new BotStack(app, 'batchbot', {
    parameters: readParameters(context),
    code: (name) => Code.fromInline(`exports.handler = async () => '${name}'`),
  });
  const template = Template.fromStack(stack);
  const { Resources } = z.object({ Resources: z.record(z.string(), resourceSchema) }).parse(template.toJSON());
  return {
    template,
    ofType: (type) => new Map(Object.entries(Resources).filter(([, resource]) => resource.Type === type)),
    findings: () =>
      new AwsSolutionsChecks(app)
        .validateScope(app)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath }) => `${ruleName}: ${constructPath}`),
        ),
  };
}

/** The logical id that a `Ref` or `Fn::GetAtt` anywhere inside a value points at. */
export function pointsAt(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref' && typeof inner === 'string') return [inner];
    if (key === 'Fn::GetAtt' && Array.isArray(inner)) return [String(inner[0])];
    return pointsAt(inner);
  });
}
