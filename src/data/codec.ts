import type * as t from "io-ts"
import { type Codec, codec } from "../violation/codec.js"
import { placed } from "./locate.js"
import { exact, type Hint } from "./strict.js"

/** The codec of plain data that an io-ts type describes: what it decodes to and what it writes are alike, checked copies. */
export const dataCodec = <A>(name: string, type: t.Type<A, unknown>, hint?: Hint): Codec<A, A> => {
  const read = exact(type, hint)
  const check = (input: unknown) => placed(read(input))
  return codec(name, check, check)
}
