export {
  above,
  abs,
  all,
  any,
  atLeast,
  atMost,
  below,
  col,
  compared,
  is,
  isMissing,
  isNot,
  isOneOf,
  isPresent,
  lengthOf,
  minus,
  not,
  type Operand,
  plus,
  times,
  value,
} from './build.ts';
export {
  compile,
  compileCondition,
  type ExpressionColumn,
  evaluate,
  toSql,
  typeOf,
} from './compile.ts';
export type { ColumnSql, Compiled } from './compiled.ts';
export { columnsIn, type Expression } from './expression.ts';
export { textOf } from './text.ts';
export type { ValueType } from './value-type.ts';
