import { Duration, Stack } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import {
  type AlarmFactoryDefaults,
  DefaultDashboardFactory,
  MonitoringFacade,
  notifySns,
} from 'cdk-monitoring-constructs';
import { Construct } from 'constructs';
import type { Intake } from './intake.ts';
import type { Ledger } from './ledger.ts';
import type { Pipeline } from './pipeline.ts';
import type { Stages } from './stages.ts';

export interface ObservabilityProps {
  readonly intake: Intake;
  readonly pipeline: Pipeline;
  readonly stages: Stages;
  readonly ledger: Ledger;
  /** Told of every alarm. @default - alarms only show in CloudWatch */
  readonly alarmTopic?: ITopic;
}

/** A notice that waits this long has failed several times, or intake is throttled. */
const noticeAgeMax = Duration.minutes(30);
const period = Duration.minutes(5);

/** Functions that count FilesQuarantined, each under its own name. */
const quarantining = ['intake', 'plan', 'validate', 'quarantine'];

/** Four alarms that mean work for somebody, and one page that shows why. */
export class Observability extends Construct {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const name = Stack.of(this).stackName;
    const monitoring = new MonitoringFacade(this, 'Monitoring', {
      alarmFactoryDefaults: alarmDefaults(name, props.alarmTopic),
      dashboardFactory: new DefaultDashboardFactory(this, 'Dashboards', {
        dashboardNamePrefix: name,
      }),
    });
    this.#watchIntake(monitoring, props.intake);
    this.#watchRuns(monitoring, props.pipeline);
    this.#watchRows(monitoring);
    this.#watchStages(monitoring, props);
  }

  #watchIntake(monitoring: MonitoringFacade, { notices, deadLetters }: Intake): void {
    monitoring.addLargeHeader('Files come in').monitorSqsQueueWithDlq({
      queue: notices,
      deadLetterQueue: deadLetters,
      humanReadableName: 'Notices of landed files',
      alarmFriendlyName: 'Notices',
      addQueueMaxMessageAgeAlarm: {
        Waiting: {
          maxAgeInSeconds: noticeAgeMax.toSeconds(),
          alarmDescriptionOverride: 'Notices of landed files wait: see the intake function.',
        },
      },
      addDeadLetterQueueMaxSizeAlarm: {
        Any: {
          maxMessageCount: 0,
          alarmDescriptionOverride: 'A notice failed every delivery. Its file is safe in landing.',
        },
      },
    });
  }

  #watchRuns(monitoring: MonitoringFacade, { machine }: Pipeline): void {
    monitoring.addLargeHeader('Runs').monitorStepFunction({
      stateMachine: machine,
      humanReadableName: 'Runs',
      alarmFriendlyName: 'Runs',
      addFailedExecutionCountAlarm: {
        Any: {
          maxErrorCount: 0,
          alarmDescriptionOverride: 'An attempt of a run failed: npx headgate runs.',
        },
      },
    });
  }

  #watchRows(monitoring: MonitoringFacade): void {
    const counted = (metricName: string, service: string) =>
      new Metric({
        namespace: 'Headgate',
        metricName,
        dimensionsMap: { service },
        statistic: Stats.SUM,
        period,
        label: metricName,
      });
    const quarantined = new MathExpression({
      label: 'FilesQuarantined',
      expression: quarantining.map((service) => `FILL(${service}, 0)`).join(' + '),
      usingMetrics: Object.fromEntries(
        quarantining.map((service) => [service, counted('FilesQuarantined', service)]),
      ),
      period,
    });
    monitoring.addLargeHeader('Files and rows').monitorCustom({
      humanReadableName: 'Files and rows',
      alarmFriendlyName: 'Files',
      metricGroups: [
        {
          title: 'Files',
          metrics: [
            counted('FilesClaimed', 'intake'),
            {
              metric: quarantined,
              alarmFriendlyName: 'Quarantined',
              addAlarm: {
                Any: {
                  threshold: 0,
                  comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
                  datapointsToAlarm: 1,
                  evaluationPeriods: 1,
                  alarmDescriptionOverride: 'A file was refused: npx headgate rejects.',
                },
              },
            },
          ],
        },
        {
          title: 'Rows',
          metrics: [
            counted('RowsRead', 'validate'),
            counted('RowsRejected', 'validate'),
            counted('RowsDeduplicated', 'transform'),
            counted('RowsPublished', 'publish'),
          ],
        },
      ],
    });
  }

  #watchStages(monitoring: MonitoringFacade, { intake, stages, ledger }: ObservabilityProps): void {
    monitoring.addLargeHeader('Stages');
    const functions = {
      Intake: intake.function,
      Plan: stages.plan,
      Validate: stages.validate,
      Transform: stages.transform,
      Gate: stages.gate,
      Load: stages.load,
      Publish: stages.publish,
      Quarantine: stages.quarantine,
    };
    for (const [name, { lambda }] of Object.entries(functions)) {
      monitoring.monitorLambdaFunction({ lambdaFunction: lambda, humanReadableName: name });
    }
    monitoring.monitorDynamoTable({ table: ledger.table, humanReadableName: 'Ledger' });
  }
}

const alarmDefaults = (alarmNamePrefix: string, topic?: ITopic): AlarmFactoryDefaults => ({
  alarmNamePrefix,
  actionsEnabled: topic !== undefined,
  datapointsToAlarm: 1,
  evaluationPeriods: 1,
  ...(topic === undefined ? {} : { action: notifySns(topic) }),
});
