import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { DefaultDashboardFactory, MonitoringFacade } from 'cdk-monitoring-constructs';
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

const period = Duration.minutes(5);

/** A notice that waits this long has failed several times, or intake is throttled. */
const noticeAgeMax = Duration.minutes(30);

/** Stages that count FilesQuarantined, each under its own name; see functions/telemetry.ts. */
const quarantining = ['intake', 'plan', 'validate', 'quarantine'];

/** Alarms that mean work for somebody, and one page that shows why. */
export class Observability extends Construct {
  readonly #alarmTopic: ITopic | undefined;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    this.#alarmTopic = props.alarmTopic;
    this.#alarms(props);
    this.#dashboard(props);
  }

  #alarms({ intake, pipeline }: ObservabilityProps): void {
    this.#alarm('DeadLetters', {
      metric: intake.deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: Stats.MAXIMUM,
        period,
      }),
      means: 'A notice failed every delivery. Its file is safe in landing; see docs/operations.md.',
    });
    this.#alarm('NoticesWait', {
      metric: intake.notices.metricApproximateAgeOfOldestMessage({
        statistic: Stats.MAXIMUM,
        period,
      }),
      above: noticeAgeMax.toSeconds(),
      means: 'Notices of landed files are not taken in; see the log of the intake function.',
    });
    this.#alarm('RunsFail', {
      metric: pipeline.machine.metricFailed({ statistic: Stats.SUM, period }),
      means: 'An attempt of a run failed: npx headgate runs.',
    });
    // One each: local AWS has no alarms over metric math, and AWS bills those by metric too.
    for (const service of quarantining) {
      this.#alarm(`FilesQuarantined-${service}`, {
        metric: counted('FilesQuarantined', service),
        means: `Files were refused by ${service}: npx headgate rejects.`,
      });
    }
  }

  #alarm(id: string, of: { metric: Metric; means: string; above?: number }): void {
    const alarm = new Alarm(this, id, {
      metric: of.metric,
      alarmDescription: of.means,
      threshold: of.above ?? 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (this.#alarmTopic !== undefined) alarm.addAlarmAction(new SnsAction(this.#alarmTopic));
  }

  #dashboard({ intake, pipeline, stages, ledger }: ObservabilityProps): void {
    const monitoring = new MonitoringFacade(this, 'Monitoring', {
      dashboardFactory: new DefaultDashboardFactory(this, 'Dashboards', {
        dashboardNamePrefix: Stack.of(this).stackName,
      }),
    });
    const group = (title: string, metrics: Metric[]) => ({ title, metrics });
    monitoring
      .addLargeHeader('Files and rows')
      .monitorCustom({
        humanReadableName: 'Files and rows',
        alarmFriendlyName: 'Rows',
        metricGroups: [
          group('Files', [
            counted('FilesClaimed', 'intake'),
            ...quarantining.map((service) => counted('FilesQuarantined', service)),
          ]),
          group('Rows', [
            counted('RowsRead', 'validate'),
            counted('RowsRejected', 'validate'),
            counted('RowsDeduplicated', 'transform'),
            counted('RowsPublished', 'publish'),
          ]),
        ],
      })
      .addLargeHeader('The way')
      .monitorSqsQueueWithDlq({
        queue: intake.notices,
        deadLetterQueue: intake.deadLetters,
        humanReadableName: 'Notices',
      })
      .monitorStepFunction({ stateMachine: pipeline.machine, humanReadableName: 'Runs' })
      .addLargeHeader('Stages');
    for (const { stage, lambda } of [intake.function, ...stages.all]) {
      monitoring.monitorLambdaFunction({ lambdaFunction: lambda, humanReadableName: stage });
    }
    monitoring.monitorDynamoTable({ table: ledger.table, humanReadableName: 'Ledger' });
  }
}

/** A metric that a stage prints with its log lines, summed over all datasets. */
const counted = (metricName: string, service: string): Metric =>
  new Metric({
    namespace: 'Headgate',
    metricName,
    dimensionsMap: { service },
    statistic: Stats.SUM,
    period,
  });
