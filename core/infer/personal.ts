import { emailKind } from '../fields/email.ts';
import type { Classification } from '../fields/field.ts';
import type { SampledColumn } from './sample.ts';

/** Why a column is likely to be about people; counts and shapes, never a value. */
export type Personal = { readonly classification: Classification; readonly evidence: string };

const SHARE = 0.5;

const digitsOf = (text: string): string => text.replace(/[ -]/g, '');

/** The check digit of payment cards. */
const isCard = (text: string): boolean => {
  const digits = digitsOf(text);
  if (!/^\d{13,19}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
};

/** The check number of bank accounts: 97 divides the rearranged digits with rest 1. */
const isIban = (text: string): boolean => {
  const plain = text.replaceAll(' ', '');
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(plain)) return false;
  const turned = plain.slice(4) + plain.slice(0, 4);
  const digits = [...turned].map((char) => Number.parseInt(char, 36)).join('');
  return BigInt(digits) % 97n === 1n;
};

const byValue: readonly (readonly [string, (text: string) => boolean])[] = [
  ['e-mail addresses', (text) => emailKind.parse(text, {}).ok],
  ['payment card numbers (by their check digit)', isCard],
  ['bank account numbers (by their check number)', isIban],
  ['phone numbers', (text) => /^\+\d[\d ()-]{6,17}$/.test(text)],
  ['IP addresses', (text) => /^\d{1,3}(\.\d{1,3}){3}$/.test(text)],
];

const PERSON =
  /(^|_)(e?mail|phone|mobile|tel|fax|street|address|birth|birthday|birthdate|dob|ssn|passport|iban|card|surname|firstname|lastname|fullname|username|salary|gender|nationality|religion|ip)(_|$)/;
const PERSON_NAME =
  /^(|.*_)?(first|last|full|middle|given|family|maiden|customer|user|person|contact|employee|patient|owner|author)_?name$|^name$/;
const PERSON_ID =
  /(^|_)(customer|user|client|person|employee|patient|member|account)_?(id|no|number)$/;

/** What most values of a column are, told without any of them. */
export type Alike = { readonly what: string; readonly matching: number; readonly looked: number };

/** What these texts say of people by themselves. */
export const personalValues = (texts: readonly string[]): Alike | undefined => {
  const looked = texts.length;
  for (const [what, holds] of byValue) {
    const matching = texts.filter(holds).length;
    if (matching > 0 && matching >= looked * SHARE) return { what, matching, looked };
  }
  return undefined;
};

/** What a column's values, or else its name, say of people. */
export const personalData = ({ name, texts }: SampledColumn): Personal | undefined => {
  const found = personalValues(texts);
  if (found !== undefined) {
    const evidence = `${found.matching} of ${found.looked} values are ${found.what}`;
    return { classification: 'confidential', evidence };
  }
  if (PERSON.test(name) || PERSON_NAME.test(name)) {
    return { classification: 'confidential', evidence: 'the name speaks of a person' };
  }
  return PERSON_ID.test(name)
    ? { classification: 'internal', evidence: 'the name speaks of a person’s number' }
    : undefined;
};
