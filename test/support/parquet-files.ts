import { list, literal } from '../../core/sql.ts';

/** Several Parquet files as one relation of a query. */
export const parquetFiles = (paths: readonly string[]): string =>
  `read_parquet([${list(paths.map(literal))}])`;
