import { holdsEmpty } from '../fields/empty.ts';
import type { Field, Mask } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { ruleOf } from '../rules/index.ts';

/**
 * Why a field's common options do not fit it, or undefined: found when the dataset is loaded, not
 * in the first run. What a kind alone takes is checked by its builder.
 */
export const fieldProblem = (field: Field): string | undefined =>
  defaultProblem(field) ??
  tokenProblem(field) ??
  aliasProblem(field) ??
  maskProblem(field) ??
  (field.unit?.trim() === ''
    ? "its unit is empty; say what it counts ('EUR'), or leave it out"
    : undefined);

const untrimmed = (text: string): boolean => /^ | $/.test(text);

const defaultProblem = (field: Field): string | undefined => {
  const { default: text, options, nullTokens, rules, trim } = field;
  if (text === undefined) return undefined;
  const kind = kindOf(field);
  const allowed = `allowed is ${kind.says(options)}`;
  if (
    (text === '' && !holdsEmpty(field)) ||
    (trim && untrimmed(text)) ||
    nullTokens.includes(text)
  ) {
    return `its default ${JSON.stringify(text)} means a missing value itself; ${allowed}`;
  }
  const parsed = kind.parse(text, options);
  if (!parsed.ok) return `its default '${text}' is refused with ${parsed.code}; ${allowed}`;
  const broken = rules.find(
    (use) => use.severity === 'reject' && !ruleOf(use).check(parsed.value, use.params),
  );
  if (broken === undefined) return undefined;
  return `its default '${text}' breaks its own rule ${broken.kind} (${ruleOf(broken).code})`;
};

const tokenProblem = (field: Field): string | undefined => {
  const { nullTokens, trim } = field;
  const others = { ...field, nullTokens: nullTokens.filter((token) => token !== '') };
  for (const [index, token] of nullTokens.entries()) {
    if (token === '' && !holdsEmpty(others)) {
      return 'a null token is empty; an empty text is missing here without it';
    }
    if (trim && untrimmed(token)) {
      return `its null token '${token}' can never come: texts are trimmed; allowed is '${token.trim()}'`;
    }
    if (nullTokens.indexOf(token) !== index) return `its null token '${token}' is declared twice`;
  }
  return undefined;
};

const aliasProblem = ({ aliases }: Field): string | undefined => {
  for (const [index, alias] of aliases.entries()) {
    if (alias.trim() === '') return 'an alias is empty; allowed are names of headers or keys';
    if (aliases.indexOf(alias) !== index) return `its alias '${alias}' is declared twice`;
  }
  return undefined;
};

const TEXTS = ['text', 'email', 'url', 'phone', 'ip', 'oneOf', 'country', 'currency'];
const NUMBERS = ['integer', 'decimal'];
const DAYS = ['date', 'timestamp'];

const maskProblem = ({ kind, mask }: Field): string | undefined => {
  if (mask?.how === 'truncate') return truncateProblem(kind, mask);
  return mask?.how === 'generalise' ? generaliseProblem(kind, mask.step) : undefined;
};

const truncateProblem = (
  kind: string,
  { keep }: Extract<Mask, { how: 'truncate' }>,
): string | undefined => {
  if (!TEXTS.includes(kind)) {
    return `its mask truncates, which is for ${TEXTS.join(', ')}; allowed are hash, token, redact`;
  }
  const whole = Number.isInteger(keep) && keep >= 0;
  return whole ? undefined : `its mask keeps ${keep}; allowed is a whole number from 0 up`;
};

const STEP = /^(?!0+(?:\.0+)?$)\d+(?:\.\d+)?$/;

const generaliseProblem = (kind: string, step: string): string | undefined => {
  if (NUMBERS.includes(kind)) {
    const fits = kind === 'integer' ? /^0*[1-9]\d*$/.test(step) : STEP.test(step);
    return fits
      ? undefined
      : `its mask's step is '${step}'; allowed is a number above 0, such as '10'`;
  }
  if (DAYS.includes(kind)) {
    const fits = step === 'month' || step === 'year';
    return fits ? undefined : `its mask's step is '${step}'; allowed are 'month' and 'year'`;
  }
  return `its mask generalises, which is for ${[...NUMBERS, ...DAYS].join(', ')}; allowed are hash, token, redact`;
};
