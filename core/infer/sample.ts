import { snakeCase } from '../landing/header-name.ts';

/** Rows of a file as texts; null where there is nothing. */
export type Sample = {
  readonly names: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
};

/** One column of all samples together. */
export type SampledColumn = {
  /** The field's name: what Glue, Athena and DuckDB take without quotes. */
  readonly name: string;
  /** The name in the files. */
  readonly header: string;
  readonly rows: number;
  /** Trimmed and not empty, in the order of the rows. */
  readonly texts: readonly string[];
  readonly distinct: number;
};

const NAME_MAX = 63;
const RESERVED = /^_|^v_/;

/** A name that a column may have; digits first and foreign letters are spelt out of the way. */
export const columnName = (header: string, taken: ReadonlySet<string>): string => {
  const plain = snakeCase(header)
    .normalize('NFD')
    .replace(/[^a-z0-9_]/g, '')
    .slice(0, NAME_MAX - 4);
  const base = /^[a-z]/.test(plain) && !RESERVED.test(plain) ? plain : `c_${plain}`;
  let name = base.replace(/_+$/, '');
  for (let count = 2; taken.has(name); count += 1) name = `${base}_${count}`;
  return name;
};

/** The columns of several samples: those of the first, then what later ones add. */
export const sampledColumns = (samples: readonly Sample[]): readonly SampledColumn[] => {
  const texts = new Map<string, string[]>();
  for (const { names, rows } of samples) {
    for (const [at, name] of names.entries()) {
      const known = texts.get(name) ?? [];
      texts.set(name, known);
      for (const row of rows) {
        const text = row[at]?.replace(/^ +| +$/g, '') ?? '';
        if (text !== '') known.push(text);
      }
    }
  }
  const rows = samples.reduce((sum, sample) => sum + sample.rows.length, 0);
  const taken = new Set<string>();
  return [...texts].map(([header, values]) => {
    const name = columnName(header, taken);
    taken.add(name);
    return { name, header, rows, texts: values, distinct: new Set(values).size };
  });
};
