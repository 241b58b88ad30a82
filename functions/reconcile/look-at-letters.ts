import * as z from 'zod';
import type { DeadLetter } from '../../core/dead-letter.ts';
import type { ReconcileFinding } from '../../core/reconcile/findings.ts';
import { entriesPerPage, inScope, type Page, type ReconcileDeps, type Scope } from './deps.ts';

/** Both may be settled by now: an open one's file may have come by another notice. */
const unsettled = ['open', 'redriven'] as const;

const Behind = z.tuple([z.enum(unsettled), z.string().nullable()]);

/** A page of dead letters against the ledger: once a file has an entry, the ledger sees to it. */
export const lookAtLetters = async (
  { ledger }: ReconcileDeps,
  scope: Scope,
  from: string | null,
): Promise<Page> => {
  const [state, after] = from === null ? [unsettled[0], null] : Behind.parse(JSON.parse(from));
  const { letters, next } = await ledger.lettersIn({ state, after, limit: entriesPerPage });
  const own = letters.filter(({ dataset }) => inScope(scope, dataset));
  const ids = new Set(own.map(({ fileId }) => fileId).filter((id) => id !== null));
  const known = new Set((await ledger.files([...ids])).map(({ fileId }) => fileId));
  const settled = own.filter(({ fileId }) => fileId !== null && known.has(fileId));
  return { findings: settled.map(finding), next: behind(state, next) };
};

const finding = ({ dataset, messageId, fileId }: DeadLetter): ReconcileFinding => ({
  ...{ kind: 'letter', dataset, subject: messageId, detail: `file ${fileId} is in the ledger` },
  action: { kind: 'resolve', messageId },
});

/** A letter that is resolved leaves its list, and those behind it keep their places. */
const behind = (state: (typeof unsettled)[number], next: string | null): string | null => {
  if (next !== null) return JSON.stringify([state, next]);
  return state === 'open' ? JSON.stringify(['redriven', null]) : null;
};
