import type { Dataset } from '../dataset.ts';
import { defaultFiles } from '../landing/file-options.ts';

/**
 * The dataset as it judges records that were sent one by one. Each of them is its own message: what
 * would refuse a whole file rejects the record, whose sender has been told, and a key that a record
 * does not have is a null, whatever the records beside it have.
 */
export const asRecords = (dataset: Dataset): Dataset => {
  const { newColumns, changedTypes } = dataset.evolution;
  return {
    ...dataset,
    files: { ...defaultFiles, formats: ['jsonl'], encoding: 'utf-8', allowEmpty: true },
    evolution: {
      newColumns: newColumns === 'freeze' ? 'quarantine_row' : newColumns,
      missingColumns: 'evolve',
      changedTypes: changedTypes === 'freeze' ? 'quarantine_row' : changedTypes,
    },
  };
};

/**
 * Whether records can be sent to it: where each file is the whole table, a record would be all, and
 * what windows come to is nothing that anybody sends.
 */
export const takesRecords = ({
  write,
  derivedFrom,
}: Pick<Dataset, 'write' | 'derivedFrom'>): boolean =>
  write.kind !== 'replace' && derivedFrom === undefined;

/** Whether files can be sent to it: what windows come to is nothing that anybody sends. */
export const takesFiles = ({ derivedFrom }: Pick<Dataset, 'derivedFrom'>): boolean =>
  derivedFrom === undefined;

/** Why a dataset takes no records, and what to do instead. */
export const whyNoRecords = ({
  name,
  derivedFrom,
}: Pick<Dataset, 'name' | 'derivedFrom'>): string =>
  derivedFrom === undefined
    ? `each file of ${name} is the whole table; send a file instead`
    : `the rows of ${name} are what the windows over ${derivedFrom} come to; put records of ` +
      `${derivedFrom} into the stream`;
