import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { HeadgateStack } from '../../lib/headgate-stack.ts';
import { readSettings } from '../../lib/settings.ts';
import { newApp, newStack, referred, synthesize } from './synthesized.ts';

const stack = synthesize(newStack());

test('the outputs are those that commands and tests look for', () => {
  const outputs = z
    .record(z.string(), z.object({ Value: z.unknown(), Export: z.unknown().optional() }))
    .parse(stack.template.toJSON().Outputs);
  const kinds = Object.entries(outputs).map(([name, { Value }]) => [
    name,
    stack.resources.get(referred(Value))?.Type ?? Value,
  ]);
  expect(Object.fromEntries(kinds)).toEqual({
    LandingBucket: 'AWS::S3::Bucket',
    CleanBucket: 'AWS::S3::Bucket',
    CuratedBucket: 'AWS::S3::Bucket',
    QuarantineBucket: 'AWS::S3::Bucket',
    LedgerTable: 'AWS::DynamoDB::Table',
    PipelineArn: 'AWS::StepFunctions::StateMachine',
    NoticeQueueUrl: 'AWS::SQS::Queue',
    DeadLetterQueueUrl: 'AWS::SQS::Queue',
    CatalogDatabase: 'headgate',
    ApiId: 'AWS::ApiGateway::RestApi',
    ApiUrl: 'AWS::ApiGateway::RestApi',
    UsagePlanId: 'AWS::ApiGateway::UsagePlan',
  });
});

test('a stateful resource keeps its id: another one would replace it, data and all', () => {
  const stateful = [
    'AWS::S3::Bucket',
    'AWS::DynamoDB::Table',
    'AWS::KMS::Key',
    'AWS::SQS::Queue',
    'AWS::Glue::Database',
  ];
  expect(
    stateful
      .flatMap(stack.ofType)
      .map(([id]) => id)
      .sort(),
  ).toEqual([
    'CatalogueDatabase14C7B960',
    'DataKey2A0DE9E6',
    'IntakeDeadLettersA15864BB',
    'IntakeNotices7FA725D0',
    'LedgerTable9343E4AA',
    'ZonesAccessLogs21A51AC9',
    'ZonesClean2F4F308B',
    'ZonesCurated03B75006',
    'ZonesLandingD5733553',
    'ZonesQuarantine22E47CD1',
  ]);
});

test('the pipeline writes down every state and no payload', () => {
  stack.template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    TracingConfiguration: { Enabled: true },
  });
});

test('the template names no account and no region', () => {
  expect(stack.json).not.toMatch(/\b\d{12}\b|\b(us|eu|ap)-[a-z]+-\d\b/);
});

describe('alarms', () => {
  const alarms = (props = {}) => synthesize(newStack(props)).ofType('AWS::CloudWatch::Alarm');
  const metricsOf = (props = {}) =>
    alarms(props).map(([, { Properties }]) => {
      const dimensions = z.array(z.object({ Value: z.unknown() })).parse(Properties.Dimensions);
      const of = dimensions.map(({ Value }) => referred(Value).replace(/\w{8}$/, '') || Value);
      return `${Properties.MetricName} of ${of} > ${Properties.Threshold}`;
    });

  test('are these', () => {
    expect(metricsOf().sort()).toEqual([
      'ApproximateAgeOfOldestMessage of IntakeNotices > 1800',
      'ApproximateNumberOfMessagesVisible of IntakeDeadLetters > 0',
      'DeadLetters of dead-letters > 0',
      'Errors of ReconcileFunction > 0',
      'ExecutionsFailed of PipelineMachine > 0',
      'FilesQuarantined of intake > 0',
      'FilesQuarantined of plan > 0',
      'FilesQuarantined of quarantine > 0',
      'FilesQuarantined of validate > 0',
      'FindingsHalfDone of reconcile > 0',
      'FindingsMissing of reconcile > 0',
      'FindingsStalled of reconcile > 0',
      'FindingsUnexplained of reconcile > 0',
    ]);
  });

  test('and these, where there is a stream', () => {
    const without = metricsOf();
    const more = metricsOf({ streamed: true }).filter((metric) => !without.includes(metric));
    expect(more.sort()).toEqual([
      'Errors of WindowsCloseFunction > 0',
      'GetRecords.IteratorAgeMilliseconds of StreamEvents > 600000',
      'IteratorAge of StreamEntitiesSubscribeFunction > 600000',
      'RecordsForgotten of stream > 0',
    ]);
  });

  test('say what happened and are quiet when nothing comes in', () => {
    for (const [, { Properties }] of alarms()) {
      expect(Properties.AlarmDescription).toMatch(/^[A-Z].+\.$/);
      expect(Properties.TreatMissingData).toBe('notBreaching');
      expect(Properties.AlarmActions).toBeUndefined();
    }
  });

  test('tell a topic that was named', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:111122223333:alarms';
    for (const [, { Properties }] of alarms({ alarmTopicArn }))
      expect(Properties.AlarmActions).toEqual([alarmTopicArn]);
  });
});

test('one dashboard shows every stage', () => {
  const [[, dashboard] = [], ...others] = stack.ofType('AWS::CloudWatch::Dashboard');
  expect(others).toEqual([]);
  const body = JSON.stringify(dashboard?.Properties.DashboardBody);
  for (const [id] of [...stack.ofType('AWS::Lambda::Function'), ...stack.ofType('AWS::SQS::Queue')])
    expect(body).toContain(id);
});

describe('settings', () => {
  const settings = (context: Record<string, unknown>) => readSettings(newApp(context));

  test('have defaults', () => {
    expect(settings({})).toEqual({
      stackName: 'Headgate',
      largeWorkerMegabytes: 3_008,
      callsPerSecond: 100,
      senders: 'keys',
      streamShards: 0,
      streamWindowSeconds: 30,
      architecture: 'arm64',
      batchingWindowSeconds: 5,
      encryption: 'customer-key',
      cleanExpiryDays: 14,
      destroyData: false,
      cliCredentials: false,
    });
  });

  test('are those that docs/operations.md lists', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
    const section = page.slice(
      page.indexOf('## Settings of a deploy'),
      page.indexOf('## Retention'),
    );
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    const listed = rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`(\w+)`/g)]);
    let known = '';
    try {
      settings({ 'headgate:nothing': '' });
    } catch (error) {
      known = String(error);
    }
    const names = [...known.slice(known.indexOf('Known')).matchAll(/headgate:(\w+)/g)];
    expect(listed.map(([, name]) => name).sort()).toEqual(names.map(([, name]) => name).sort());
    expect(names.length).toBeGreaterThan(5);
  });

  test('come as text from the command line', () => {
    const given = {
      'headgate:architecture': 'x64',
      'headgate:batchingWindowSeconds': '0',
      'headgate:destroyData': 'true',
      'headgate:cliCredentials': 'false',
    };
    expect(settings(given)).toMatchObject({
      architecture: 'x64',
      batchingWindowSeconds: 0,
      destroyData: true,
      cliCredentials: false,
    });
  });

  test.each([
    ['headgate:archtecture', 'x64', /archtecture.*Known settings: .*headgate:architecture/s],
    ['headgate:architecture', 'sparc', /headgate:architecture/],
    ['headgate:batchingWindowSeconds', '301', /headgate:batchingWindowSeconds/],
    ['headgate:batchingWindowSeconds', '1.5', /headgate:batchingWindowSeconds/],
    ['headgate:cleanExpiryDays', '1', /headgate:cleanExpiryDays/],
    ['headgate:largeWorkerMegabytes', '1024', /headgate:largeWorkerMegabytes/],
    ['headgate:destroyData', 'yes', /headgate:destroyData/],
    ['headgate:stackName', '1 stack', /headgate:stackName/],
    ['headgate:alarmTopicArn', 'alarms', /headgate:alarmTopicArn/],
    ['headgate:senders', 'anyone', /headgate:senders/],
    ['headgate:callsPerDay', '0', /headgate:callsPerDay/],
    ['headgate:operatorIssuer', 'http://issuer.example', /headgate:operatorIssuer/],
    ['headgate:operatorIssuer', 'https://issuer.example', /headgate:operatorAudience: goes with/],
    ['headgate:operatorAudience', 'headgate', /headgate:operatorAudience: goes with/],
    ['headgate:webAcl', 'true', /headgate:webAcl/],
  ])('refuse %s=%s', (name, value, message) => {
    expect(() => settings({ [name]: value })).toThrow(message);
  });
});

test('the database is named as the stack is, in letters that SQL takes', () => {
  const named = new HeadgateStack(newApp(), 'Sales-Ingest2');
  synthesize(named).template.hasOutput('CatalogDatabase', { Value: 'sales_ingest2' });
});
