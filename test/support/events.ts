import type { SQSRecord } from 'aws-lambda';

/** An SQS record as Lambda gets it, around any body. */
export const sqsRecord = (messageId: string, body: string): SQSRecord => ({
  messageId,
  receiptHandle: 'r',
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-1:1:q',
  awsRegion: 'us-east-1',
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 's',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  body,
});

export type Drop = {
  readonly key: string;
  readonly bucket?: string;
  /** Null leaves it out, as emulators do. */
  readonly versionId?: string | null;
  readonly size?: number;
  readonly sequencer?: string;
  readonly time?: string;
  readonly detailType?: string;
};

/** The bucket that tests call landing. */
export const landingBucket = 'landing';

/** The body of an EventBridge event of S3, as it lies in the queue. */
export const objectCreated = ({
  key,
  bucket = landingBucket,
  versionId = 'v1',
  size = 10,
  sequencer = '0055AED6DCD90281E5',
  time = '2026-11-21T05:00:00Z',
  detailType = 'Object Created',
}: Drop): string =>
  JSON.stringify({
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': detailType,
    source: 'aws.s3',
    account: '111122223333',
    time,
    region: 'us-east-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: {
        key,
        size,
        etag: 'b1946ac92492d2347c6235b4d2611184',
        ...(versionId === null ? {} : { 'version-id': versionId }),
        sequencer,
      },
      'request-id': 'N4N7GDK58NMKJ12R',
      reason: 'PutObject',
    },
  });
