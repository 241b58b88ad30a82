import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** One right: exact actions on exact ARNs. */
type Right = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Why an ARN has to end in (or be) a wildcard; without it, one that does fails the synth. */
  readonly because?: string;
};

/** Gives a role one right, and answers cdk-nag where an ARN is a prefix. Actions never are. */
export const allow = (role: Role, { actions, resources, because }: Right): void => {
  role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  if (because !== undefined) acknowledgeWildcards(role, resources, because);
};

/** Tells cdk-nag why these ARNs of a role or policy hold a wildcard. */
export const acknowledgeWildcards = (
  scope: Construct,
  resources: readonly string[],
  reason: string,
): void => {
  for (const resource of resources) {
    const arn = asNagWritesIt(Stack.of(scope).resolve(resource));
    if (!arn.includes('*')) continue;
    Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${arn}]`, reason });
  }
};

/** cdk-nag names a finding by its ARN with references in angle brackets. */
const asNagWritesIt = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [kind, inner]: [string, unknown] = Object.entries(Object(value))[0] ?? ['', undefined];
  if (kind === 'Ref') return `<${String(inner)}>`;
  if (kind === 'Fn::GetAtt' && Array.isArray(inner)) return `<${inner.join('.')}>`;
  if (kind !== 'Fn::Join' || !Array.isArray(inner)) return JSON.stringify(value);
  const [delimiter, parts]: unknown[] = inner;
  return Array.isArray(parts) ? parts.map(asNagWritesIt).join(String(delimiter)) : '';
};
