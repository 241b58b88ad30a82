import { holdsEmpty } from '../fields/empty.ts';
import { classifications } from '../fields/field.ts';
import { type Change, isSame, type Verdict } from './change.ts';
import type { DatasetContract, FieldContract } from './contract-document.ts';
import { ruleChanges } from './rule-changes.ts';
import { typeChanges } from './type-changes.ts';

/** What changed among the fields; a new one that has an old name as alias is that old one. */
export const fieldChanges = (
  before: DatasetContract,
  after: DatasetContract,
): readonly Change[] => {
  const old = new Map(before.fields.map((field) => [field.name, field]));
  const now = new Map(after.fields.map((field) => [field.name, field]));
  const renamed = new Map(
    after.fields
      .filter(({ name }) => !old.has(name))
      .flatMap((field) => {
        const was = field.aliases.find((alias) => old.has(alias) && !now.has(alias));
        return was === undefined ? [] : [[was, field] as const];
      }),
  );
  const renames = new Set(renamed.values());
  const left = [...old.values()].filter(({ name }) => !now.has(name) && !renamed.has(name));
  const joined = after.fields.filter((field) => !old.has(field.name) && !renames.has(field));
  return [
    ...[...renamed].flatMap(([was, field]) => renameChanges(old.get(was), field)),
    ...left.map((field) => removed(field)),
    ...joined.map(added),
    ...after.fields.flatMap((field) => sameFieldChanges(old.get(field.name), field)),
    ...orderChanges(before, after),
  ];
};

const change = (kind: string, at: string, verdict: Verdict, why: string): Change => ({
  kind,
  at,
  verdict,
  reason: `${at}: ${why}`,
});

const renameChanges = (was: FieldContract | undefined, field: FieldContract): Change[] => {
  if (was === undefined) return [];
  const why = `was called ${was.name}; senders may still say so, readers look for a column that is gone`;
  return [
    change('field renamed', field.name, 'backward', why),
    ...sameFieldChanges({ ...was, name: field.name, aliases: field.aliases }, field),
  ];
};

const added = ({ name, required }: FieldContract): Change =>
  required
    ? change(
        'required field added',
        name,
        'forward',
        'is new and required: files without it are refused',
      )
    : change('optional field added', name, 'full', 'is new and may be missing');

const removed = ({ name, nullable }: FieldContract): Change => {
  const senders = 'files that have it are refused';
  return nullable
    ? change('field removed', name, 'forward', `is gone: ${senders}`)
    : change(
        'field removed',
        name,
        'none',
        `is gone: ${senders}; readers miss a column that always had a value`,
      );
};

const sameFieldChanges = (before: FieldContract | undefined, after: FieldContract): Change[] => {
  if (before === undefined) return [];
  return [
    ...presenceChanges(before, after),
    ...typeChanges(before, after),
    ...(before.kind === after.kind ? ruleChanges(before, after) : []),
    ...wordChanges(before, after),
    ...secrecyChanges(before, after),
    ...textChanges(before, after),
  ];
};

const presenceChanges = (before: FieldContract, after: FieldContract): Change[] => {
  const at = after.name;
  const all: Change[] = [];
  if (!before.required && after.required) {
    all.push(
      change(
        'made required',
        at,
        'forward',
        'must now have a value: rows without one are rejected',
      ),
    );
  }
  if (!before.nullable && after.nullable) {
    all.push(change('made optional', at, 'backward', 'may now be null: readers never met a null'));
  }
  if (before.default !== after.default && after.default !== null) {
    const why = 'what stands for a missing value changed; present values are as before';
    all.push(
      before.default === null
        ? change('default added', at, 'full', 'a missing value now gets a default')
        : change('default changed', at, 'full', why),
    );
  }
  if (before.default !== null && after.default === null && !after.required) {
    all.push(change('default removed', at, 'backward', 'a missing value is null again'));
  }
  return all;
};

const wordChanges = (before: FieldContract, after: FieldContract): Change[] => {
  const at = after.name;
  const gone = before.aliases.filter((alias) => !after.aliases.includes(alias));
  const come = after.aliases.filter((alias) => !before.aliases.includes(alias));
  return [
    ...gone.map((alias) =>
      change('alias removed', at, 'forward', `files that call it ${alias} are refused`),
    ),
    ...come.map((alias) => change('alias added', at, 'full', `may also be called ${alias}`)),
    ...(before.unit === after.unit
      ? []
      : before.unit === null
        ? [change('unit added', at, 'full', `is said to be in ${after.unit}`)]
        : [
            change(
              'unit changed',
              at,
              'none',
              `its unit changed from ${before.unit} to ${after.unit ?? 'none'}: the same number means another amount`,
            ),
          ]),
    ...(before.casing === after.casing
      ? []
      : [
          change(
            'casing changed',
            at,
            'backward',
            'is spelt otherwise in new rows: comparisons with old ones fail',
          ),
        ]),
  ];
};

/** How secret a class is; none is the least. */
const secrecy = (name: string | null): number => {
  const known: readonly (string | null)[] = classifications;
  return known.indexOf(name);
};

const secrecyChanges = (before: FieldContract, after: FieldContract): Change[] => {
  const at = after.name;
  const [old, now] = [secrecy(before.classification), secrecy(after.classification)];
  const what = `class changed from ${before.classification ?? 'none'} to ${after.classification ?? 'none'}`;
  const classes =
    old === now
      ? []
      : now > old
        ? [change('classification raised', at, 'backward', `${what}: some readers lose the column`)]
        : [change('classification lowered', at, 'full', `${what}: more people may read it`)];
  const masks = isSame(before.mask, after.mask)
    ? []
    : [change('mask changed', at, 'backward', 'its values are published otherwise than before')];
  return [...classes, ...masks];
};

/** Whether `""` in a file is a text of the field. */
const keepsEmpty = ({ kind, nullable, nullTokens, rules }: FieldContract): boolean =>
  holdsEmpty({
    ...{ kind, optional: nullable, nullTokens },
    rules: rules.map(({ kind: of, severity, ...params }) => ({ kind: of, severity, params })),
  });

/** What becomes of a written empty text; without the field's kind there is nothing to compare. */
const emptyChanges = (before: FieldContract, after: FieldContract): Change[] => {
  const at = after.name;
  const [old, now] = [keepsEmpty(before), keepsEmpty(after)];
  if (before.kind !== after.kind || old === now) return [];
  if (now) {
    const why = 'a written empty text is a value now: readers met none before';
    return [change('empty text added', at, 'backward', why)];
  }
  const why = 'a written empty text is missing now';
  return [
    after.required
      ? change('empty text removed', at, 'forward', `${why}: its rows are rejected`)
      : change('empty text removed', at, 'full', why),
  ];
};

const textChanges = (before: FieldContract, after: FieldContract): Change[] => {
  const at = after.name;
  // An empty token is told by what it does.
  const told = (token: string): boolean => token !== '';
  const come = after.nullTokens.filter(
    (token) => told(token) && !before.nullTokens.includes(token),
  );
  const gone = before.nullTokens.filter(
    (token) => told(token) && !after.nullTokens.includes(token),
  );
  return [
    ...emptyChanges(before, after),
    ...come.map((token) =>
      after.required
        ? change(
            'null token added',
            at,
            'forward',
            `'${token}' is missing now: its rows are rejected`,
          )
        : change('null token added', at, 'full', `'${token}' is missing now`),
    ),
    ...gone.map((token) =>
      change('null token removed', at, 'none', `'${token}' is judged as a value now`),
    ),
    ...(before.trim === after.trim
      ? []
      : [change('trim changed', at, 'none', 'spaces around its texts are judged otherwise')]),
  ];
};

/** Without a header, the place of a field is its name. */
const orderChanges = (before: DatasetContract, after: DatasetContract): Change[] => {
  if (after.files.header !== false) return [];
  const names = before.fields.map(({ name }) => name);
  const kept = after.fields.map(({ name }) => name).slice(0, names.length);
  if (isSame(names, kept)) return [];
  const why = 'files have no header, and the fields stand in another order';
  return [change('order changed', 'fields', 'none', why)];
};
