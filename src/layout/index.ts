/** The language of binary layouts: `import * as L from "migration-guard/layout"`. */

export type { Checked } from "../violation/checked.js"
export type { Codec } from "../violation/codec.js"

export { type CEmission, emitC } from "./backends/c99-layouts.js"
export { type HexpatEmission, toHexpat } from "./backends/hexpat.js"
export { type KaitaiEmission, toKaitai } from "./backends/kaitai.js"
export { type Argument, type Emission, emitRules, emitTypeScript } from "./backends/typescript.js"
export { toWireshark, type WiresharkEmission } from "./backends/wireshark.js"
export { type BuiltIn, type Checks, checksWith } from "./built-in.js"
export { chain } from "./chain.js"
export { codecOf } from "./codec.js"
export { check, type DecodeOptions, decode } from "./decode.js"
export { type Description, describe } from "./describe.js"
export { collected, cut, fills, inputView, placeIn, type Rule, Violation } from "./emitted.js"
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
export { type Claim, type InterpretOptions, interpret, type Reading } from "./interpret.js"
export {
  type Arguments,
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
export { type Converted, convert, since, until, type VersionOptions, versions } from "./versions.js"
