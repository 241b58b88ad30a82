import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Change } from '../core/entities/change.ts';
import { toChange } from './entity-store.ts';

/** A record of the table’s stream; the event types of Lambda know its values by another name. */
type EntityEvent = { readonly dynamodb?: { readonly NewImage?: object } };

const Image = z.record(z.string(), z.custom<AttributeValue>());

/** The changes that a batch of the table’s stream tells of; what was taken away is none. */
export const changesOf = (records: readonly EntityEvent[]): readonly Change[] =>
  records.flatMap(({ dynamodb }) => {
    const image = dynamodb?.NewImage;
    return image === undefined ? [] : [toChange(Image.parse(image))];
  });
