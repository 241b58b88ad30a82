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
import { findingKinds } from '../core/reconcile/findings.ts';
import type { Api } from './api.ts';
import type { ApiOperators } from './api-operators.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Intake } from './intake.ts';
import type { Ledger } from './ledger.ts';
import type { Pipeline } from './pipeline.ts';
import type { Reconcile } from './reconcile.ts';
import type { Stages } from './stages.ts';
import type { Stream } from './stream.ts';
import type { Windows } from './windows.ts';

export interface ObservabilityProps {
  readonly intake: Intake;
  readonly deadLetters: DeadLetters;
  readonly reconcile: Reconcile;
  readonly pipeline: Pipeline;
  readonly stages: Stages;
  readonly ledger: Ledger;
  readonly api: Api;
  readonly operators: ApiOperators;
  readonly stream?: Stream | undefined;
  readonly windows?: Windows | undefined;
  /** Told of every alarm. @default - alarms only show in CloudWatch */
  readonly alarmTopic?: ITopic;
}

const period = Duration.minutes(5);

/** A notice that waits this long has failed several times, or intake is throttled. */
const noticeAgeMax = Duration.minutes(30);

/** Well before Kinesis forgets a record, and long after a passing trouble. */
const streamAgeMax = Duration.minutes(10);

/** Stages that count FilesQuarantined, each under its own name; see functions/telemetry.ts. */
const quarantining = ['intake', 'plan', 'validate', 'quarantine'];

/** Findings that somebody should know of, also where reconcile has dealt with them. */
const alarming = ['stalled', 'half-done', 'missing', 'unexplained'] as const;

/** Alarms that mean work for somebody, and one page that shows why. */
export class Observability extends Construct {
  readonly #alarmTopic: ITopic | undefined;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    this.#alarmTopic = props.alarmTopic;
    this.#alarms(props);
    this.#dashboard(props);
  }

  #alarms({ intake, reconcile, pipeline, stream, windows }: ObservabilityProps): void {
    if (windows !== undefined)
      this.#alarm('WindowsFail', {
        metric: windows.function.lambda.metricErrors({ statistic: Stats.SUM, period }),
        means: 'Windows that are due cannot be closed; see the log of the windows function.',
      });
    if (stream !== undefined) {
      this.#alarm('SubscribersWait', {
        metric: stream.entities.function.lambda.metric('IteratorAge', {
          statistic: Stats.MAXIMUM,
          period,
        }),
        above: streamAgeMax.toMilliseconds(),
        means: 'A subscriber does not take changes; see the log of the subscribe function.',
      });
      this.#alarm('StreamForgets', {
        metric: counted('RecordsForgotten', 'stream'),
        means:
          'Records were too old to be read before they landed; see the log of the stream function.',
      });
      this.#alarm('StreamWaits', {
        metric: stream.stream.metricGetRecordsIteratorAgeMilliseconds({
          statistic: Stats.MAXIMUM,
          period,
        }),
        above: streamAgeMax.toMilliseconds(),
        means: 'A shard of the stream is not landed; see the log of the stream function.',
      });
    }
    this.#alarm('DeadLetters', {
      metric: counted('DeadLetters', 'dead-letters'),
      means: 'Intake gave up on a notice; its file is safe in landing: npx headgate redrive.',
    });
    // All through a period: one that is just being written down is there for a moment.
    this.#alarm('DeadLettersWait', {
      metric: intake.deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: Stats.MINIMUM,
        period,
      }),
      means: 'Dead letters stay in their queue; see the log of the dead-letters function.',
    });
    this.#alarm('ReconcileFails', {
      metric: reconcile.function.lambda.metricErrors({ statistic: Stats.SUM, period }),
      means: 'Reconcile could not deal with something; see its log.',
    });
    for (const kind of alarming) {
      const { metric, means } = findingKinds[kind];
      this.#alarm(`Reconcile-${kind}`, {
        metric: counted(metric, 'reconcile'),
        means: `Reconcile found that ${means}: npx headgate reconcile.`,
      });
    }
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

  #dashboard(props: ObservabilityProps): void {
    const { intake, pipeline, ledger, windows } = props;
    const monitoring = new MonitoringFacade(this, 'Monitoring', {
      dashboardFactory: new DefaultDashboardFactory(this, 'Dashboards', {
        dashboardNamePrefix: Stack.of(this).stackName,
      }),
    });
    monitoring
      .addLargeHeader('Files and rows')
      .monitorCustom({
        humanReadableName: 'Files and rows',
        alarmFriendlyName: 'Rows',
        metricGroups: metricGroupsOf(props),
      })
      .addLargeHeader('The way')
      .monitorSqsQueueWithDlq({
        queue: intake.notices,
        deadLetterQueue: intake.deadLetters,
        humanReadableName: 'Notices',
      })
      .monitorStepFunction({ stateMachine: pipeline.machine, humanReadableName: 'Runs' })
      .addLargeHeader('Stages');
    for (const { title, lambda } of functionsOf(props)) {
      monitoring.monitorLambdaFunction({ lambdaFunction: lambda, humanReadableName: title });
    }
    monitoring.monitorDynamoTable({ table: ledger.table, humanReadableName: 'Ledger' });
    if (windows !== undefined)
      monitoring.monitorDynamoTable({ table: windows.table, humanReadableName: 'Windows' });
  }
}

/** What became of the records of a stream, where there is one. */
const streamMetrics = (stream: Stream | undefined): Metric[] =>
  stream === undefined
    ? []
    : ['RecordsLanded', 'RecordsRepeated', 'ChangesKept'].map((name) => counted(name, 'stream'));

/** A metric that a stage prints with its log lines, summed over all datasets. */
const counted = (metricName: string, service: string): Metric =>
  new Metric({
    namespace: 'Headgate',
    metricName,
    dimensionsMap: { service },
    statistic: Stats.SUM,
    period,
  });

const group = (title: string, metrics: Metric[]) => ({ title, metrics });

/** What is counted, as the dashboard shows it. */
const metricGroupsOf = ({ api, stream, windows }: ObservabilityProps) => [
  group('Files', [
    counted('FilesClaimed', 'intake'),
    ...quarantining.map((service) => counted('FilesQuarantined', service)),
  ]),
  group('Reconcile', [
    ...Object.values(findingKinds).map(({ metric }) => counted(metric, 'reconcile')),
  ]),
  group('Records', [
    counted('RecordsAccepted', 'push'),
    counted('RecordsRejected', 'push'),
    ...streamMetrics(stream),
    ...(api.webhooks === undefined
      ? []
      : ['RecordsAccepted', 'RecordsRejected', 'WebhooksRefused'].map((metric) =>
          counted(metric, 'webhook'),
        )),
  ]),
  ...(windows === undefined
    ? []
    : [
        group('Events of windows', [
          counted('EventsLate', 'stream'),
          counted('EventsTooLate', 'stream'),
          counted('EventsFuture', 'stream'),
        ]),
        group('Windows', [
          counted('WindowsOpen', 'windows'),
          ...['stream', 'windows'].map((service) => counted('WindowResults', service)),
          counted('WindowAlerts', 'stream'),
          ...['stream', 'windows'].map((service) => counted('WindowAnomalies', service)),
        ]),
      ]),
  group('Operators', [
    counted('RunsReleased', 'operate'),
    counted('RunsDiscarded', 'operate'),
    counted('ReplaysStarted', 'operate'),
  ]),
  group('Uploads', [counted('UploadsBegun', 'upload'), counted('UploadsLanded', 'upload')]),
  group('Rows', [
    counted('RowsRead', 'validate'),
    counted('RowsRejected', 'validate'),
    counted('RowsDeduplicated', 'transform'),
    counted('RowsPublished', 'publish'),
  ]),
];

/** Every function, the doors and what looks after the others first. */
const functionsOf = (props: ObservabilityProps) => {
  const { intake, deadLetters, reconcile, stages, api, operators, stream, windows } = props;
  return [
    intake.function,
    deadLetters.function,
    reconcile.function,
    ...(api.authorize === undefined ? [] : [api.authorize]),
    api.push,
    api.uploads.function,
    ...(api.webhooks === undefined ? [] : [api.webhooks.authorize, api.webhooks.function]),
    operators.operate,
    ...(operators.authorize === undefined ? [] : [operators.authorize]),
    ...(stream === undefined ? [] : [stream.function, stream.entities.function]),
    ...(windows === undefined ? [] : [windows.function]),
    ...stages.all,
  ];
};
