/** Quotes an identifier so that any column name is safe in SQL. */
export const ident = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Quotes a text so that it is one SQL literal, whatever is in it. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A list of SQL expressions, as they stand in a SELECT or a call. */
export const list = (parts: readonly string[]): string => parts.join(', ');
