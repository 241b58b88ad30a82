import * as z from 'zod';

/** What the stack says about itself: all that commands and tests need to find their way. */
export const Outputs = z.object({
  LandingBucket: z.string().min(1),
  CleanBucket: z.string().min(1),
  CuratedBucket: z.string().min(1),
  QuarantineBucket: z.string().min(1),
  LedgerTable: z.string().min(1),
  PipelineArn: z.string().min(1),
  NoticeQueueUrl: z.string().min(1),
  DeadLetterQueueUrl: z.string().min(1),
  CatalogDatabase: z.string().min(1),
  ApiId: z.string().min(1),
  ApiUrl: z.string().min(1),
  UsagePlanId: z.string().min(1),
  /** Absent where no dataset takes rows from the stream. */
  StreamName: z.string().min(1).optional(),
  /** Absent as well: where the changes of keys are. */
  EntityTable: z.string().min(1).optional(),
  WindowsTable: z.string().min(1).optional(),
  WindowsFunction: z.string().min(1).optional(),
  AlertTopicArn: z.string().min(1).optional(),
  /** JSON: where the secrets of each source of webhooks lie; absent where there is none. */
  WebhookArns: z.string().min(1).optional(),
});
export type Outputs = z.infer<typeof Outputs>;
