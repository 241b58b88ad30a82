import { letterStates } from '../core/dead-letter.ts';
import type { LedgerLetters } from '../core/ports.ts';
import { itemKeys, letterItem, letterStatus, toLetter } from './ledger-items.ts';
import { getItem, putGuarded, type Table, updateGuarded } from './ledger-table.ts';
import { statusPage } from './ledger-walks.ts';

/** One item per message that intake could not take, listed like files and runs by its state. */
export const ledgerLetters = (table: Table): LedgerLetters => ({
  recordLetter: async (letter) => {
    const guard = { condition: 'attribute_not_exists(pk)', values: {} };
    await putGuarded(table, letterItem(letter), guard, `record letter ${letter.messageId}`);
  },
  letter: async (messageId) => {
    const item = await getItem(table, itemKeys.letter(messageId), `read letter ${messageId}`);
    return item === undefined ? undefined : toLetter(item);
  },
  moveLetter: async (messageId, to, now) => {
    const before = letterStates.slice(0, letterStates.indexOf(to));
    if (before.length === 0) return;
    const update = {
      key: itemKeys.letter(messageId),
      set: { state: to, status: letterStatus(to), updatedAt: now },
      condition: `#state IN (${before.map((state) => `:${state}`).join(', ')})`,
      values: Object.fromEntries(before.map((state) => [state, state])),
    };
    await updateGuarded(table, update, `move letter ${messageId}`);
  },
  lettersIn: async ({ state, after, limit }) => {
    const page = { status: letterStatus(state), after, limit, newestFirst: true };
    const { items, next } = await statusPage(table, page);
    return { letters: items.map(toLetter), next };
  },
});
