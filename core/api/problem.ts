/** Why a call did not do what it asked for, as RFC 9457 has it; it never holds a value. */
export type Problem = {
  /** Ends the problem's type: urn:headgate:problem:<name>. */
  readonly name: keyof typeof problems;
  /** What was found, where, and what to do; of this call. */
  readonly detail: string;
  /** Where in the body, as JSON Pointer has it. */
  readonly pointer?: string;
};

/** Every problem of the API: its status, and what it is called in general. */
export const problems = {
  'bad-request': { status: 400, title: 'The request cannot be read.' },
  'not-json': { status: 400, title: 'The body is no JSON that holds records.' },
  unauthorized: { status: 401, title: 'The request does not say who sends it.' },
  forbidden: { status: 403, title: 'The sender may not do this here.' },
  'not-found': { status: 404, title: 'There is no such thing.' },
  'not-held': { status: 409, title: 'The run is not held.' },
  'not-releasable': { status: 409, title: 'The held run has nothing that can be published.' },
  'not-replayable': { status: 409, title: 'The run cannot be replayed.' },
  'delivery-repeated': { status: 409, title: 'The webhook was delivered before.' },
  'upload-ended': { status: 410, title: 'The upload has ended.' },
  'too-large': { status: 413, title: 'The body is too large for one call.' },
  'unsupported-type': { status: 415, title: 'The body is of a type that is not taken.' },
  'not-for-records': { status: 422, title: 'The dataset takes no single records.' },
  'too-many-rejects': { status: 422, title: 'The rejected rows are too many to be read here.' },
  'upload-incomplete': { status: 422, title: 'What was uploaded is not what was announced.' },
  'key-reused': { status: 422, title: 'The Idempotency-Key was used for another call.' },
  'too-many-requests': { status: 429, title: 'The sender has used up what it may send.' },
  internal: { status: 500, title: 'Something is wrong on our side.' },
  unavailable: { status: 503, title: 'A service behind the API does not answer now.' },
} as const;

/**
 * Whoever is not let in is told no more than this, by API Gateway and by the functions alike: not
 * whether a dataset, a key or a source of webhooks is there.
 */
export const unauthorized: Problem = {
  name: 'unauthorized',
  detail: 'send a valid key in the header x-api-key, or sign the webhook as its source does',
};

/** The problem as the body of the answer, with the media type application/problem+json. */
export const problemDocument = ({ name, detail, pointer }: Problem) => ({
  type: `urn:headgate:problem:${name}`,
  ...problems[name],
  detail,
  ...(pointer === undefined ? {} : { pointer }),
});
