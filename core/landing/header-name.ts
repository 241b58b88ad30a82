import type { Dataset } from '../dataset.ts';

/** How names are compared: of two that differ only here, a reader would see one. */
export const folded = (name: string): string => name.trim().normalize('NFC').toLowerCase();

/** 'Order ID', 'orderId' and 'ORDER-ID' are all `order_id`. */
export const snakeCase = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();

const NAMES_SHOWN = 20;
const NAME_SHOWN = 60;

/** Names for a message: quoted and few, so that nothing in them can pretend to be the message. */
export const quoted = (
  names: readonly string[],
  more: (name: string) => string = () => '',
): string => {
  const shown = names
    .slice(0, NAMES_SHOWN)
    .map((name) => `${JSON.stringify(name.slice(0, NAME_SHOWN))}${more(name)}`);
  const left = names.length - shown.length;
  return left > 0 ? `${shown.join(', ')} and ${left} more` : shown.join(', ');
};

/** Refuses aliases that lead to two fields; `check` throws with the dataset's name. */
export const checkAliases = (
  { fields }: Pick<Dataset, 'fields'>,
  check: (holds: boolean, problem: () => string) => void,
): void => {
  const known = new Map(Object.keys(fields).map((name) => [name, name]));
  for (const [name, { aliases }] of Object.entries(fields)) {
    for (const alias of aliases) {
      for (const text of new Set([folded(alias), snakeCase(alias)])) {
        const other = known.get(text) ?? name;
        check(
          other === name,
          () => `field '${name}' has the alias '${alias}', which also means '${other}'`,
        );
        known.set(text, name);
      }
    }
  }
};

/** Every other name of a dataset's fields, with the field that it stands for. */
export const aliasesOf = ({ fields }: Pick<Dataset, 'fields'>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(fields).flatMap(([name, field]) =>
      field.aliases.map((alias): [string, string] => [alias, name]),
    ),
  );

/**
 * Finds the field that a header means: by its name, by a declared alias, or else by the snake_case
 * of either. Undefined: no field.
 */
export const fieldNamer = (dataset: Pick<Dataset, 'fields'>) => {
  const { fields } = dataset;
  const aliases = new Map(
    [...aliasesOf(dataset)].flatMap(([alias, name]): [string, string][] => [
      [snakeCase(alias), name],
      [alias.normalize('NFC').trim(), name],
    ]),
  );
  const named = (text: string): string | undefined =>
    Object.hasOwn(fields, text) ? text : aliases.get(text);
  return (header: string): string | undefined => {
    const text = header.normalize('NFC').trim();
    return named(text) ?? named(snakeCase(text));
  };
};
