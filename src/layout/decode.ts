import { isBytes } from "../violation/bytes.js"
import { acceptance, type Checked, refusal } from "../violation/checked.js"
import { Violation } from "../violation/violation.js"
import { interpret } from "./interpret.js"
import type { Arguments } from "./parameters.js"
import type { Layout, State } from "./types.js"

/**
 * How to decode.
 *
 * @since 0.1.0
 */
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
 * @param input - bytes of a stranger
 * @param given - the layout's parameters; those that are left out have their defaults
 * @returns the state, or its violations: the first by default
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.decode(flags, Uint8Array.of(1))
 * // E.right({ on: true })
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
  if (first === undefined) return acceptance(state as State<L>)
  return all ? refusal(first, ...others) : refusal(first)
}

/**
 * Finds the first violation of an input; undefined for one that the layout accepts. The verdict of {@link decode}
 * without its state.
 *
 * @param input - bytes of a stranger
 * @param given - the layout's parameters; those that are left out have their defaults
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.check(flags, Uint8Array.of(7))?.rule
 * // "layout/boolean"
 * @since 0.6.0
 */
export const check = (layout: Layout, input: unknown, given: Arguments = {}): Violation | undefined =>
  read(layout, input, given, true).violations[0]
