import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { HeadgateStack, type HeadgateStackProps } from '../../lib/headgate-stack.ts';

const cdkJson = join(import.meta.dirname, '../../cdk.json');
const Context = z.object({ context: z.record(z.string(), z.unknown()) });

/** An app with the feature flags of a real deploy, which leaves the functions unbundled. */
export const newApp = (
  context: Readonly<Record<string, unknown>> = {},
  { isValidated = false } = {},
): App =>
  new App({
    context: {
      ...Context.parse(JSON.parse(readFileSync(cdkJson, 'utf8'))).context,
      'aws:cdk:bundling-stacks': [],
      // Tests read the warnings of a stack; printed, they would only be noise.
      '@aws-cdk/core:annotationsInValidationReport': false,
      ...context,
    },
    // Takes seconds, so that only test/lib/nag.test.ts has it on.
    builtinCloudFormationValidation: isValidated,
  });

export const newStack = (props: HeadgateStackProps = {}): HeadgateStack =>
  new HeadgateStack(newApp(), 'Headgate', props);

/** A resource as it stands in the template; values may be references. */
const Resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});
export type Resource = z.infer<typeof Resource>;

export type Synthesized = {
  readonly template: Template;
  readonly json: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /** Logical id and resource of every resource of a type. */
  ofType(type: string): (readonly [string, Resource])[];
};

/** The template that a deploy would send. */
export const synthesize = (stack: HeadgateStack): Synthesized => {
  const template = Template.fromStack(stack);
  const all = z.record(z.string(), Resource).parse(template.toJSON().Resources);
  return {
    template,
    json: JSON.stringify(template.toJSON()),
    resources: new Map(Object.entries(all)),
    ofType: (type) => Object.entries(all).filter(([, resource]) => resource.Type === type),
  };
};

/** The resource that a reference (`Ref`, `Fn::GetAtt`, or a join of one) points to. */
export const referred = (value: unknown): string => {
  const [, id = ''] = /"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/.exec(JSON.stringify(value ?? null)) ?? [];
  return id;
};

const OneOrMany = z.union([z.array(z.unknown()), z.unknown().transform((value) => [value])]);
const Statement = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Action: OneOrMany.pipe(z.array(z.string())),
  Resource: OneOrMany.optional(),
  Principal: z.unknown().optional(),
  Condition: z.unknown().optional(),
});
export type Statement = z.infer<typeof Statement>;

const Document = z.object({ Statement: z.array(Statement) });

/** The statements of a policy resource, a key or a queue policy. */
export const statementsOf = ({ Properties }: Resource): Statement[] =>
  Document.parse(Properties.PolicyDocument ?? Properties.KeyPolicy).Statement;

/** Every statement that a role has, by the policies that name it. */
export const statementsOfRole = (synthesized: Synthesized, role: string): Statement[] =>
  synthesized
    .ofType('AWS::IAM::Policy')
    .filter(([, { Properties }]) => JSON.stringify(Properties.Roles).includes(`"${role}"`))
    .flatMap(([, policy]) => statementsOf(policy));

/** The functions of the stack, by stage; `, large files` marks a stage's second worker. */
export const functionsByStage = (synthesized: Synthesized): Map<string, Resource> =>
  new Map(
    synthesized.ofType('AWS::Lambda::Function').map(([, resource]) => {
      const [, name = ''] = /^The (.+) stage/.exec(String(resource.Properties.Description)) ?? [];
      return [name, resource];
    }),
  );
