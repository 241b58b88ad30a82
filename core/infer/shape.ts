const TOKEN = /\d+|[A-Z]+|[a-z]+|[^\dA-Za-z]/gu;
const TOKENS_MAX = 8;
const TEXTS_MIN = 5;

type Run = { readonly kind: string; readonly texts: Set<string>; min: number; max: number };

const kindOfToken = (token: string): string => {
  if (/^\d/.test(token)) return '\\d';
  if (/^[A-Z]/.test(token)) return '[A-Z]';
  if (/^[a-z]/.test(token)) return '[a-z]';
  return token;
};

const escaped = (text: string): string => text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');

const counted = ({ kind, min, max }: Run): string => {
  if (min === max) return min === 1 ? kind : `${kind}{${min}}`;
  return `${kind}{${min},${max}}`;
};

/**
 * The regular expression that all texts share as a whole, when they share one that says something:
 * 'ORD-\d{10}'. Letters that are the same everywhere stand for themselves.
 */
export const sharedShape = (texts: readonly string[]): string | undefined => {
  if (texts.length < TEXTS_MIN || new Set(texts).size < 2) return undefined;
  let runs: Run[] | undefined;
  for (const text of texts) {
    const tokens = text.match(TOKEN) ?? [];
    const kinds = tokens.map(kindOfToken);
    if (tokens.length > TOKENS_MAX || /[^ -~]/.test(text)) return undefined;
    runs ??= kinds.map((kind) => ({ kind, texts: new Set(), min: Number.MAX_VALUE, max: 0 }));
    if (runs.length !== kinds.length || runs.some((run, at) => run.kind !== kinds[at])) {
      return undefined;
    }
    for (const [at, run] of runs.entries()) {
      const token = tokens[at] ?? '';
      run.texts.add(token);
      run.min = Math.min(run.min, token.length);
      run.max = Math.max(run.max, token.length);
    }
  }
  if (runs === undefined || !runs.some(({ kind }) => kind === '\\d')) return undefined;
  return runs
    .map((run) => {
      const isClass = /^(\\d|\[)/.test(run.kind) && run.kind.length > 1;
      if (!isClass) return escaped(run.kind);
      const [only = ''] = run.texts;
      return run.texts.size === 1 && run.kind !== '\\d' ? escaped(only) : counted(run);
    })
    .join('');
};
