/** The part of Babel's NodePath that this looks at. */
type Path = {
  readonly node: {
    readonly type: string;
    readonly key?: { readonly name?: string };
    readonly id?: { readonly name?: string } | null;
  };
  readonly parentPath: Path | null;
};

/** The name that a member or a constant is declared by. */
const nameOf = ({ node }: Path): string | undefined =>
  node.type.startsWith('Object')
    ? node.key?.name
    : node.type === 'VariableDeclarator'
      ? node.id?.name
      : undefined;

const stands = (path: Path, inside: RegExp): boolean =>
  inside.test(nameOf(path) ?? '') || (path.parentPath !== null && stands(path.parentPath, inside));

const isText = ({ node }: Path): boolean => /^(StringLiteral|TemplateLiteral)$/.test(node.type);

/**
 * What no test can be asked to kill. `edges` are texts for the tests to try: a mutant of them
 * changes what is tested, not what the code does. `says` are sentences for people: which of them is
 * said is tested, not their words.
 */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'data',
    value: {
      shouldIgnore: (path: Path): string | undefined => {
        if (/edges$|^edges|^near$/i.test(nameOf(path) ?? '')) return 'texts for the tests to try';
        return isText(path) && stands(path, /^says$/) ? 'a sentence for people' : undefined;
      },
    },
  },
];
