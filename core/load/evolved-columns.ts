import type { Column } from '../dataset.ts';
import { PermanentError } from '../errors.ts';
import { evolvedDoc } from '../evolution/evolved.ts';
import { typeText } from '../iceberg-type.ts';
import { quoted } from '../landing/header-name.ts';
import { limits } from '../limits.ts';
import { currentSchema, type TableField, type TableMetadata } from './table.ts';
import { withoutIds } from './table-type.ts';

/** Whether files brought a column of the table, as its comment says. */
const isEvolved = (field: TableField): boolean => field.doc === evolvedDoc;

const typeIn = ({ type }: TableField): string =>
  typeof type === 'string' ? type : typeText(withoutIds(type));

const refuse = (metadata: TableMetadata, sentence: string, next: string): never => {
  throw new PermanentError(
    `${sentence} (table at ${metadata.location}). Nothing was changed. ${next}`,
  );
};

/**
 * Refuses what columns that files bring cannot become: one of another type that the table has
 * from elsewhere, or one too many. A column is either texts of files or what a contract says.
 */
export const checkEvolvedColumns = (metadata: TableMetadata, columns: readonly Column[]): void => {
  const { fields } = currentSchema(metadata);
  for (const column of columns) {
    const field = fields.find(({ name }) => name === column.name);
    if (field === undefined) continue;
    const [is, wanted] = [typeIn(field), typeText(column.type)];
    if (is === wanted) continue;
    const name = quoted([column.name]);
    if (column.evolved === true) {
      refuse(
        metadata,
        `the new column ${name} would be a text, and the table has it as ${is}`,
        'Declare it again, or say evolution.newColumns: quarantine_value.',
      );
    }
    if (isEvolved(field)) {
      refuse(
        metadata,
        `column ${name} is declared as ${wanted}, and the table has texts there, as files brought them`,
        'Declare it as an optional text, or under another name with this one as an alias.',
      );
    }
  }
  const added = columns.filter(
    ({ name, evolved }) => evolved === true && fields.every((field) => field.name !== name),
  );
  const evolved = fields.filter(isEvolved).length + added.length;
  if (added.length > 0 && evolved > limits.evolvedColumnsMax) {
    refuse(
      metadata,
      `files would give the table ${evolved} columns that are not declared; ` +
        `${limits.evolvedColumnsMax} are allowed`,
      'Declare those that are needed, or say evolution.newColumns: quarantine_value.',
    );
  }
};
