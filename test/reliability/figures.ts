import * as z from 'zod';
import { proofs } from './proofs.ts';

/** What one proof came to, and of which code. */
export const Figure = z.strictObject({
  name: z.string(),
  /** The last line of the command's output. */
  figure: z.string(),
  /** The commit that was checked out, without any change. */
  commit: z.string().regex(/^[0-9a-f]{12}$/),
  date: z.iso.date(),
  minutes: z.number().nonnegative(),
});
export type Figure = z.infer<typeof Figure>;

export const Figures = z.array(Figure);

const begins = '<!-- figures: npm run reliability -->';
const ends = '<!-- /figures -->';

/** The table as the page has it, in the order of the proofs. */
const tableOf = (figures: readonly Figure[]): string => {
  const rows = proofs.map(({ name, what, command }) => {
    const found = figures.find((figure) => figure.name === name);
    if (found === undefined) return `| ${what} | not shown yet | \`${command}\` | | |`;
    const { figure, commit, date, minutes } = found;
    return `| ${what} | ${figure} | \`${command}\` | ${commit}, ${date} | ${minutes.toFixed(1)} |`;
  });
  return ['| what | figures | command | commit | minutes |', '|---|---|---|---|--:|', ...rows].join(
    '\n',
  );
};

/** The page with these figures in place of those it had. */
export const withFigures = (page: string, figures: readonly Figure[]): string => {
  const [from, to] = [page.indexOf(begins), page.indexOf(ends)];
  if (from < 0 || to < from) throw new Error(`the page has no place for figures: ${begins}`);
  return `${page.slice(0, from + begins.length)}\n${tableOf(figures)}\n${page.slice(to)}`;
};
