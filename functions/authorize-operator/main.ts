import { systemClock } from '../../adapters/clock.ts';
import { issuerKeys } from '../../adapters/issuer-keys.ts';
import { instrumentedRoute } from '../telemetry.ts';
import { AuthorizeOperatorEnv } from './env.ts';
import { authorizeOperator } from './handler.ts';

const { ISSUER: issuer, AUDIENCE: audience } = AuthorizeOperatorEnv.parse(process.env);
const keys = issuerKeys(issuer, { now: systemClock, fetch });

export const handler = instrumentedRoute('authorize-operator', ({ log }) =>
  authorizeOperator({ log, expected: { issuer, audience }, keys, now: systemClock }),
);
