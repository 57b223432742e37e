/** The language of binary layouts: `import * as L from "../layout/index.js"`. */

export { type CEmission, emitC } from "./backends/c99-layouts.js"
export { type Emission, emitTypeScript } from "./backends/typescript.js"
export { type BuiltIn, builtIn, type Checks, checksWith } from "./built-in.js"
export { chain } from "./chain.js"
export { check, codecOf, decode } from "./codec.js"
export { describe } from "./describe.js"
export { encode } from "./encode.js"
export {
  above,
  all,
  any,
  atLeast,
  atMost,
  below,
  choose,
  equal,
  field,
  implies,
  larger,
  not,
  type Operand,
  previous,
  scanned,
  sum,
  unequal,
} from "./expression.js"
export * from "./fields.js"
export { type Claim, interpret, type Reading } from "./interpret.js"
export {
  type Arguments,
  accepts,
  argumentsOf,
  listed,
  numberParameter,
  wordParameter,
  wordsParameter,
} from "./parameters.js"
export { rulesOf } from "./rules.js"
export type {
  Chain,
  Columns,
  Condition,
  Expression,
  Field,
  FieldRef,
  FieldRule,
  Fields,
  Layout,
  Parameter,
  Refs,
  State,
  StateOf,
  Struct,
} from "./types.js"
export { validate } from "./validate.js"
