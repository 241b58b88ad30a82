/** The words, numbers, texts and marks of a .proto text, in their order. */
export type ProtoTokens = {
  /** The next one, '' at the end. */
  peek(): string;
  take(): string;
  /** Takes the next one, which must be this. */
  expect(text: string): void;
  /** Takes the next one, which must be a name; those of types have points in them. */
  name(what: string): string;
  number(what: string): number;
  /** Goes behind the end of a statement, over all that is nested in it. */
  skip(): void;
};

const TOKEN =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\.?[A-Za-z_][\w.]*|-?\d[\w.+-]*|[\s\S])/y;

/** Throws where the text ends or says another thing, with the line that it stands in. */
export const protoTokens = (text: string): ProtoTokens => {
  const all = tokensOf(text);
  let at = 0;
  const peek = (): string => all[at]?.text ?? '';
  const take = (): string => {
    const token = peek();
    at += 1;
    return token;
  };
  const wrong = (wanted: string): Error => {
    const found = at < all.length ? `'${peek()}'` : 'the end';
    return new Error(
      `line ${all[at]?.line ?? text.split('\n').length} has ${found}, not ${wanted}`,
    );
  };
  const matching = (pattern: RegExp, what: string): string => {
    if (!pattern.test(peek())) throw wrong(what);
    return take();
  };
  return {
    ...{ peek, take },
    expect: (wanted) => {
      if (peek() !== wanted) throw wrong(`'${wanted}'`);
      take();
    },
    name: (what) => matching(/^\.?[A-Za-z_][\w.]*$/, what),
    number: (what) => Number(matching(/^-?(0x[0-9a-f]+|\d+)$/i, what)),
    skip: () => {
      for (let open = 0, isEnd = false; !isEnd; ) {
        if (at >= all.length) throw wrong("';' or '}'");
        const token = take();
        open += Number('{[('.includes(token)) - Number('}])'.includes(token));
        isEnd = open <= 0 && (token === ';' || (token === '}' && peek() !== ';'));
      }
    },
  };
};

const tokensOf = (text: string): readonly { readonly text: string; readonly line: number }[] => {
  const found: { text: string; line: number }[] = [];
  let line = 1;
  for (const { 0: all, 1: token } of text.matchAll(new RegExp(TOKEN, 'gy'))) {
    if (token !== undefined) found.push({ text: token, line });
    line += all.split('\n').length - 1;
  }
  return found;
};
