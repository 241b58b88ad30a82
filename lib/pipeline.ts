import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { distributedLabel, pipelineDefinition } from './pipeline-definition.ts';
import { acknowledgeWildcards, allow } from './rights.ts';
import type { StageFunction } from './stage-function.ts';
import type { Stages } from './stages.ts';
import type { Callee } from './states.ts';
import type { Zones } from './zones.ts';

export interface PipelineProps {
  readonly stages: Stages;
  readonly zones: Zones;
}

/** The state machine: one execution per attempt of a run. */
export class Pipeline extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { stages, zones }: PipelineProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', {
      description: 'Runs the pipeline of Headgate.',
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
    });
    allow(role, {
      actions: ['lambda:InvokeFunction'],
      resources: stages.all.map(({ lambda }) => lambda.functionArn),
    });
    zones.grantRead(role, zones.clean, ['*/items.json']);
    acknowledgeWildcards(
      role,
      ['*'],
      'Log delivery and X-Ray have no resources to name: their actions take * only.',
    );
    const definition = pipelineDefinition({
      partition: stack.partition,
      cleanBucket: zones.clean.bucketName,
      callees: {
        plan: callee(stages.plan),
        validate: callee(stages.validate),
        largeValidate: callee(stages.largeValidate),
        transform: callee(stages.transform),
        largeTransform: callee(stages.largeTransform),
        gate: callee(stages.gate),
        load: callee(stages.load),
        publish: callee(stages.publish),
        quarantine: callee(stages.quarantine),
      },
    });
    this.machine = new StateMachine(this, 'Machine', {
      definitionBody: DefinitionBody.fromString(stack.toJsonString(definition)),
      role,
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        // Pointers only, and still: nothing of a payload is written down twice.
        includeExecutionData: false,
        destination: new LogGroup(this, 'Logs', {
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    this.#allowChildren(role);
    this.#allowNextAttempt(stages.quarantine.role);
  }

  /** Lets a role start runs; starting is all it can do. */
  grantStart(role: Role): void {
    allow(role, { actions: ['states:StartExecution'], resources: [this.machine.stateMachineArn] });
  }

  /** Lets a role ask whether a run is still worked on. */
  grantDescribe(role: Role): void {
    allow(role, {
      actions: ['states:DescribeExecution'],
      resources: [this.#executions(`${this.machine.stateMachineName}:*`)],
      because: 'Executions are named when they start.',
    });
  }

  #executions(resourceName: string): string {
    return Stack.of(this).formatArn({
      ...{ service: 'states', resource: 'execution', resourceName },
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /**
   * A Distributed Map starts its machine again. In a policy of its own: the machine needs the role.
   */
  #allowChildren(role: Role): void {
    const { stateMachineArn, stateMachineName } = this.machine;
    const children = [
      this.#executions(`${stateMachineName}:*`),
      this.#executions(`${stateMachineName}/${distributedLabel}:*`),
    ];
    const policy = new Policy(this, 'Children', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachineArn] }),
        new PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
          resources: children,
        }),
      ],
    });
    acknowledgeWildcards(policy, children, 'Executions are named when they start.');
  }

  /**
   * Quarantine starts a run's next attempt in the very machine that calls it. Its environment
   * cannot name the machine (each would need the other first), so the machine tells it in the
   * payload, and the right is a policy that comes after both.
   */
  #allowNextAttempt(role: Role): void {
    new Policy(this, 'NextAttempt', {
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['states:StartExecution'],
          resources: [this.machine.stateMachineArn],
        }),
      ],
    });
  }
}

const callee = <Env extends Record<string, string>>(of: StageFunction<Env>): Callee => ({
  arn: of.lambda.functionArn,
  timeoutSeconds: of.timeout.toSeconds(),
});
