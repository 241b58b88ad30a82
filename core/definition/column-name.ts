/** What Glue, Athena and Spark take without quotes; DuckDB does not tell Id from id. */
const COLUMN = /^[a-z][a-z0-9_]{0,62}$/;

/** What a column may be called, for messages. */
export const columnNameRule = 'a-z, 0-9 and _, at most 63, starting a-z';

/** Whether every engine that reads the table takes the name. */
export const isColumnName = (name: string): boolean => COLUMN.test(name);
