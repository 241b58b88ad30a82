/** Letters that Unicode took up after the tables of DuckDB 1.5 were made. */
export const youngLetters =
  /[\u019b\u0264\u1c89\u1c8a\ua7cb-\ua7dd\u{10d50}-\u{10d85}\u{16ea0}-\u{16ed3}]/gu;
