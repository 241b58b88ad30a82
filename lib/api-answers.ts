import { Validations } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  ResponseType,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { type Problem, unauthorized } from '../core/api/problem.ts';

/** Who called what when, and how it ended; no header, no query, no body. */
export const accessLog = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    at: AccessLogField.contextRequestTimeEpoch(),
    method: AccessLogField.contextHttpMethod(),
    resource: AccessLogField.contextResourcePath(),
    sender: AccessLogField.contextAuthorizerPrincipalId(),
    status: AccessLogField.contextStatus(),
    answerBytes: AccessLogField.contextResponseLength(),
    ms: AccessLogField.contextResponseLatency(),
    error: AccessLogField.contextErrorResponseType(),
  }),
);

const forbidden: Problem = {
  name: 'forbidden',
  detail: 'the caller is not known, or may not do this here',
};

/** What API Gateway refuses by itself, by the construct's id, which must not change. */
export const refusals: readonly (readonly [string, ResponseType, Problem])[] = [
  ['Unauthorized', ResponseType.UNAUTHORIZED, unauthorized],
  [
    'Unsigned',
    ResponseType.MISSING_AUTHENTICATION_TOKEN,
    { name: 'unauthorized', detail: 'there is no such route, or the request is not signed' },
  ],
  ['Denied', ResponseType.ACCESS_DENIED, forbidden],
  // What is left: signatures that are not right, or too old, of nobody known; and web ACLs.
  ['Refused', ResponseType.DEFAULT_4XX, forbidden],
  ['BadKey', ResponseType.INVALID_API_KEY, forbidden],
  [
    'TooLarge',
    ResponseType.REQUEST_TOO_LARGE,
    { name: 'too-large', detail: 'send it in several calls, or as a file' },
  ],
  [
    'Throttled',
    ResponseType.THROTTLED,
    { name: 'too-many-requests', detail: 'the key sends too often; wait a second, send it again' },
  ],
  [
    'Exhausted',
    ResponseType.QUOTA_EXCEEDED,
    { name: 'too-many-requests', detail: 'the key has used up its quota' },
  ],
  [
    'Failed',
    ResponseType.DEFAULT_5XX,
    { name: 'unavailable', detail: 'nothing is lost; send it again' },
  ],
];

/** Why what cdk-nag asks for is not here. */
export const acknowledge = (rest: RestApi): void => {
  Validations.of(rest).acknowledge(
    {
      id: 'AwsSolutions-APIG2',
      reason: 'Records are judged one by one by the contract; a model would refuse whole bodies.',
    },
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason: 'API Gateway asks for this policy, once per region, to write any logs at all.',
    },
    {
      id: 'AwsSolutions-COG4',
      reason: 'Senders are programs with keys of their own, and no users who sign in.',
    },
    {
      id: 'AwsSolutions-APIG3',
      reason: 'A web ACL is paid for by the month; every route has an authorizer and limits.',
    },
  );
};
