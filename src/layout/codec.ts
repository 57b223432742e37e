import * as E from "fp-ts/lib/Either.js"
import { isBytes } from "../violation/bytes.js"
import { type Checked, type Codec, codec } from "../violation/codec.js"
import { Violation } from "../violation/violation.js"
import { encode } from "./encode.js"
import { interpret } from "./interpret.js"
import type { Arguments } from "./parameters.js"
import type { Layout, State } from "./types.js"

/** How to decode. */
export interface DecodeOptions {
  /** Collect every violation that does not follow from another one, at most 64, not only the first. */
  readonly all?: boolean
  /** Let byte runs of the state be views of the input instead of copies. The input must then not change. */
  readonly alias?: boolean
}

const whole = { path: "", offset: 0, length: 0 }

const read = (layout: Layout, input: unknown, given: Arguments, alias: boolean) => {
  if (!isBytes(input)) return { violations: [new Violation(layout.checks.argument, whole)], state: undefined }
  return interpret(layout, input, given, { alias, claims: false })
}

/**
 * Decodes an input of any layout, by its declaration alone. It takes time and memory linear in the input's size, never
 * reads outside it, never changes it and never throws. An emitted decoder does the same many times faster.
 *
 * @returns the state, or its violations: the first by default
 * @since 0.6.0
 */
export const decode = <L extends Layout>(
  layout: L,
  input: unknown,
  given: Arguments = {},
  { all = false, alias = false }: DecodeOptions = {},
): Checked<State<L>> => {
  const { violations, state } = read(layout, input, given, alias)
  const [first, ...others] = violations
  if (first === undefined) return E.right(state as State<L>)
  return E.left(all ? [first, ...others] : [first])
}

/**
 * Finds the first violation of an input; undefined for one that the layout accepts.
 *
 * @since 0.6.0
 */
export const check = (layout: Layout, input: unknown, given: Arguments = {}): Violation | undefined =>
  read(layout, input, given, true).violations[0]

/**
 * Makes the io-ts type of a layout for some arguments. Encoding decodes what it wrote: nothing invalid is ever written.
 *
 * @since 0.6.0
 */
export const codecOf = <L extends Layout>(layout: L, given: Arguments = {}): Codec<State<L>> =>
  codec(
    layout.title,
    (input) => decode(layout, input, given),
    (state) => {
      const bytes = encode(layout, state, given)
      if (bytes instanceof Violation) return E.left([bytes])
      const refusal = check(layout, bytes, given)
      return refusal === undefined ? E.right(bytes) : E.left([refusal])
    },
  )
