import { acceptance, refusal } from "../violation/checked.js"
import { type Codec, codec } from "../violation/codec.js"
import { Violation } from "../violation/violation.js"
import { check, decode } from "./decode.js"
import { encode } from "./encode.js"
import type { Arguments } from "./parameters.js"
import type { Layout, State } from "./types.js"

/**
 * Makes the io-ts type of a layout for some arguments. Encoding decodes what it wrote: nothing invalid is ever written.
 *
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.codecOf(flags).is({ on: "yes" })
 * // false
 * @since 0.6.0
 */
export const codecOf = <L extends Layout>(layout: L, given: Arguments = {}): Codec<State<L>> =>
  codec(
    layout.title,
    (input) => decode(layout, input, given),
    (state) => {
      const bytes = encode(layout, state, given)
      if (bytes instanceof Violation) return refusal(bytes)
      const violation = check(layout, bytes, given)
      return violation === undefined ? acceptance(bytes) : refusal(violation)
    },
  )
