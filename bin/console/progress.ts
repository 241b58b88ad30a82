import type { Output } from './output.ts';

/** How often a running step redraws its line on a terminal. */
const REDRAW_MS = 200;

/** Says what is being done and how long it took; on stderr, so results stay clean. */
export type Progress = {
  /** One step: a live line on a terminal, one finished line elsewhere. */
  step<T>(title: string, work: (tell: (detail: string) => void) => Promise<T>): Promise<T>;
};

type Sink = { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };

const CLEAR_LINE = '\r\u001b[2K';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** `title: detail (1.2 s)`, cut to the terminal's width: a wrapped line cannot be redrawn. */
const liveLine = (title: string, detail: string, ms: number, columns: number): string => {
  const text = `  … ${title}${detail === '' ? '' : `: ${detail}`} (${seconds(ms)})`;
  return text.length < columns ? text : `${text.slice(0, columns - 2)}…`;
};

/** Builds progress over stderr; `now` in milliseconds. */
export const makeProgress = (
  { styles }: Pick<Output, 'styles'>,
  sink: Sink,
  now: () => number,
): Progress => ({
  step: async (title, work) => {
    const start = now();
    const live = sink.isTTY === true;
    let detail = '';
    const draw = () =>
      sink.write(CLEAR_LINE + liveLine(title, detail, now() - start, sink.columns ?? 80));
    const timer = live ? setInterval(draw, REDRAW_MS) : undefined;
    const end = (line: string) => {
      clearInterval(timer);
      sink.write(`${live ? CLEAR_LINE : ''}  ${line}\n`);
    };
    try {
      const result = await work((text) => {
        detail = text;
      });
      const told = detail === '' ? '' : `: ${detail}`;
      const took = styles.faint(`(${seconds(now() - start)})`);
      end(`${styles.good('✔')} ${title}${told} ${took}`);
      return result;
    } catch (error) {
      end(`${styles.bad('✖')} ${title}`);
      throw error;
    }
  },
});
