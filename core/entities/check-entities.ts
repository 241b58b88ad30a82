import type { Dataset } from '../dataset.ts';
import { isRequired } from '../fields/field.ts';
import type { Envelope } from '../stream/envelope.ts';
import { durationMs } from '../windows/duration.ts';
import { orderKinds } from './order.ts';

type Problem = string | undefined;

/** Envelopes that say what was done to a row, and in which order. */
const ofChanges: readonly Envelope[] = ['debezium', 'dynamodb'];

/** Why the state of keys cannot be kept of this dataset; undefined where it can. */
const entitiesProblem = (dataset: Dataset): Problem => {
  const { stream, key, fields, transforms } = dataset;
  const entities = stream?.entities;
  if (stream === undefined || entities === undefined) return undefined;
  if (key.length === 0) return 'stream.entities keeps a state of each key, and there is no key';
  const masked = Object.keys(fields).find((name) => fields[name]?.mask !== undefined);
  if (masked !== undefined)
    return `stream.entities would keep '${masked}' as it is, which is published masked`;
  if (transforms.some(({ kind }) => kind === 'mask'))
    return 'stream.entities would keep as it is what a step masks';
  return ofChanges.includes(stream.envelope)
    ? ordersItself(stream.envelope, entities)
    : orderProblem(dataset, stream.envelope, entities);
};

const ordersItself = (envelope: Envelope, entities: true | { readonly order: string }): Problem =>
  entities === true
    ? undefined
    : `stream.entities orders by '${entities.order}'; ${envelope} says the order itself: write true`;

const orderProblem = (
  { fields }: Dataset,
  envelope: Envelope,
  entities: true | { readonly order: string },
): Problem => {
  if (entities === true)
    return `stream.entities: ${envelope} says no order; name the field: { order: 'version' }`;
  const { order } = entities;
  const field = Object.hasOwn(fields, order) ? fields[order] : undefined;
  if (field === undefined)
    return `stream.entities orders by '${order}', which is no field; fields are ${Object.keys(fields).join(', ')}`;
  if (!orderKinds.includes(field.kind))
    return `stream.entities orders by '${order}', a ${field.kind}; allowed are ${orderKinds.join(', ')}`;
  return isRequired(field)
    ? undefined
    : `stream.entities orders by '${order}', which can be missing`;
};

/** Why repeats cannot be told in this dataset; undefined where they can. */
const repeatsProblem = ({ stream, key }: Dataset): Problem => {
  if (stream?.repeats === undefined) return undefined;
  if (key.length === 0) return 'stream.repeats goes by the key, and there is none';
  if (stream.entities !== undefined || ofChanges.includes(stream.envelope))
    return 'stream.repeats would set changes of one key aside; a change has an order instead';
  return durationMs(stream.repeats.within) > 0
    ? undefined
    : `stream.repeats.within is '${stream.repeats.within}'; allowed is more than 0`;
};

/** Why a dataset cannot take changes and repeats as it says; none where it can. */
export const streamProblems = (dataset: Dataset): readonly string[] =>
  [entitiesProblem(dataset), repeatsProblem(dataset)].filter((problem) => problem !== undefined);
