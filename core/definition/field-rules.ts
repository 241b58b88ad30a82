import type { Field } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { isField, isParts } from '../fields/nested.ts';
import type { Scalar } from '../fields/value.ts';
import { type IcebergType, typeText } from '../iceberg-type.ts';
import { ruleOf } from '../rules/index.ts';
import type { RuleKind, RuleParam, RuleUse } from '../rules/rule.ts';

type Fields = Readonly<Record<string, Field>>;

/**
 * The fields with the parameters of their rules as values: what stands there as a text, '0.01' or
 * '2020-01-01', is read by the field's own kind. Throws when it cannot be.
 */
export const withReadRules = (dataset: string, fields: Fields): Fields =>
  mapped(fields, (field, name) => withRead(field, name, dataset));

const withRead = (field: Field, name: string, dataset: string): Field => {
  const where = (use: RuleUse): string => `dataset '${dataset}': rule ${use.kind} of '${name}'`;
  const rules = field.rules.map((use) => read(field, use, where(use)));
  const options = mapped(field.options, (option) => {
    if (isField(option)) return withRead(option, `${name}[]`, dataset);
    if (!isParts(option)) return option;
    return mapped(option, (part, of) => withRead(part, `${name}.${of}`, dataset));
  });
  const same = options === field.options && rules.every((use, at) => use === field.rules[at]);
  return same ? field : { ...field, rules, options };
};

/** The same object where nothing in it changed. */
const mapped = <T>(
  from: Readonly<Record<string, T>>,
  change: (value: T, name: string) => T,
): Readonly<Record<string, T>> => {
  const entries = Object.entries(from).map(([name, value]) => [name, change(value, name)] as const);
  return entries.every(([name, value]) => value === from[name])
    ? from
    : Object.fromEntries(entries);
};

/** The fields inside a field: the element of a list, the parts of a struct. */
export const partsOfField = ({ options }: Field): readonly (readonly [string, Field])[] =>
  Object.values(options).flatMap((option): (readonly [string, Field])[] => {
    if (isField(option)) return [['[]', option]];
    return isParts(option) ? Object.entries(option).map(([name, part]) => [`.${name}`, part]) : [];
  });

const read = (field: Field, use: RuleUse, where: string): RuleUse => {
  if (!ruleOf(use).ofValues) return use;
  const one = (text: Scalar): Scalar => {
    if (typeof text !== 'string') return text;
    const parsed = kindOf(field).parse(text, field.options);
    if (parsed.ok && typeof parsed.value !== 'object') return parsed.value;
    const says = kindOf(field).says(field.options);
    throw new Error(`${where}: '${text}' is no value of the field; allowed is ${says}`);
  };
  const param = (given: RuleParam | undefined): RuleParam | undefined => {
    if (given === undefined) return undefined;
    return isList(given) ? given.map(one) : one(given);
  };
  const entries = Object.entries(use.params).map(([name, given]) => [name, param(given)] as const);
  const same = entries.every(([name, given]) => Object.is(given, use.params[name]));
  return same ? use : { ...use, params: Object.fromEntries(entries) };
};

const isList = (param: RuleParam): param is readonly Scalar[] => Array.isArray(param);

const orderedTypes = ['int', 'long', 'double', 'date', 'time', 'timestamptz', 'timestamp'];

const canJudge = (judges: RuleKind['judges'], type: IcebergType): boolean => {
  if (typeof type !== 'string') return false;
  if (judges === 'texts') return type === 'string';
  return judges === 'scalars' || orderedTypes.includes(type) || type.startsWith('decimal');
};

/** What type of values the parameters of a rule must have. */
const fits = (field: Field, param: Scalar): boolean => {
  const type = kindOf(field).rowType(field.options);
  if (typeof param === 'bigint' || typeof param === 'boolean') return type === typeof param;
  if (typeof param === 'number') return type === 'number';
  return type !== 'number' && type !== 'bigint' && type !== 'boolean';
};

/** Why a rule cannot stand at a field, or null. */
export const fieldRuleProblem = (field: Field, use: RuleUse): string | null => {
  const { judges, ofValues } = ruleOf(use);
  const type = kindOf(field).icebergType(field.options);
  if (!canJudge(judges, type)) {
    const allowed = { texts: 'texts', ordered: 'numbers, days and times', scalars: 'plain values' };
    return `it judges ${allowed[judges]}, and the field is a ${typeText(type)}`;
  }
  if (!ofValues) return null;
  const params = Object.values(use.params).flatMap((param) => param ?? []);
  const odd = params.find((param) => !fits(field, param));
  if (odd !== undefined) {
    return `its ${typeof odd} ${String(odd)} is no value of the field; write it as a text`;
  }
  const { min, max } = use.params;
  const inverted = min !== undefined && max !== undefined && min > max;
  return inverted ? `no value lies between ${String(min)} and ${String(max)}` : null;
};
