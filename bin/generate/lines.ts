import { orderColumns } from './columns.ts';
import type { OrderRow } from './orders.ts';

/** The header line of a CSV orders file. */
export const csvHeader = `${orderColumns.join(',')}\n`;

const quoted = (text: string): string =>
  /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** A row as RFC 4180 has it, with fields missing or added where that was planted. */
export const csvLine = ({ cells, verdict }: OrderRow): string => {
  const fields = orderColumns.map((column) => quoted(cells[column]));
  const broken = verdict.kind === 'rejected' ? verdict.broken : undefined;
  if (broken?.kind === 'fields') {
    if (broken.change < 0) fields.length += broken.change;
    else fields.push('extra');
  }
  return `${fields.join(',')}\n`;
};

const numberWhere = (text: string): string | number =>
  /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;

/** A row as an application writes JSON: numbers where they can be, null for no note. */
export const jsonLine = ({ cells, verdict }: OrderRow): string => {
  const line = JSON.stringify({
    ...cells,
    quantity: numberWhere(cells.quantity),
    unit_price: numberWhere(cells.unit_price),
    notes: cells.notes === '' ? null : cells.notes,
  });
  const broken = verdict.kind === 'rejected' ? verdict.broken : undefined;
  return `${broken?.kind === 'cut' ? line.slice(0, -broken.chars) : line}\n`;
};
